"""The embedded settings, in a folder that is thrown away."""

from moviesite.settings.embedded import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
MAY_MAKE_DEMO_ACCOUNTS = False
EDITION_EVERY = 1
