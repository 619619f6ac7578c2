"""Mounts: public pages, accounts, partner API, admin, health."""

from django.contrib import admin
from django.urls import include, path

from moviesite.account_pages import staff_login
from moviesite.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include("catalog.api.urls")),
    path("accounts/", include("moviesite.accounts")),
    path("admin/login/", staff_login),
    path("admin/", admin.site.urls),
    path("", include("catalog.urls")),
]
# Django asks for dotted names; which words are used depends on the address.
handler400 = "moviesite.errors.bad_request"
handler403 = "moviesite.errors.forbidden"
handler404 = "moviesite.errors.not_found"
handler429 = "moviesite.errors.too_many"
handler500 = "moviesite.errors.broken"
