"""All that is true everywhere; embedded, production and test state their differences only."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from moviesite import schedules
from moviesite.settings import env, mail, reels
from moviesite.settings.governed import MLOPS_APPEND_ONLY, MLOPS_GOVERNED, MLOPS_GOVERNED_ONLY  # noqa: F401
from moviesite.settings.mail import *  # noqa: F403
from moviesite.settings.partner_api import *  # noqa: F403
from moviesite.settings.people import *  # noqa: F403
from moviesite.settings.unfold import UNFOLD  # noqa: F401 — the admin's look and menu

BASE_DIR = Path(__file__).resolve().parents[2]
STATE = env.folder("STATE", BASE_DIR / "var")

# --- what the house is made of -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "rest_framework",
    "simple_history",
    "moviesite",
    "catalog",
    "mlops",
]
MIDDLEWARE = [
    "moviesite.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "moviesite.middleware.Compress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "moviesite.middleware.AdminPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "moviesite.languages.Language",
    "moviesite.middleware.CleanInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "moviesite.middleware.Conditional",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "moviesite.middleware.Private",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "moviesite.staff_door.StaffDoor",
    "django_htmx.middleware.HtmxMiddleware",
    "moviesite.middleware.Terms",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "moviesite.urls"
WSGI_APPLICATION = "moviesite.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "catalog.territories.context",
                "catalog.views.own_film.frame",
                "catalog.views.alerts.context",
                "catalog.views.kept.context",
                "moviesite.letters.context",
            ]
        },
    }
]

# --- where things are kept ---------------------------------------------------------------------------------------
DATABASES = {
    "default": env.database(
        env.database_variable(),
        {"ENGINE": "django.db.backends.sqlite3", "NAME": str(STATE / "retromovies.sqlite3")},
        {
            "sqlite": {
                "CONN_MAX_AGE": 60,  # opening the file and setting its pragmas costs 2 ms a request
                "OPTIONS": {
                    "timeout": 20,
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA recursive_triggers=ON"
                    ";PRAGMA secure_delete=ON",
                },
            },
            "postgresql": {
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {
                    "connect_timeout": 5,
                    "options": "-c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000",
                },
            },
        },
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.broker("REDIS_URL")
# Without a broker (a management command on its own) nothing is listened to: nudges fail at once, and beat repeats them.
BROKER = REDIS_URL or f"unix://{STATE / 'valkey' / 'v.sock'}"
CACHES = {
    "default": {
        "BACKEND": "moviesite.cache.PatientRedisCache",
        "LOCATION": BROKER,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    },
    # What {% cache %} keeps of a page's frame, in the process: the same words for everybody until the next start.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 4_000},
    },
}
ARTEFACTS = STATE / "artefacts"
IMPORTS = STATE / "imports"  # partners' ratings in bulk: written by the web, read by the worker that takes them in
IMPORT_MOST_BYTES = env.whole("IMPORT_MOST_BYTES", 256 * 2**20, least=1_024)
UPLOAD_SECONDS = env.whole("UPLOAD_SECONDS", 600, least=1)  # until such a file must be here as a whole
IMPORT_MOST_LINES = env.whole("IMPORT_MOST_LINES", 5_000_000, least=1_000)  # each gets a line in the file of results
CARDS_KEPT = env.whole("CARDS_KEPT", 16_384, least=256)  # pictures of links kept in STATE/cards, some 40 kB each
# What is registered is signed with the first, by the training worker and `genesis` alone; whoever loads it has the others.
ARTEFACT_KEY = env.file("ARTEFACT_KEY", STATE / "keys" / "artefacts.pem")
ARTEFACT_PUBLIC_KEYS = env.files("ARTEFACT_PUBLIC_KEYS", [STATE / "keys" / "artefacts.pub.pem"])
# The audit log is signed with the first by the signer alone; everybody checks by the second. docs/audit.md says who holds it.
CHECKPOINT_KEY = env.file("CHECKPOINT_KEY", STATE / "keys" / "checkpoint.pem")
CHECKPOINT_PUBLIC_KEY = env.file("CHECKPOINT_PUBLIC_KEY", STATE / "keys" / "checkpoint.pub.pem")
CHECKPOINT_PLACES = env.folders("CHECKPOINT_PLACES", [STATE / "checkpoints", STATE / "witness"])
# Who was erased, so that no backup brings them back: the same list in each, and an erasure waits for all of them.
ERASURE_PLACES = env.folders("ERASURE_PLACES", [STATE, STATE / "witness"])
CHECKPOINT_EVERY = env.whole("CHECKPOINT_EVERY", 60, least=1, most=3_600)  # seconds between two signed notes, with news
KEYS_APART = False  # whether the web refuses to start when it could use the signer's key
AUDIT_ORIGIN = env.text("AUDIT_ORIGIN", "retromovies/audit")  # the log's own name, in every note
AUDIT_URGENT = ("partner_key.", "account.roles-changed", "group.")  # events that are signed at once, beside mlops' own

globals().update(mail.folder(STATE))

# --- words -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]  # each by its own name
LANGUAGE_COOKIE_AGE = 31_536_000
CHOICE_COOKIE_AGE = 31_536_000  # of the territory
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = ["moviesite.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- static files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "moviesite.stylesheets.OneSheet",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATIC_ROOT: Path | None = None  # collected in production alone

# --- what a browser may do ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "media-src": [NONE],  # the page that shows a film allows its own
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "catalog.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS = [
    "moviesite.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- work in the background --------------------------------------------------------------------------------------
# kombu spells a unix socket differently from redis-py.
CELERY_BROKER_URL = BROKER.replace("unix://", "redis+socket://", 1)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker, however long
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    "health_check_interval": 10,  # a worker whose line to the broker died unsaid drops it after some 20 seconds
    "max_retries": 0,  # of a connection for a nudge; without it kombu tries for four seconds while the page waits
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE / "beat-schedule")
CELERY_TASK_ROUTES = schedules.ROUTES
CELERY_TASK_ANNOTATIONS = schedules.LIMITS

# --- the house rules ---------------------------------------------------------------------------------------------
MLOPS_RECIPES = [
    "catalog.recipes.weighted_rating.WeightedRating",
    "catalog.recipes.recommender.Recommender",
    "catalog.recipes.neighbours.Neighbours",
]
MLOPS_FILES = ["catalog.selectors.charts.files"]  # what else is in the store, and a backup cannot do without
DEMO = env.choice("DEMO", "real", ("real", "generated"))
RETRO_UNTIL = env.whole("RETRO_UNTIL", 2000, least=1900, most=2005)
EDITION_EVERY = env.whole("EDITION_EVERY", 30, least=1, most=86_400)  # seconds between two editions, at least
# Full artefacts: every edition for a week, then one a day for a year, then one a month. Digests are kept for ever.
EDITION_KEEP = {"all_days": 7, "daily_days": 365}
# The countries of catalog.territories, which cannot be asked before there are settings; a test compares them.
TERRITORY_DEFAULT = env.choice("TERRITORY_DEFAULT", "GB", ("BR", "DE", "ES", "FR", "GB", "IT", "JP", "US"))
REELS = reels.SETTINGS
DEMO_SEED = env.whole("DEMO_SEED", 1895)
DEMO_HOLD_BACK = env.whole("DEMO_HOLD_BACK", 10, least=0, most=90)  # per cent of ratings, the last, for `replay`
MAY_MAKE_DEMO_ACCOUNTS = False
CONTACT = env.optional("CONTACT") or ""  # mailto:… or https://… of whoever runs the site: privacy, accessibility, terms
SECURITY_CONTACT = env.optional("SECURITY_CONTACT") or ""  # mailto:… or https://… of /.well-known/security.txt
MAY_PUBLISH_NON_COMMERCIAL = False  # whether the site may show what a source allows for non-commercial use only
TEND_EVERY = env.whole("TEND_EVERY", 5, least=1, most=3_600)  # seconds until a run that no message told of is found
DRIFT_EVERY = env.whole("DRIFT_EVERY", 60, least=5, most=7 * 86_400)  # seconds between two looks at drift
CELERY_BEAT_SCHEDULE = schedules.beat(EDITION_EVERY, TEND_EVERY, DRIFT_EVERY)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"viewers": {"()": "moviesite.logs.NoViewers"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["viewers"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"catalog": {"level": "INFO"}, "mlops": {"level": "INFO"}, "moviesite": {"level": "INFO"}},
}
