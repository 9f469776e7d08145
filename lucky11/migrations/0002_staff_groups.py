"""The five groups of staff. docs/staff.md says, page by page, what each sees and does."""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = {
    "Draws": [
        *("draws.add_draw", "draws.change_draw", "draws.delete_draw", "draws.view_draw"),
        *("draws.publish_draw", "draws.cancel_draw"),
        *("draws.paste_round", "draws.view_round"),
        *("draws.view_participation", "draws.view_winner", "draws.view_seal", "draws.view_logrecord"),
    ],
    "Prizes": [
        *("draws.view_draw", "draws.view_winner", "draws.change_winner", "draws.redraw_winner"),
        *("draws.read_claim", "draws.view_redraw"),
    ],
    "Support": [
        *("accounts.view_user", "accounts.change_user", "accounts.suspend_user", "accounts.view_message"),
        *("accounts.view_outboxemail", "accounts.change_outboxemail", "ledger.view_transaction"),
        *("draws.view_participation", "draws.view_winner", "draws.hide_winner"),
    ],
    "Coins": [
        *("accounts.view_user", "ledger.view_transaction", "ledger.view_spendlimit"),
        "ledger.add_transaction",
    ],
    "Auditor": [
        *("accounts.view_user", "accounts.view_message", "accounts.view_outboxemail"),
        *("accounts.view_rulesacceptance", "accounts.view_playbreak", "accounts.view_approval"),
        *("ledger.view_transaction", "ledger.view_spendlimit"),
        *("draws.view_draw", "draws.view_participation", "draws.view_winner", "draws.view_redraw"),
        *("draws.view_seal", "draws.view_logrecord", "draws.view_round"),
        *("admin.view_logentry", "auth.view_group", "lucky11.view_operationrun", "lucky11.view_incident"),
    ],
}


def make_groups(apps: Apps, schema_editor: Any) -> None:
    """Make the groups, or give those that exist under these names exactly these rights; members stay."""
    using = schema_editor.connection.alias
    # Django makes permissions only after all migrations.
    for label in ("accounts", "ledger", "draws", "lucky11", "admin", "auth"):
        config: Any = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, verbosity=0, using=using, apps=apps)
        config.models_module = None
    groups, permissions = (
        apps.get_model("auth", name)._default_manager.using(using) for name in ("Group", "Permission")
    )
    for name, rights in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        parts = (right.split(".") for right in rights)
        group.permissions.set(
            permissions.get(content_type__app_label=label, codename=codename) for label, codename in parts
        )


def remove_empty_groups(apps: Apps, schema_editor: Any) -> None:
    """Remove the groups that nobody is in."""
    groups = apps.get_model("auth", "Group")._default_manager.using(schema_editor.connection.alias)
    groups.filter(name__in=GROUPS, user__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("lucky11", "0001_initial"),
        ("draws", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_groups, remove_empty_groups)]
