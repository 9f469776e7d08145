"""Keys: the newest encrypts, all decrypt, and after rotation an old one can be taken away."""

import json
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from common.encryption import InvalidToken, decrypt, encrypt, is_newest, rotate
from draws.models import Claim
from draws.prizes.claims import details_of
from tests.support.prizes import DETAILS, claimed, everything_about

NEW, OLD, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def kept(settings, db, make_draw, make_player, alice, bob):
    """Three claims and two second factors stored with the old key; now a new one comes first."""
    settings.ENCRYPTION_KEYS = [OLD]
    for player in (alice, bob, make_player("carol")):
        claimed(make_draw, [player])
    Authenticator.objects.create(user=alice, type="totp", data={"secret": encrypt("totp-secret")})
    seed = {"seed": encrypt("recovery-seed"), "used_mask": 5}
    Authenticator.objects.create(user=alice, type="recovery_codes", data=seed)
    Authenticator.objects.create(user=bob, type="webauthn", data={"name": "Phone", "credential": {}})
    settings.ENCRYPTION_KEYS = [NEW, OLD]


def run(*options: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("rotate_encryption", *options, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_newest_key_encrypts_and_all_decrypt(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    token = encrypt("Grüße")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(token) == "Grüße"
    assert not is_newest(token)
    assert is_newest(rotate(token))
    assert encrypt("a") != encrypt("a")


@pytest.mark.parametrize("token", ["", "no token", "ünicode"])
def test_anything_else_is_no_token(settings, token):
    with pytest.raises(InvalidToken):
        decrypt(token)
    assert not is_newest(token)


def test_a_token_changed_by_one_letter_is_refused():
    token = encrypt("Lisbon")
    changed = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    with pytest.raises(InvalidToken):
        decrypt(changed)


def test_a_key_that_is_none_stops_with_a_sentence(settings):
    settings.ENCRYPTION_KEYS = ["short"]
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS holds something that is not a key"):
        encrypt("Lisbon")


def test_after_rotation_the_old_key_can_be_taken_away(kept, settings):
    assert run() == (
        0,
        "second factor: 2 re-encrypted, 0 that no key decrypts.\ndraw: 3 re-encrypted, 0 that no key "
        "decrypts.\nclaim: 3 re-encrypted, 0 that no key decrypts.\n",
        "",
    )
    settings.ENCRYPTION_KEYS = [NEW]
    assert [details_of(claim) for claim in Claim.objects.all()] == [DETAILS] * 3
    data = {each.type: each.data for each in Authenticator.objects.all()}
    assert decrypt(data["totp"]["secret"]) == "totp-secret"
    assert (decrypt(data["recovery_codes"]["seed"]), data["recovery_codes"]["used_mask"]) == (
        "recovery-seed",
        5,
    )
    assert data["webauthn"] == {"name": "Phone", "credential": {}}


def test_what_is_done_is_not_done_again(kept):
    run()
    before = everything_about("claims") + everything_about("mfa_authenticator")
    assert run()[1].count(": 0 re-encrypted") == 3
    assert everything_about("claims") + everything_about("mfa_authenticator") == before


def test_a_dry_run_changes_nothing(kept):
    before = everything_about("claims") + everything_about("mfa_authenticator")
    assert run("--dry-run")[1].startswith("second factor: 2 to re-encrypt, 0 that")
    assert everything_about("claims") + everything_about("mfa_authenticator") == before


def test_rows_that_no_key_opens_are_named_and_the_others_are_done(kept, settings):
    lost = Claim.objects.order_by("pk")[1]
    foreign = Fernet(OTHER).encrypt(json.dumps({}).encode()).decode()
    Claim.objects.filter(pk=lost.pk).update(details=foreign)
    code, out, err = run()
    assert code == 1
    assert "claim: 2 re-encrypted, 1 that no key decrypts." in out
    assert f"None of ENCRYPTION_KEYS decrypts claim {lost.pk}. They were not changed" in err
    assert Claim.objects.get(pk=lost.pk).details == foreign
    assert all(is_newest(claim.details) for claim in Claim.objects.exclude(pk=lost.pk))


def test_more_rows_than_a_batch_holds_are_all_done(kept, monkeypatch):
    monkeypatch.setattr("lucky11.management.commands.rotate_encryption.AT_ONCE", 2)
    assert "claim: 3 re-encrypted" in run()[1]
    assert all(is_newest(claim.details) for claim in Claim.objects.all())


def test_details_of_a_deleted_account_are_passed_over(kept):
    Claim.objects.update(details="")
    assert "claim: 0 re-encrypted, 0 that no key decrypts." in run()[1]
