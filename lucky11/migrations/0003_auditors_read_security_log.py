"""Auditors read the security log."""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHT = "view_securityevent"


def let_auditors_read(apps: Apps, schema_editor: Any) -> None:
    """Give the group of auditors the right, if the site still has that group."""
    using = schema_editor.connection.alias
    # Django makes permissions only after all migrations.
    config: Any = apps.get_app_config("accounts")
    config.models_module = True
    create_permissions(config, verbosity=0, using=using, apps=apps)
    config.models_module = None
    groups, permissions = (
        apps.get_model("auth", name)._default_manager.using(using) for name in ("Group", "Permission")
    )
    for group in groups.filter(name="Auditor"):
        group.permissions.add(permissions.get(content_type__app_label="accounts", codename=RIGHT))


def let_nobody_read(apps: Apps, schema_editor: Any) -> None:
    """Take the right back."""
    permissions = apps.get_model("auth", "Permission")._default_manager.using(schema_editor.connection.alias)
    permissions.filter(content_type__app_label="accounts", codename=RIGHT).delete()


class Migration(migrations.Migration):
    dependencies = [("lucky11", "0002_staff_groups"), ("accounts", "0014_security_log")]
    operations = [migrations.RunPython(let_auditors_read, let_nobody_read)]
