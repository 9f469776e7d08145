"""What a draw promises holds in words too, and a draft opens only as a draw that is fair and can be read."""

import datetime

import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from common.database.sql import InstallSQL

EARLIEST = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
LATEST = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
# A draft with such a date breaks pages; its author reads that its closing time has passed, or comes too late.
NEAREST = """
    UPDATE draws SET draw_time = least(greatest(draw_time, '2000-01-01 00:00:00+00'), '2099-12-31 00:00:00+00'),
        early_access_until =
            least(greatest(early_access_until, '2000-01-01 00:00:00+00'), '2099-12-31 00:00:00+00')
    WHERE published_at IS NULL AND (draw_time NOT BETWEEN '2000-01-01 00:00:00+00' AND '2099-12-31 00:00:00+00'
        OR early_access_until NOT BETWEEN '2000-01-01 00:00:00+00' AND '2099-12-31 00:00:00+00')"""


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0015_log_watch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WholeTerms",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="whole_terms",
                        serialize=False,
                        to="draws.draw",
                    ),
                ),
                ("terms", models.TextField(help_text="Canonical form", verbose_name="terms")),
                ("terms_hash", models.BinaryField(max_length=32, verbose_name="terms hash")),
            ],
            options={
                "verbose_name": "whole terms",
                "verbose_name_plural": "whole terms",
                "db_table": "draw_terms",
                "constraints": [
                    models.CheckConstraint(
                        name="draw_terms_hashed",
                        condition=django.db.models.lookups.Exact(
                            models.F("terms_hash"),
                            models.Func(
                                models.Func(
                                    "terms",
                                    models.Value("UTF8"),
                                    function="convert_to",
                                    output_field=models.BinaryField(),
                                ),
                                function="sha256",
                                output_field=models.BinaryField(),
                            ),
                        ),
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="textchange",
            name="approved_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="textchange",
            name="kind",
            field=models.TextField(
                blank=True,
                choices=[("addition", "Addition"), ("correction", "Correction")],
                db_default="",
                default="",
            ),
        ),
        migrations.AddField(
            model_name="textchange",
            name="reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="winner",
            name="video_text",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="For who cannot watch it.",
                verbose_name="what the video shows",
            ),
        ),
        migrations.AddField(
            model_name="winner",
            name="video_agreed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When its winner agreed that it is shown.",
                null=True,
                verbose_name="agreed to the video",
            ),
        ),
        migrations.CreateModel(
            name="CorrectionToTell",
            fields=[
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="draws.textchange",
                    ),
                ),
                (
                    "told_up_to",
                    models.TextField(
                        db_default="", default="", help_text="The id of the last player who was told."
                    ),
                ),
            ],
            options={
                "verbose_name": "correction to tell",
                "verbose_name_plural": "corrections to tell",
                "db_table": "corrections_to_tell",
            },
        ),
        InstallSQL(
            "hidden_in",
            version=1,
            sha256="104024683f2b22a20048a7faeba2ca62aa53f8508771f317d56a3339a5209690",
        ),
        InstallSQL(
            "letters_in",
            version=1,
            sha256="99391c67d4d002034b8bd95f10a661f379dcf060c077b0513f856cd46e8f635c",
        ),
        InstallSQL(
            "marks_in",
            version=1,
            sha256="21ffefb680640d7f6c72407c722ab7eeb0f1a89e56778bc025fd2dc1dab6d1c1",
        ),
        InstallSQL(
            "why_not_publish",
            version=1,
            sha256="539077f615d36e091de05bb376932f14c3d701e1a196d66dd2316bd80e6c919d",
        ),
        InstallSQL(
            "draw_terms_triggers",
            version=1,
            sha256="ada62a5e396826e7118f3de711d302bd9553181640a6325ffdffa136925038f0",
        ),
        InstallSQL(
            "draws_publishing",
            version=1,
            sha256="23e1bd0559fa3e0ee587681017409d42e296e7676622a2cd627844493c48ccaf",
        ),
        InstallSQL(
            "draw_text_changes_kinds",
            version=1,
            sha256="9eacbc61a7285e33217f4035c251e672f3a1cf216f841e960bee326576504142",
        ),
        InstallSQL(
            "draws_words",
            version=1,
            sha256="bc722cf1cbc9192252ff6552cb051db5556819e0dfad92dec026fc1705d96129",
        ),
        InstallSQL(
            "winners_video",
            version=1,
            sha256="6ba8ebcc9529eb09687af3a60a93914a82ec1396f2fd97c2ce3e4dc672e908be",
        ),
        # What stood there was just put right; the constraint holds for what is written from here on.
        migrations.RunSQL(NEAREST, migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="draw",
            constraint=models.CheckConstraint(
                name="draws_dates_make_sense",
                condition=models.Q(
                    ("published_at__isnull", False),
                    models.Q(
                        ("draw_time__gte", EARLIEST),
                        ("draw_time__lt", LATEST),
                        models.Q(
                            ("early_access_until__isnull", True),
                            models.Q(
                                ("early_access_until__gte", EARLIEST), ("early_access_until__lt", LATEST)
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                violation_error_message="Dates must be from 2000 to 2099.",
            ),
        ),
    ]
