"""Production: refuses to start on a gap, and shows nothing that a source forbids unless told it may."""

from moviesite import schedules
from moviesite.settings import env, mail
from moviesite.settings.base import *  # noqa: F403

SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = [before] if (before := env.optional("SECRET_KEY_BEFORE")) else []
DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [origin for host in ALLOWED_HOSTS for origin in env.origins(host)]
env.text("DATABASE_URL")
env.text("REDIS_URL")
EDITION_EVERY = env.whole("EDITION_EVERY", 900, least=1, most=86_400)
TEND_EVERY = env.whole("TEND_EVERY", 60, least=1, most=3_600)
DRIFT_EVERY = env.whole("DRIFT_EVERY", 86_400, least=5, most=7 * 86_400)
CELERY_BEAT_SCHEDULE = schedules.beat(EDITION_EVERY, TEND_EVERY, DRIFT_EVERY)
STAFF_SECOND_FACTOR = True  # no switch: whoever can promote a model is never one password away
KEYS_APART = True
MAY_PUBLISH_NON_COMMERCIAL = env.yes("MAY_PUBLISH_NON_COMMERCIAL", False)

globals().update(mail.server())

SECURE_SSL_REDIRECT = env.yes("SECURE_SSL_REDIRECT", True)
BEHIND_PROXY = env.yes("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# How many proxies of ours name the one before them: the address so found is what log-in attempts are counted by.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("PROXY_COUNT", 1, least=1, most=9) if BEHIND_PROXY else 0
SECURE_HSTS_SECONDS = env.whole("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
STATIC_ROOT = STATE / "static"  # noqa: F405
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
