"""Where the visitor watches, and which day it is there."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from catalog.territories import chosen, day_at


def day_here(request: HttpRequest) -> date:
    """Return the day it is in the territory that the visitor chose: rights begin and end by it."""
    return day_at(chosen(request), timezone.now())
