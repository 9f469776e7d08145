"""Auditors read what operators did."""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ("view_operationrun", "view_incident")


def give(apps: Apps, schema_editor: Any) -> None:
    """Make the rights that Django makes only after all migrations, and give them to the group Auditor."""
    using = schema_editor.connection.alias
    config: Any = apps.get_app_config("lucky11")
    config.models_module = True
    create_permissions(config, verbosity=0, using=using, apps=apps)
    config.models_module = None
    groups, permissions = (
        apps.get_model("auth", name)._default_manager.using(using) for name in ("Group", "Permission")
    )
    rights = permissions.filter(content_type__app_label="lucky11", codename__in=RIGHTS)
    for group in groups.filter(name="Auditor"):
        group.permissions.add(*rights)


def take_back(apps: Apps, schema_editor: Any) -> None:
    """Take the rights from the group again."""
    using = schema_editor.connection.alias
    groups, permissions = (
        apps.get_model("auth", name)._default_manager.using(using) for name in ("Group", "Permission")
    )
    rights = permissions.filter(content_type__app_label="lucky11", codename__in=RIGHTS)
    for group in groups.filter(name="Auditor"):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("lucky11", "0001_operation_runs"),
        ("draws", "0008_staff_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, take_back)]
