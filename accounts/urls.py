"""The player's own pages, and the mailbox for development."""

from django.urls import path, re_path

from accounts import dev_mail, joining, views

app_name = "accounts"

urlpatterns = [
    # These two stand before allauth's own addresses, which are the same.
    path("accounts/signup/", joining.Join.as_view(), name="signup"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", joining.ConfirmEmail.as_view(), name="confirm"),
    path("profile/", views.profile, name="profile"),
    path("dev/mail/", dev_mail.mailbox, name="dev_mail"),
    path("dev/mail/<int:mail_id>/", dev_mail.mail, name="dev_mail_one"),
    path("dev/mail/<int:mail_id>/html/", dev_mail.mail_html, name="dev_mail_html"),
]
