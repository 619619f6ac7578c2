"""`make run`: one machine, nothing installed beforehand. The state folder holds everything, secrets included."""

import secrets
from pathlib import Path

from moviesite.settings.base import *  # noqa: F403
from moviesite.settings.base import STATE


def _kept_secret(path: Path) -> str:
    """Return the key in the file, made at the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = _kept_secret(STATE / "secret_key")
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MAY_MAKE_DEMO_ACCOUNTS = True
MAY_PUBLISH_NON_COMMERCIAL = True
WHITENOISE_USE_FINDERS = True  # no collectstatic between a clone and the first page
