"""Tests: everything real, but small, in a folder of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Whatever folder and broker the shell points at belong to somebody's running site, and a test would empty them.
os.environ["STATE"] = tempfile.mkdtemp(prefix="retromovies-test-")
os.environ.pop("REDIS_URL", None)
atexit.register(shutil.rmtree, os.environ["STATE"], ignore_errors=True)

from moviesite.settings.base import *  # noqa: E402,F403
from moviesite.settings.base import DATABASES, STATE  # noqa: E402

SECRET_KEY = "only-for-tests-" + "x" * 50
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
MAY_MAKE_DEMO_ACCOUNTS = True
MAY_PUBLISH_NON_COMMERCIAL = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ACCOUNT_RATE_LIMITS = False
# A file and not memory: workers and browsers reach the same database from other threads and processes.
DATABASES["default"]["TEST"] = (
    {"NAME": str(Path(STATE) / "test.sqlite3")} if "sqlite" in DATABASES["default"]["ENGINE"] else {}
)
