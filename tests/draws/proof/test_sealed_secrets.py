"""A draw's secrets are stored encrypted: a copy of the database gives no winner and no pseudonym away."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from common.encryption import InvalidToken
from draws.lifecycle.close import close_due_draws, freeze_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, Seal
from draws.proof import recompute, sealed_secrets
from draws.proof.public_seals import pseudonym_of
from draws.proof.sealed_secrets import secrets_of
from tests.conftest import defects, let_close, unguarded
from tests.support.pages import take

pytestmark = pytest.mark.django_db


def stored(draw: Draw) -> str:
    """Everything that the database has of a draw's seal, as a backup would have it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM draw_seals s WHERE draw_id = %s", [draw.pk])
        return str(cursor.fetchone()[0])


def seal_of(draw: Draw) -> Seal:
    return Seal.objects.get(draw=draw)


def test_an_open_draws_secrets_are_not_in_the_database_in_the_clear(draw):
    secrets = secrets_of(seal_of(draw))
    assert len(secrets.server_seed) == len(secrets.entry_secret) == 32
    for secret in (secrets.server_seed, secrets.entry_secret):
        assert secret.hex() not in stored(draw)


def test_without_a_beacon_the_seed_is_written_with_the_result_and_not_before(draw, alice):
    take(alice, draw)
    let_close(draw)
    seed = secrets_of(seal_of(draw)).server_seed
    freeze_draw(draw.pk)
    assert seal_of(draw).server_seed is None
    close_due_draws()
    assert bytes(seal_of(draw).server_seed) == seed
    assert secrets_of(seal_of(draw)).entry_secret.hex() not in stored(draw)


def test_with_a_beacon_the_seed_is_written_with_the_frozen_list(entered):
    seed = secrets_of(seal_of(entered)).server_seed
    assert seal_of(entered).server_seed is None
    fetch_rounds()
    assert bytes(seal_of(entered).server_seed) == seed


def test_nobody_writes_a_seed_too_early_or_another_one(draw, alice):
    seed = secrets_of(seal_of(draw)).server_seed
    with pytest.raises(DatabaseError, match="seals_seed_when_due"), transaction.atomic():
        Seal.objects.update(server_seed=seed)
    with pytest.raises(DatabaseError, match="is the one that was sealed"), transaction.atomic():
        Seal.objects.update(server_seed=bytes(32))


@pytest.mark.owner
def test_nobody_seals_a_draw_in_the_clear(draw):
    with pytest.raises(DatabaseError, match="seals_secrets_encrypted"), transaction.atomic():
        Seal.objects.update(entry_secret=bytes(32))


def rotate() -> str:
    output = StringIO()
    call_command("rotate_encryption", stdout=output)
    return output.getvalue()


def test_after_rotation_the_old_key_can_go_and_players_keep_their_pseudonyms(draw, alice, settings):
    take(alice, draw)
    before = pseudonym_of(alice, draw.pk)
    new, old = Fernet.generate_key().decode(), settings.ENCRYPTION_KEYS[0]
    settings.ENCRYPTION_KEYS = [new, old]
    assert "draw: 1 re-encrypted, 0 that no key decrypts." in rotate()
    settings.ENCRYPTION_KEYS = [new]
    assert pseudonym_of(alice, draw.pk) == before
    let_close(draw)
    close_due_draws()
    draw.refresh_from_db()
    assert draw.drawn_at is not None


def test_without_its_key_a_backup_opens_nothing_and_its_books_still_balance(draw, alice, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        secrets_of(seal_of(draw))
    assert defects() == []


def test_a_draw_whose_key_is_missing_waits_for_it_and_then_every_coin_comes_back(draw, alice, settings):
    take(alice, draw, 2)
    let_close(draw)
    keys, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, [Fernet.generate_key().decode()]
    close_due_draws()
    with unguarded() as cursor:
        cursor.execute("UPDATE draw_seals SET freeze_by = closes_at")
    # A void with tickets publishes whose they were, which nobody can tell without the key.
    close_due_draws()
    draw.refresh_from_db()
    alice.refresh_from_db()
    assert (draw.state, alice.coins) == (Draw.State.CLOSING, 40)
    settings.ENCRYPTION_KEYS = keys
    close_due_draws()
    draw.refresh_from_db()
    alice.refresh_from_db()
    assert (draw.void_code, alice.coins) == (Draw.VoidCode.NOT_FROZEN_IN_TIME, 50)


def test_a_token_in_the_row_of_another_draw_is_no_secret_of_it(make_draw):
    one, other = make_draw(), make_draw(title="Weekend in Porto")
    Seal.objects.filter(draw=one).update(secrets=seal_of(other).secrets)
    with pytest.raises(InvalidToken):
        secrets_of(seal_of(one))


def test_secrets_that_do_not_match_the_seal_are_named(draw):
    seal = seal_of(draw)
    others = sealed_secrets.Secrets(bytes(32), bytes(32))
    Seal.objects.update(secrets=sealed_secrets.sealed(bytes(seal.draw_uid), others))
    assert recompute.check_records().row["differs"] == "seed_commit"


@pytest.mark.owner
def test_an_old_database_is_encrypted_by_its_migration_and_back_again(make_draw, alice):
    """As 1.0 kept sealed and drawn draws: what was public stays so, everything else is encrypted."""
    from importlib import import_module

    from django.apps import apps

    migration = import_module("draws.migrations.0015_log_watch")
    drawn, sealed = make_draw(), make_draw(title="Weekend in Porto")
    take(alice, drawn)
    let_close(drawn)
    close_due_draws()
    was = {draw.pk: secrets_of(seal_of(draw)) for draw in (drawn, sealed)}
    with unguarded() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE draw_seals DROP CONSTRAINT seals_secrets_encrypted")
        cursor.execute("ALTER TABLE draw_seals DROP CONSTRAINT seals_seed_when_due")
    with connection.schema_editor() as editor:
        migration.decrypt_secrets(apps, editor)
        assert bytes(seal_of(sealed).server_seed) == was[sealed.pk].server_seed
        assert bytes(seal_of(drawn).entry_secret) == was[drawn.pk].entry_secret
        Seal.objects.update(secrets="")
        migration.encrypt_secrets(apps, editor)
    assert {draw.pk: secrets_of(seal_of(draw)) for draw in (drawn, sealed)} == was
    assert (seal_of(sealed).server_seed, seal_of(sealed).entry_secret) == (None, None)
    assert bytes(seal_of(drawn).server_seed) == was[drawn.pk].server_seed
