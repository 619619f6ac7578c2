"""The embedded settings, in a folder that is thrown away."""

from pathlib import Path

from moviesite.settings.embedded import *  # noqa: F403
from moviesite.settings.embedded import TEMPLATES

ROOT_URLCONF = "bench.urls"
MAY_MAKE_DEMO_ACCOUNTS = False
EDITION_EVERY = 1
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
