"""The account pages; an e-mail address is nobody's duty, and all but the reset works without one."""

from allauth.account import views
from allauth.mfa.base.views import authenticate, index
from allauth.mfa.recovery_codes.views import view_recovery_codes
from django.contrib.auth.decorators import login_required
from django.urls import path, re_path

from catalog.views import leaving
from moviesite import account_pages as ours
from moviesite import letters, signed_in
from moviesite.second_factor import shown_first

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("signup/", views.signup, name="account_signup"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", login_required(ours.Again.as_view()), name="account_reauthenticate"),
    path("delete/", leaving.leave, name="account_delete"),
    path("password/change/", shown_first(views.password_change), name="account_change_password"),
    path("email/", shown_first(letters.Address.as_view()), name="account_email"),
    path("email/sent/", views.email_verification_sent, name="account_email_verification_sent"),
    path("email/confirm/<str:key>/", views.confirm_email, name="account_confirm_email"),
    path("password/reset/", letters.Reset.as_view(), name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(  # a key has a hyphen of its own
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("sessions/", login_required(signed_in.sessions), name="usersessions_list"),
    path("second-factor/", shown_first(index), name="mfa_index"),
    path("second-factor/code/", authenticate, name="mfa_authenticate"),
    path("second-factor/again/", login_required(ours.AgainByCode.as_view()), name="mfa_reauthenticate"),
    path("second-factor/app/", login_required(ours.AddApp.as_view()), name="mfa_activate_totp"),
    path(
        "second-factor/app/remove/", login_required(shown_first(ours.RemoveApp.as_view())), name="mfa_deactivate_totp"
    ),
    path("second-factor/recovery-codes/", shown_first(view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "second-factor/recovery-codes/new/",
        login_required(shown_first(ours.MakeCodes.as_view())),
        name="mfa_generate_recovery_codes",
    ),
]
