"""Settings of the site that flow tests start: the embedded ones, with the tests' key, so that both know each other's sessions."""

import os

from moviesite.settings.embedded import *  # noqa: F403

SECRET_KEY = os.environ["FLOWS_SECRET_KEY"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
