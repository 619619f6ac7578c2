"""A list as a page, as a fragment and as a file; the member's own or one that was shared."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.formats import csv_file, json_file
from catalog.models import FeedLink, FilmList, ListEntry, Removal, User
from catalog.selectors import kept
from catalog.territories import chosen
from catalog.views.feed_links import address_of
from catalog.views.here import day_here
from catalog.views.paging import page_of
from catalog.views.private import private
from catalog.views.rows import Row, row

PER_PAGE = 50
SOON = 30  # a day that near is shown as leaving
HEADER = ("place", "title", "year", "film", "note", "added", "address")
ORDER_WORDS = {
    "place": _("In my order"),
    "added": _("Last added"),
    "leaving": _("Leaving first"),
    "rank": _("By the chart"),
    "year": _("By year"),
}


@dataclass(frozen=True)
class EntryRow:
    """One film of a list as its page shows it. row is None when the film left the catalogue."""

    entry: ListEntry
    row: Row | None
    place: int
    seen: bool
    until: date | None
    days: int | None


@dataclass(frozen=True)
class Gone:
    """A film just taken off: where its line was, and the way back."""

    removal: Removal
    before: int  # the number of rows of this page that stand above it


def answer(request: HttpRequest, film_list: FilmList, user: User, ending: str = "") -> HttpResponse:
    """Return a member's own list as a page, or as a file with an ending."""
    if ending:
        return private(file(request, film_list, ending))
    return private(render(request, "me/list.html", context(request, film_list, user)))


def context(request: HttpRequest, film_list: FilmList, user: User, page: int | None = None) -> dict[str, Any]:
    """Return what the page of a list shows, and its fragment. page: the number of another page than the one asked for."""
    order = order_of(request)
    found = kept.entries(film_list, chosen(request), day_here(request), order)
    shown = page_of(request, found, PER_PAGE) if page is None else _page(found, page)
    return {
        "section": "me",
        "list": film_list,
        "page_obj": shown,
        "rows": entry_rows(shown.object_list, user, day_here(request)),
        "progress": kept.progress(film_list, user),
        "order": order,
        "orders": list(ORDER_WORDS.items()),
        "querystring": "" if order == "place" else f"order={order}",
        "link": link_of(request, film_list),
        "feed": address_of(request, FeedLink.Kind.LEAVING) if film_list.is_watchlist else "",
    }


def order_of(request: HttpRequest) -> str:
    """Return the order that the address, or the form, asks for; the member's own when it is unknown."""
    asked = request.POST.get("order") or request.GET.get("order", "")
    return asked if asked in ORDER_WORDS else "place"


def entry_rows(entries: Any, user: Any, today: date) -> list[EntryRow]:
    """Return lines for entries of kept.entries()."""
    found = list(entries)
    films = [entry.movie_id for entry in found if entry.movie_id]
    seen = kept.seen_films(user, films) if isinstance(user, User) else set()
    return [
        EntryRow(
            entry=entry,
            row=row(entry.movie) if entry.movie else None,
            place=entry.place,
            seen=entry.movie_id in seen,
            until=entry.until,
            days=(entry.until - today).days if entry.until and (entry.until - today).days <= SOON else None,
        )
        for entry in found
    ]


def file(request: HttpRequest, film_list: FilmList, ending: str) -> HttpResponse:
    """Return a list as a file: the film's number, or nothing when the film left the catalogue."""
    lines = []
    for entry in kept.entries(film_list, chosen(request), day_here(request)):
        address = request.build_absolute_uri(entry.movie.get_absolute_url()) if entry.movie else ""
        place = entry.place  # type: ignore[attr-defined]
        lines.append((place, entry.title, entry.year, entry.movie_id, entry.note, entry.added_at, address))
    name = "watchlist" if film_list.is_watchlist else "list"
    if ending == "csv":
        return csv_file(name, HEADER, lines)
    return json_file({"title": film_list.name, "note": film_list.note, "films": len(lines)}, HEADER, lines)


def link_of(request: HttpRequest, film_list: FilmList) -> str:
    """Return the whole address of a shared list, or nothing."""
    return request.build_absolute_uri(reverse("shared-list", args=[film_list.token])) if film_list.shared else ""


def _page(found: QuerySet[ListEntry], number: int) -> Any:
    return Paginator(found, PER_PAGE).get_page(number)
