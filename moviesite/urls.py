"""Mounts: public pages, accounts, partner API, admin, health."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from moviesite.account_pages import staff_login
from moviesite.health import healthz

# The admin's own page counts no guesses of the old password and asks for no second factor.
to_password = RedirectView.as_view(pattern_name="account_change_password")

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language", set_language, name="language"),
    path("api/v1/", include("catalog.api.urls")),
    path("accounts/", include("moviesite.accounts")),
    path("admin/login/", staff_login),
    path("admin/password_change/", to_password),
    path("admin/password_change/done/", to_password),
    path("admin/", admin.site.urls),
    path("", include("catalog.urls")),
]
# Django asks for dotted names; which words are used depends on the address.
handler400 = "moviesite.errors.bad_request"
handler403 = "moviesite.errors.forbidden"
handler404 = "moviesite.errors.not_found"
handler429 = "moviesite.errors.too_many"
handler500 = "moviesite.errors.broken"
