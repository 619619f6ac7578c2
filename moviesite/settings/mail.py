"""Letters: the demo writes them as files into STATE/mail; production hands them to the server it is told, or sends none."""

from pathlib import Path
from typing import Any

from moviesite.settings import env

FILES, SMTP, NOWHERE = (f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("filebased", "smtp", "dummy"))
# An address is never asked for, only kept in its own table (no history has it), and of use once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letters to people who have nothing to do with us
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Retromovies: "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password, address or second factor, to a confirmed address
ACCOUNT_RATE_LIMITS: Any = {"login_failed": ""}  # failures are counted in the database: catalog.services.attempts
EMAIL_TIMEOUT = 10


def folder(state: Path) -> dict[str, object]:
    """Return the settings of a site whose letters lie in a folder."""
    return {"EMAIL_BACKEND": FILES, "EMAIL_FILE_PATH": str(state / "mail"), "MAIL": "files"}


def server() -> dict[str, object]:
    """Return the settings of a site that has a mail server, by EMAIL_HOST; without it none is sent, and pages say so."""
    host = env.optional("EMAIL_HOST")
    if not host:
        return {"EMAIL_BACKEND": NOWHERE, "MAIL": ""}
    return {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": host,
        "EMAIL_PORT": env.whole("EMAIL_PORT", 587, least=1, most=65_535),
        "EMAIL_HOST_USER": env.optional("EMAIL_HOST_USER") or "",
        "EMAIL_HOST_PASSWORD": env.optional("EMAIL_HOST_PASSWORD") or "",
        "EMAIL_USE_TLS": env.yes("EMAIL_USE_TLS", True),
        "DEFAULT_FROM_EMAIL": env.text("DEFAULT_FROM_EMAIL"),
        "MAIL": "smtp",
    }
