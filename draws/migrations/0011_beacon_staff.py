"""Who runs the draws may paste a beacon's round; they and the auditor see the rounds."""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {"Draws": ["paste_round", "view_round"], "Auditor": ["view_round"]}


def grant(apps: Apps, schema_editor: Any) -> None:
    """Give the rights to the groups that exist under these names."""
    using = schema_editor.connection.alias
    # Django makes permissions only after all migrations.
    config: Any = apps.get_app_config("draws")
    config.models_module = True
    create_permissions(config, verbosity=0, using=using, apps=apps)
    config.models_module = None
    for group, permissions in _rights(apps, using):
        group.permissions.add(*permissions)


def withdraw(apps: Apps, schema_editor: Any) -> None:
    """Take them back."""
    for group, permissions in _rights(apps, schema_editor.connection.alias):
        group.permissions.remove(*permissions)


def _rights(apps: Apps, using: str) -> list[tuple[Any, list[Any]]]:
    groups, permissions = (
        apps.get_model("auth", name)._default_manager.using(using) for name in ("Group", "Permission")
    )
    return [
        (group, list(permissions.filter(content_type__app_label="draws", codename__in=RIGHTS[group.name])))
        for group in groups.filter(name__in=RIGHTS)
    ]


class Migration(migrations.Migration):
    dependencies = [("draws", "0010_beacon"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.AlterModelOptions(
            name="draw",
            options={
                "permissions": [
                    ("publish_draw", "Can publish a draw"),
                    ("cancel_draw", "Can ask for and approve cancelling a draw"),
                    ("paste_round", "Can paste a beacon's round"),
                ]
            },
        ),
        migrations.RunPython(grant, withdraw),
    ]
