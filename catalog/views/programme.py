"""What leaves soon and what has just come, where the visitor watches: as pages, files, feeds and calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from catalog.formats import csv_file, json_file
from catalog.models import Movie
from catalog.selectors import programme
from catalog.territories import COUNTRIES, ZONES, chosen, day_at, first_moment
from catalog.views.rows import Row, row

WITHIN = 30  # days, before and after
SHOWN = 12  # of one night with their pictures; the others follow as names
SPANS = (7, 30, 90)  # how far a visitor may look ahead
HEADER = ("film", "title", "year", "rank", "first_day", "last_day", "days_left", "back_on", "address")


@dataclass(frozen=True)
class Line:
    """One film of a list by day. day: what the list goes by; days: left, or since; back: when it comes again."""

    film: Movie
    row: Row
    day: date
    days: int
    back: date | None = None


@require_safe
def leaving(request: HttpRequest, ending: str = "") -> HttpResponse:
    """Films that leave soon, by their last day."""
    territory, day = _where(request, ending)
    span = _span(request)
    found = [
        Line(one.film, row(one.film), one.last, one.days, one.back) for one in programme.leaving(territory, day, span)
    ]
    if ending:
        return _file(request, ending, "leaving", territory, found)
    return _page(request, "leaving", found, day, span)


@require_safe
def new(request: HttpRequest, ending: str = "") -> HttpResponse:
    """Films that have just come, the newest first."""
    territory, day = _where(request, ending)
    span = _span(request)
    found = [
        Line(film, row(film), first, (day - first).days) for film, first in programme.arrived(territory, day, span)
    ]
    if ending:
        return _file(request, ending, "new", territory, found)
    return _page(request, "new", found, day, span)


def _where(request: HttpRequest, ending: str) -> tuple[str, date]:
    """Return the territory, for a file also from its address (a feed reader has no cookie), and the day it is there."""
    asked = request.GET.get("territory", "") if ending else ""
    territory = asked if asked in COUNTRIES else chosen(request)
    return territory, day_at(territory, timezone.now())


def _span(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in map(str, SPANS) else WITHIN


def _page(request: HttpRequest, name: str, found: Sequence[Line], day: date, span: int) -> HttpResponse:
    by_day: dict[date, list[Line]] = {}
    for line in found:
        by_day.setdefault(line.day, []).append(line)
    context = {
        "name": name,
        "days": [(day, lines[0].days, lines[:SHOWN], lines[SHOWN:]) for day, lines in by_day.items()],
        "count": len(found),
        "span": span,
        "spans": SPANS,
        "today": day,
        "section": name,
    }
    return render(request, f"watching/{name}.html", context)


def _file(request: HttpRequest, ending: str, name: str, territory: str, found: Sequence[Line]) -> HttpResponse:
    rows = [_cells(request, name, line) for line in found]
    facts = {"list": name, "territory": territory, "country": str(COUNTRIES[territory]), "films": len(rows)}
    if ending == "csv":
        return csv_file(f"{name}-{territory}", HEADER, rows)
    if ending == "json":
        return json_file(facts, HEADER, rows)
    made = _feed(request, name, territory, found) if ending == "rss" else _calendar(request, name, territory, found)
    kind = "application/rss+xml" if ending == "rss" else "text/calendar"
    return HttpResponse(made, content_type=f"{kind}; charset=utf-8")


def _cells(request: HttpRequest, name: str, line: Line) -> tuple[Any, ...]:
    comes = name == "new"
    first, last, left = (line.day, None, None) if comes else (None, line.day, line.days)
    address = request.build_absolute_uri(line.film.get_absolute_url())
    return (line.film.pk, line.film.title, line.film.year, line.row.rank, first, last, left, line.back, address)


def _words(name: str, line: Line) -> str:
    said = _("Plays from %(day)s") if name == "new" else _("Last day: %(day)s")
    return said % {"day": date_format(line.day, "DATE_FORMAT")}


def _titled(name: str, territory: str) -> str:
    said = _("Retromovies: new in %(country)s") if name == "new" else _("Retromovies: leaving %(country)s")
    return said % {"country": COUNTRIES[territory]}


def _feed(request: HttpRequest, name: str, territory: str, found: Sequence[Line]) -> str:
    """Return RSS. What leaves is news from the day on which the list first names it; what comes, from its first day."""
    before = timedelta(days=0 if name == "new" else WITHIN)
    feed = Rss201rev2Feed(
        title=_titled(name, territory),
        link=request.build_absolute_uri(f"/{name}"),
        description=_titled(name, territory),
        feed_url=request.build_absolute_uri(),
    )
    for line in found:
        address = request.build_absolute_uri(line.film.get_absolute_url())
        feed.add_item(
            title=str(line.film),
            link=address,
            description=_words(name, line),
            unique_id=f"{name}-{line.film.pk}-{territory}-{line.day}",
            unique_id_is_permalink=False,
            pubdate=first_moment(ZONES[territory], line.day - before),
        )
    return feed.writeString("utf-8")


def _calendar(request: HttpRequest, name: str, territory: str, found: Sequence[Line]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Retromovies//programme//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _titled(name, territory))
    for line in found:
        event = Event()  # a whole day: it needs no clock
        event.add("uid", f"{name}-{line.film.pk}-{territory}-{line.day}@{request.get_host()}")
        event.add("dtstamp", first_moment(ZONES[territory], line.day))
        event.add("dtstart", line.day)
        event.add("dtend", line.day + timedelta(days=1))
        event.add("summary", f"{line.film}: {_words(name, line)}")
        event.add("url", request.build_absolute_uri(line.film.get_absolute_url()))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
