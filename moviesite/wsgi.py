"""What the web server imports."""

import os

import kombu.transport.redis  # noqa: F401 — half a second that the first rating of the day would otherwise wait
from django.core.wsgi import get_wsgi_application

from moviesite import keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moviesite.settings.embedded")

application = get_wsgi_application()
keys.check_apart()
