"""The addresses of the site, by app."""

from django.contrib import admin
from django.urls import include, path

from lucky11.development.styleguide import views as styleguide
from lucky11.gate import offline, well_known
from lucky11.monitoring import csp_reports, health

urlpatterns = [
    path("", include("draws.urls")),
    path("", include("ledger.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("styleguide/", styleguide.page, name="styleguide"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path(".well-known/change-password", well_known.change_password, name="change_password"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("offline/", offline.page, name="offline"),
    path("csp-report/", csp_reports.report, name="csp_report"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = "lucky11.errors.bad_request"
handler403 = "lucky11.errors.permission_denied"
handler404 = "lucky11.errors.page_not_found"
handler429 = "lucky11.errors.too_many_requests"
handler500 = "lucky11.errors.server_error"
