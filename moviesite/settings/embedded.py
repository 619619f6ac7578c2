"""`make run`: one machine, nothing installed beforehand. The state folder holds everything, secrets included."""

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from moviesite.settings import env
from moviesite.settings.base import *  # noqa: F403
from moviesite.settings.base import STATE


def _kept_secret(path: Path) -> str:
    """Return the key in the file, made at the first start. The file is whole or not there; an empty one counts as none."""
    if not path.exists() or not path.stat().st_size:
        number, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # for our eyes only
        with os.fdopen(number, "w") as file:
            file.write(secrets.token_urlsafe(64))
        Path(draft).replace(path)
    return path.read_text()


try:
    SECRET_KEY = _kept_secret(env.made("STATE", STATE) / "secret_key")
except OSError as problem:
    raise ImproperlyConfigured(f"STATE={STATE} cannot keep its secret_key: {problem.strerror}.") from problem
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MAY_MAKE_DEMO_ACCOUNTS = True
MAY_PUBLISH_NON_COMMERCIAL = True
WHITENOISE_MAX_AGE = 600  # seconds: the files have no digest in their names here
WHITENOISE_USE_FINDERS = True  # no collectstatic between a clone and the first page
