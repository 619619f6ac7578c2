"""Making a list, changing it, sharing it by a link, taking it away whole, taking a copy of another's."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog.errors import BadWords, NotKept, TooMany
from catalog.models import FilmList, ListEntry, Removal, User
from catalog.models.lists import NOTE, TITLE
from catalog.selectors import kept
from catalog.services import removals
from catalog.words import printable

MOST_LISTS = 500
AT_ONCE = timedelta(seconds=5)  # the same again so soon is the same press of a button
SECRET = 24  # bytes of a link's secret
CHUNK = 500
PRIVATE, LINK = FilmList.Visibility.PRIVATE, FilmList.Visibility.LINK


def make_list(*, title: str, by: User, at: datetime, note: str = "", numbered: bool = False) -> FilmList:
    """Make an empty list that nobody else sees. Raises BadWords, TooMany."""
    words = {"title": _title(title), "note": checked_note(note), "numbered": numbered}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # two at once do not pass the limit together
        return _made(words, by, at)[0]


def change_list(*, list_id: int, title: str, note: str, numbered: bool, by: User, at: datetime) -> FilmList:
    """Give a list another title, note or way of counting. Raises NotKept, BadWords."""
    with transaction.atomic():
        changed = held(list_id, by)
        changed.title = printable(title).strip() if changed.is_watchlist else _title(title)
        changed.note, changed.numbered, changed.changed_at = checked_note(note), numbered, at
        changed.save()
    return changed


def share_list(*, list_id: int, by: User, at: datetime) -> FilmList:
    """Let whoever has its link see a list; shared already, it gets a new link and the old one leads nowhere. Raises NotKept."""
    return _seen_by(LINK, secrets.token_urlsafe(SECRET), list_id, by, at)


def unshare_list(*, list_id: int, by: User, at: datetime) -> FilmList:
    """Take a list's link away: nobody else sees it any more. Raises NotKept."""
    return _seen_by(PRIVATE, "", list_id, by, at)


def delete_list(*, list_id: int, by: User, at: datetime) -> Removal:
    """Take a list away with everything on it; a month long it can be had back, link included. Raises NotKept."""
    with transaction.atomic():
        gone = held(list_id, by)
        if gone.is_watchlist:
            raise NotKept(_("The watchlist stays; its films can be taken off."))
        rows = {
            "list": removals.packed(gone),
            "entries": [removals.packed(entry) for entry in gone.entries.order_by("position")],
        }
        removal = removals.remember(kind=Removal.Kind.LIST, what=gone.title, rows=rows, by=by, at=at)
        gone.delete()
    return removal


def clone_list(*, token: str, by: User, at: datetime) -> FilmList:
    """Copy a shared list into one's own: films, order and notes; who made it is not said. Raises NotKept, TooMany."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        theirs = kept.shared(token)
        if theirs is None:
            raise NotKept(_("This link leads to no list any more."))
        mine, new = _made({"title": theirs.name, "note": theirs.note, "numbered": theirs.numbered}, by, at)
        if not new:
            return mine
        copied = ("movie_id", "title", "year", "position", "note")
        ListEntry.objects.bulk_create(
            (ListEntry(list=mine, added_at=at, **row) for row in theirs.entries.values(*copied)), batch_size=CHUNK
        )
    return mine


def held(list_id: int, by: User) -> FilmList:
    """Return a member's own list, locked until the transaction ends. Raises NotKept."""
    found = FilmList.objects.select_for_update().filter(pk=list_id, user=by).first()
    if found is None:
        raise NotKept(_("There is no such list among yours."))
    return found


def _seen_by(visibility: str, token: str, list_id: int, by: User, at: datetime) -> FilmList:
    with transaction.atomic():
        changed = held(list_id, by)
        changed.visibility, changed.token, changed.changed_at = visibility, token, at
        changed.save(update_fields=["visibility", "token", "changed_at"])
    return changed


def _made(words: dict[str, Any], by: User, at: datetime) -> tuple[FilmList, bool]:
    """Make a list of a member who is locked, or return the one that the same press made already. Raises TooMany."""
    pressed = FilmList.objects.filter(user=by, is_watchlist=False, made_at__gt=at - AT_ONCE, made_at__lte=at, **words)
    if (twin := pressed.first()) is not None:
        return twin, False
    _room(by)
    return FilmList.objects.create(user=by, made_at=at, changed_at=at, **words), True


def _room(by: User) -> None:
    if FilmList.objects.filter(user=by).count() >= MOST_LISTS:
        raise TooMany(_("%(most)s lists are the most one member may keep: take one away first.") % {"most": MOST_LISTS})


def _title(given: Any) -> str:
    words = printable(str(given)).strip()
    if not 1 <= len(words) <= TITLE:
        raise BadWords("title", _("A list needs a title of 1 to %(most)s characters.") % {"most": TITLE})
    return words


def checked_note(given: Any) -> str:
    words = printable(str(given)).replace("\r\n", "\n").strip()
    if len(words) > NOTE:
        told = {"most": number_format(NOTE), "given": number_format(len(words))}
        raise BadWords("note", _("A note has %(most)s characters at most; this one has %(given)s.") % told)
    return words
