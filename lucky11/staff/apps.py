"""The admin among the installed apps: Django's own, with the staff's site as its site."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Everything registers with `lucky11.staff.site.StaffSite`, which is `django.contrib.admin.site`."""

    default_site = "lucky11.staff.site.StaffSite"
