"""The site's database and no more: what rivals of the API need, behind Django's usual middleware."""

from moviesite.settings.embedded import *  # noqa: F403
from moviesite.settings.embedded import INSTALLED_APPS as SITE

ROOT_URLCONF = "bench.rival_urls"
INSTALLED_APPS = [*SITE, "ninja"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # which the site's accounts will not start without
]
REST_FRAMEWORK: dict[str, object] = {"UNAUTHENTICATED_USER": None}
