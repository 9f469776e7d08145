"""The player's own pages, and the mailbox for development."""

from django.urls import path, re_path

from accounts import data_views, dev_mail, joining, messages_views, openid, pages, rules_views, views

app_name = "accounts"

urlpatterns = [
    # These stand before allauth's own addresses, which are the same.
    path("accounts/signup/", joining.Join.as_view(), name="signup"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", joining.ConfirmEmail.as_view(), name="confirm"),
    path("accounts/3rdparty/signup/", joining.JoinThroughProvider.as_view(), name="join_through_provider"),
    path("accounts/oidc/<str:provider_id>/login/", openid.login, name="openid_login"),
    path("accounts/oidc/<str:provider_id>/login/callback/", openid.callback, name="openid_callback"),
    path("rules/accept/", rules_views.accept, name="accept_rules"),
    path("rules/", pages.rules, name="rules"),
    path("privacy/", pages.privacy, name="privacy"),
    path("help/", pages.questions, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("profile/", views.profile, name="profile"),
    path("profile/data/", data_views.data, name="data"),
    path("profile/data/ask/", data_views.ask, name="data_ask"),
    path("profile/data/<int:export_id>/", data_views.fetch, name="data_file"),
    path("profile/delete/", data_views.delete, name="delete_account"),
    path("messages/", messages_views.page, name="messages"),
    path("messages/read/", messages_views.read, name="messages_read"),
    path("messages/choices/", messages_views.choices, name="message_choices"),
    path("dev/mail/", dev_mail.mailbox, name="dev_mail"),
    path("dev/mail/<int:mail_id>/", dev_mail.mail, name="dev_mail_one"),
    path("dev/mail/<int:mail_id>/html/", dev_mail.mail_html, name="dev_mail_html"),
]
