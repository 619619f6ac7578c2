"""The partner API: who may ask, how often, and how answers and refusals look."""

from django.core.exceptions import ImproperlyConfigured

from catalog.outward import guard
from moviesite.settings import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["catalog.api.authentication.PartnerKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["catalog.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["catalog.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["catalog.api.bodies.StrictJson"],
    "DEFAULT_SCHEMA_CLASS": "catalog.api.openapi.OurSchema",
    "EXCEPTION_HANDLER": "catalog.api.errors.problem",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": ["catalog.api.throttles.PerKey"],
}
API_PAGE, API_PAGE_MOST = 50, 250  # items of a list, unless told and at most
API_PER_MINUTE = env.whole(
    "API_PER_MINUTE", 600, least=1
)  # requests of a key to read, unless its partner has other terms
API_WRITES_PER_MINUTE = env.whole("API_WRITES_PER_MINUTE", 300, least=1)
API_PER_MONTH = env.whole("API_PER_MONTH", 1_000_000, least=1)  # of all keys of a partner, likewise
API_LOG_DAYS = env.whole("API_LOG_DAYS", 30, least=1, most=365)  # days that single requests are found by their id
SPECTACULAR_SETTINGS = {
    "TITLE": "Retromovies API",
    "DESCRIPTION": "Charts, films, rights, editions and recommendations of Retromovies, for partners. "
    "Numbers that must stay exact are texts. Errors are problem documents (RFC 9457), lists are walked by cursors, and "
    "within version 1 things are added, never taken away or changed. A first tour and all promises: /developers.",
    "VERSION": "1",
    "CONTACT": {"name": "Retromovies for developers", "url": "/developers"},
    "LICENSE": {"name": "Apache License 2.0, of this description", "identifier": "Apache-2.0"},
    "EXTERNAL_DOCS": {"description": "Getting started, limits, promises", "url": "/developers"},
    "SERVERS": [{"url": "/", "description": "The site that serves this description"}],
    "OAS_VERSION": "3.1.1",
    "PATH_CONVERTER_OVERRIDES": {
        "whole": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
        "endpoint": {"type": "string", "pattern": "^whk_[0-9A-Za-z]{22}$"},
        "delivery": {"type": "string", "pattern": "^dlv_[0-9A-Za-z]{22}$"},
        "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
    },
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "EventKind": "catalog.models.webhooks.TOLD",
        "DeliveryKind": "catalog.api.webhook_shapes.SENT",
        "DeliveryState": "catalog.api.webhook_shapes.STATE_WORDS",
        "ImportState": "catalog.api.imports.STATES",
        "Territory": "catalog.api.film_shapes.ALL_TERRITORIES",
        "Country": "catalog.api.own_use.ALL_COUNTRIES",
        "Outcome": "catalog.api.user_shapes.STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "catalog.api.openapi.with_chapters",
        "catalog.api.closing.close_bodies",
        "catalog.api.links.with_links",
    ],
}

RIGHTS_NOTICE_DAYS = env.whole("RIGHTS_NOTICE_DAYS", 7, least=1, most=14)  # before a licence begins or ends
# host:port and network:port that a webhook may reach although they are private, by plain http too.
WEBHOOK_ALLOW = "" if (named := env.text("WEBHOOK_ALLOW", "none")) == "none" else named
try:
    guard.allowed(WEBHOOK_ALLOW)
except ValueError as problem:
    raise ImproperlyConfigured(f"WEBHOOK_ALLOW: {problem}") from problem
