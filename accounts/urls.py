"""The player's own pages, and the mailbox for development."""

from django.urls import path, re_path

from accounts import looks, pages, views
from accounts.notifications import development_mailbox, unsubscribe_page
from accounts.notifications import views as messages_views
from accounts.play import views as rules_views
from accounts.privacy import views as data_views
from accounts.signin import addresses, invitations, openid, reset, signup, undo_page, waiting

app_name = "accounts"

urlpatterns = [
    # These stand before allauth's own addresses, which are the same.
    path("accounts/signup/", signup.Join.as_view(), name="signup"),
    path("accounts/confirm-email/", waiting.Waiting.as_view(), name="waiting"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", signup.ConfirmEmail.as_view(), name="confirm"),
    path("accounts/email/", addresses.Addresses.as_view(), name="email"),
    path("accounts/password/reset/", reset.AskForCode.as_view(), name="reset_password"),
    path("accounts/password/reset/confirm/", reset.EnterCode.as_view(), name="reset_code"),
    path("accounts/password/reset/complete/", reset.ChoosePassword.as_view(), name="reset_complete"),
    path("accounts/undo/<str:token>/", undo_page.page, name="undo"),
    path("accounts/3rdparty/signup/", signup.JoinThroughProvider.as_view(), name="join_through_provider"),
    path("accounts/oidc/<str:provider_id>/login/", openid.login, name="openid_login"),
    path("accounts/oidc/<str:provider_id>/login/callback/", openid.callback, name="openid_callback"),
    path("welcome-back/<str:token>/", invitations.welcome_back, name="welcome_back"),
    path("rules/accept/", rules_views.accept, name="accept_rules"),
    path("rules/", pages.rules, name="rules"),
    path("privacy/", pages.privacy, name="privacy"),
    path("help/", pages.questions, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("looks/", looks.change, name="looks"),
    path("me/", views.me, name="me"),
    path("profile/", views.profile, name="profile"),
    path("profile/time-zone/", views.time_zone, name="time_zone"),
    path("profile/data/", data_views.data, name="data"),
    path("profile/data/ask/", data_views.ask, name="data_ask"),
    path("profile/data/<int:export_id>/", data_views.fetch, name="data_file"),
    path("profile/delete/", data_views.delete, name="delete_account"),
    path("messages/", messages_views.page, name="messages"),
    path("messages/read/", messages_views.read, name="messages_read"),
    path("messages/choices/", messages_views.choices, name="message_choices"),
    path("unsubscribe/<str:token>/", unsubscribe_page.page, name="unsubscribe"),
    path("dev/mail/", development_mailbox.mailbox, name="dev_mail"),
    path("dev/mail/<int:mail_id>/", development_mailbox.mail, name="dev_mail_one"),
    path("dev/mail/<int:mail_id>/html/", development_mailbox.mail_html, name="dev_mail_html"),
]
