"""What a partner's viewer did with one film, whatever it is: one row, held fast while it is decided on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from catalog.errors import CatalogError, UnknownMovie
from catalog.models import Movie, PartnerKey, PartnerPlay, Rater, Rating
from catalog.services import partner_raters

AHEAD = timedelta(minutes=5)  # so far may a partner's clock be before ours
ADDED, UPDATED, UNCHANGED = "added", "updated", "unchanged"

Row = TypeVar("Row", Rating, PartnerPlay)
Look = Callable[[Any], None]  # at the row that is there now, or None; it raises when that is not what was expected


class AheadOfTime(CatalogError):
    """A moment that has not come yet."""


@dataclass(frozen=True)
class Kept:
    """The row as it stands now, and what became of what was sent."""

    row: Any
    status: str


def anything(_: Any) -> None:
    """Nothing was expected."""


def check(*, reference: str, movie_id: int, theirs: datetime | None, at: datetime) -> None:
    """Raise AheadOfTime, BadReference or UnknownMovie. theirs: the viewer's moment, at most five minutes ahead of ours."""
    if theirs is not None and theirs > at + AHEAD:
        raise AheadOfTime(f"must not lie ahead: here it is {at:%Y-%m-%dT%H:%M:%SZ} now.")
    partner_raters.check_reference(reference)
    if not Movie.objects.filter(pk=movie_id).exists():
        raise UnknownMovie.numbered(movie_id)


def put(
    *,
    sent: Row,
    by: PartnerKey,
    reference: str,
    same: Callable[[Row], bool],
    look: Look,
    write: Callable[[Row | None, Row], None],
) -> Kept:
    """Put what was sent in the place of what is there, unless that is the same; write is given both, to do so."""
    try:
        return _put(sent, by, reference, same, look, write)
    except IntegrityError:  # the same was sent at the same moment: now there is a row to change
        return _put(sent, by, reference, same, look, write)


@transaction.atomic
def _put(
    sent: Row,
    by: PartnerKey,
    reference: str,
    same: Callable[[Row], bool],
    look: Look,
    write: Callable[[Row | None, Row], None],
) -> Kept:
    sent.rater_id = partner_raters.raters(partner=by.partner, references=[reference], test=by.test)[reference]
    now: Row | None = (
        type(sent)._default_manager.select_for_update().filter(rater=sent.rater_id, movie=sent.movie_id).first()
    )
    look(now)
    if now is not None and same(now):
        return Kept(now, UNCHANGED)
    sent.pk = now.pk if now else None
    write(now, sent)
    return Kept(sent, UPDATED if now else ADDED)


def save(now: Row | None, new: Row) -> None:
    """Write the row: a new one, or over the one that is there."""
    new.save(force_insert=now is None, force_update=now is not None)


def held(model: type[Row], *, by: PartnerKey, reference: str, movie_id: int) -> Row | None:
    """Return what is there, held fast until the transaction ends, or None."""
    theirs = Rater.objects.named(by.partner_id, by.test, [reference]).values("pk")
    found: Row | None = (
        model._default_manager.select_for_update(of=("self",)).filter(rater__in=theirs, movie=movie_id).first()
    )
    return found
