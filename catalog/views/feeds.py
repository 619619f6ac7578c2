"""What programs read: a shared list and a diary as RSS, a watchlist's last days as a calendar."""

from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.html import escape
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from catalog.models import FeedLink, FilmList, ListEntry, User, Viewing
from catalog.selectors import diary, kept
from catalog.territories import COUNTRIES, chosen, day_at
from catalog.views.private import private

MOST = 50  # entries of a feed, the newest
FULL_NAME = "%s (%s)"


class Newest(Feed):  # type: ignore[type-arg]  # Django's own takes no parameter at run time
    """A feed of what was put down last. Whoever has the address reads it; search engines are told to leave it out."""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = private(super().__call__(request, *args, **kwargs))
        response["X-Robots-Tag"] = "noindex"
        return response

    def item_title(self, item: Any) -> str:
        return FULL_NAME % (item.title, item.year) if item.year else item.title

    def item_description(self, item: Any) -> str:
        return escape(item.note).replace("\n", "<br>")

    def item_link(self, item: Any) -> str:
        return item.movie.get_absolute_url() if item.movie else reverse("home")


class ListFeed(Newest):
    """What was put on a shared list last."""

    def get_object(self, request: HttpRequest, token: str) -> FilmList:
        found = kept.shared(token)
        if found is None:
            raise Http404(_("This link leads to no list any more."))
        return found

    def title(self, film_list: FilmList) -> str:
        return film_list.name

    def description(self, film_list: FilmList) -> str:
        return film_list.note

    def link(self, film_list: FilmList) -> str:
        return reverse("shared-list", args=[film_list.token])

    def items(self, film_list: FilmList) -> Any:
        return film_list.entries.select_related("movie").order_by("-added_at", "-pk")[:MOST]

    def item_guid(self, entry: ListEntry) -> str:
        return f"entry-{entry.pk}"

    item_guid_is_permalink = False

    def item_pubdate(self, entry: ListEntry) -> datetime:
        return entry.added_at


class DiaryFeed(Newest):
    """What a member saw last."""

    def get_object(self, request: HttpRequest, token: str) -> User:
        return holder(token, FeedLink.Kind.DIARY)

    def title(self, user: User) -> str:
        return _("Diary of %(name)s") % {"name": user.get_username()}

    def description(self, user: User) -> str:
        return _("Films seen, the last first")

    def link(self, user: User) -> str:
        return reverse("diary")

    def items(self, user: User) -> Any:
        return diary.lines(user).filter(seen_on__isnull=False)[:MOST]

    def item_title(self, item: Viewing) -> str:
        name = super().item_title(item)
        return _("%(film)s, again") % {"film": name} if item.again else name  # type: ignore[attr-defined]

    def item_guid(self, viewing: Viewing) -> str:
        return f"viewing-{viewing.pk}"

    item_guid_is_permalink = False

    def item_pubdate(self, viewing: Viewing) -> datetime:
        day = viewing.seen_on or viewing.recorded_at.date()
        return datetime.combine(day, time(12), tzinfo=timezone.utc)  # noqa: UP017 — Django's own utility has that name


def leaving(request: HttpRequest, token: str) -> HttpResponse:
    """The last days of the films on a member's watchlist, as a calendar. ?territory= names another country."""
    user = holder(token, FeedLink.Kind.LEAVING)
    asked = request.GET.get("territory", "")
    territory = asked if asked in COUNTRIES else chosen(request)
    calendar = Calendar()
    calendar.add("prodid", "-//Retromovies//watchlist//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Leaving: your watchlist, %(country)s") % {"country": COUNTRIES[territory]})
    for entry in kept.entries(kept.watchlist(user), territory, day_at(territory, clock.now()), "leaving"):
        if entry.movie is not None and entry.until not in (None, date.max):  # type: ignore[attr-defined]  # for ever
            calendar.add_component(_last_day(request, entry, territory))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    return private(response)


def _last_day(request: HttpRequest, entry: Any, territory: str) -> Event:
    """A whole day: the last on which the film plays. Asked again, it has the same id, so that calendars move it."""
    event = Event()
    event.add("uid", f"leaving-{entry.movie_id}-{territory}@{request.get_host()}")
    event.add("dtstamp", datetime.combine(entry.until, time(), tzinfo=timezone.utc))  # noqa: UP017
    event.add("dtstart", entry.until)
    event.add("dtend", entry.until + timedelta(days=1))
    event.add("summary", _("Last day: %(film)s") % {"film": entry.movie})
    event.add("url", request.build_absolute_uri(entry.movie.get_absolute_url()))
    event.add("transp", "TRANSPARENT")
    return event


def holder(token: str, kind: str) -> User:
    """Return whose secret address this is. Raises Http404."""
    found = FeedLink.objects.filter(token=token, kind=kind, user__is_active=True).select_related("user").first()
    if found is None:
        raise Http404(_("This address leads nowhere any more."))
    return found.user
