"""The territories rights are given for, and which one a visitor chose."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.words import in_order

WORLD = "001"  # UN M49
TERRITORIES = {
    WORLD: _("Worldwide"),
    "BR": _("Brazil"),
    "DE": _("Germany"),
    "ES": _("Spain"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "US": _("United States"),
}
COUNTRIES = {code: name for code, name in TERRITORIES.items() if code != WORLD}
# A licence's days are those of its territory: by the clock of its capital where it has several. What is meant for the
# whole world counts by the day of whoever watches; where nobody does (lists of the staff), by UTC.
ZONES: dict[str, tzinfo] = {
    WORLD: UTC,
    "BR": ZoneInfo("America/Sao_Paulo"),
    "DE": ZoneInfo("Europe/Berlin"),
    "ES": ZoneInfo("Europe/Madrid"),
    "FR": ZoneInfo("Europe/Paris"),
    "GB": ZoneInfo("Europe/London"),
    "IT": ZoneInfo("Europe/Rome"),
    "JP": ZoneInfo("Asia/Tokyo"),
    "US": ZoneInfo("America/New_York"),
}
COOKIE = "territory"


def chosen(request: HttpRequest) -> str:
    """Return the territory the visitor chose, or the default; an unknown cookie counts as none."""
    code = request.COOKIES.get(COOKIE, "")
    return code if code in COUNTRIES else settings.TERRITORY_DEFAULT


def day_in(zone: tzinfo, at: datetime) -> date:
    """Return the day of the calendar that a moment falls on by the clock of a zone. at: aware."""
    return at.astimezone(zone).date()


def first_moment(zone: tzinfo, day: date) -> datetime:
    """Return the moment, in UTC, at which a day begins by the clock of a zone: the first one of which day_in says that day.

    A clock that is set forward at midnight begins the day at one; one that skips a whole day begins it where the next begins.
    """
    if day.year in (1, 9999):  # «for ever»: no clock of another zone can tell the calendar's own ends
        return datetime.combine(day, time(), tzinfo=UTC)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def end_of(zone: tzinfo, day: date) -> datetime:
    """Return the moment, in UTC, at which a day is over by the clock of a zone: the first one of the next day."""
    return datetime.max.replace(tzinfo=UTC) if day == date.max else first_moment(zone, day + timedelta(days=1))


def day_at(territory: str, at: datetime) -> date:
    """Return the day it is in a territory at a moment."""
    return day_in(ZONES[territory], at)


def days_at(at: datetime) -> Iterator[tuple[date, list[str]]]:
    """Yield each day that it is somewhere at a moment, with the territories where it is that day; two or three in all."""
    days = {code: day_at(code, at) for code in ZONES}
    for day in sorted(set(days.values())):
        yield day, [code for code, found in days.items() if found == day]


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the chooser in the footer."""
    code = chosen(request)
    countries = in_order(COUNTRIES.items(), lambda pair: str(pair[1]))
    return {"territory": code, "territory_name": COUNTRIES.get(code, code), "territories": countries}
