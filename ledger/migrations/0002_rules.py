from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("accounts", "0003_rules")]
    operations = [
        InstallSQL(
            "ledger_part",
            version=1,
            sha256="c1acc5d690d92353516822a61a824048ecc3f5614051fcb3556550c077752418",
        ),
        InstallSQL(
            "ledger_row_hash",
            version=1,
            sha256="754440682eec0f29b20ee281abe95577cec7a7be067d2d9e3eb50be151d46ee5",
        ),
        InstallSQL(
            "ledger_stamp",
            version=1,
            sha256="c97e4534dac641e3b5dc41dc1c3d213577b0b0f484070d089e4e4db8ee340282",
        ),
        InstallSQL(
            "transactions_triggers",
            version=1,
            sha256="4c75be6d8d58a914629747836a3b99ae6789e578a720427026e7fe980905bf70",
        ),
        InstallSQL(
            "users_triggers",
            version=1,
            sha256="59a80ea1420ad0a89880e0d290656033881a58c00c3c65d5b51f0cbccfec6f76",
        ),
        InstallSQL(
            "ledger_house",
            version=1,
            sha256="2ac5ee5c9fce4836d264db852880e09fdda1c4e4b3d0d9a2bd0c909db45f6267",
        ),
        InstallSQL(
            "ledger_watermark",
            version=1,
            sha256="f3f64b3df0455ef04203e3604dc154fbb9d9e6d1ce8d23740b4681fb45f9bd23",
        ),
        InstallSQL(
            "spend_limit_now",
            version=1,
            sha256="1f2684bef58601a811a0135b870b6724eed5ca1e44a6c690e5dc9e259cf06f06",
        ),
        InstallSQL(
            "spend_limits_triggers",
            version=1,
            sha256="ac26cf7df93bc9efecf8319e8f0c55d28699ee5782620353390dc062968ca2b8",
        ),
        InstallSQL(
            "coins_spent",
            version=1,
            sha256="7f2353dab59570b5cc732cc5fed3aee7df45b6c57567f42b60a6998d73ba5f9b",
        ),
        InstallSQL(
            "spend_limit_passed",
            version=1,
            sha256="6088e810de579540ae431ff4976f8374b1c58f785309b52138a94c8d86959b07",
        ),
    ]
