"""What partners' viewers watched to the end: one row a viewer and film, with the time it was last told of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from catalog.errors import UnknownMovie
from catalog.models import Movie, PartnerKey, PartnerPlay
from catalog.services import partner_raters
from catalog.services.viewer_ratings import ADDED, UNCHANGED, UPDATED, check_moment

Look = Callable[[PartnerPlay | None], None]  # at what is there now, held fast


@dataclass(frozen=True)
class Told:
    """The play as it stands now, and what became of what was sent."""

    play: PartnerPlay
    status: str


def _anything(_: PartnerPlay | None) -> None:
    """Nothing was expected."""


def watched(
    *,
    by: PartnerKey,
    reference: str,
    movie_id: int,
    watched_at: datetime | None,
    at: datetime,
    look: Look = _anything,
) -> Told:
    """Record that a viewer watched a film to its end, or when, where that was told before.

    watched_at: their time; without one it is now, and a film that was told of before is unchanged. Raises UnknownMovie,
    AheadOfTime, BadReference, and what look raises.
    """
    check_moment(watched_at, at)
    partner_raters.check_reference(reference)
    if not Movie.objects.filter(pk=movie_id).exists():
        raise UnknownMovie.numbered(movie_id)
    partner_raters.source_of(partner=by.partner, at=at)  # which datasets name
    play = PartnerPlay(movie_id=movie_id, watched_at=watched_at or at, recorded_at=at)
    try:
        return _watched(by, reference, play, watched_at is not None, look)
    except IntegrityError:  # the same was sent at the same moment: now there is a row
        return _watched(by, reference, play, watched_at is not None, look)


def forget(*, by: PartnerKey, reference: str, movie_id: int, look: Look = _anything) -> bool:
    """Take a play back; say whether there was one."""
    with transaction.atomic():
        theirs = {"rater__partner": by.partner, "rater__reference": reference, "rater__test": by.test}
        play = PartnerPlay.objects.select_for_update(of=("self",)).filter(**theirs, movie=movie_id).first()
        look(play)
        if play is None:
            return False
        play.delete()
    return True


@transaction.atomic
def _watched(by: PartnerKey, reference: str, sent: PartnerPlay, dated: bool, look: Look) -> Told:
    rater = partner_raters.raters(partner=by.partner, references=[reference], test=by.test)[reference]
    now = PartnerPlay.objects.select_for_update().filter(rater=rater, movie=sent.movie_id).first()
    look(now)
    if now and (not dated or now.watched_at == sent.watched_at):
        return Told(now, UNCHANGED)
    new = PartnerPlay(pk=now.pk if now else None, rater_id=rater, movie_id=sent.movie_id)
    new.watched_at, new.recorded_at = sent.watched_at, sent.recorded_at
    new.save(force_insert=now is None, force_update=now is not None)
    return Told(new, UPDATED if now else ADDED)
