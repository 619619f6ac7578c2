"""What a member watched: kept while they want it, taken out of the row, marked as seen, forgotten; each can be undone."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.errors import NotRecorded
from catalog.models import Play, Preferences, User

CREDITS = 20  # a film is seen when less than a twentieth of it is left
AGAIN = timedelta(hours=12)  # going back soon after the end, past the beginning, belongs to the same viewing


def progress(*, by: User, movie_id: int, position: int, length: int, at: datetime) -> Play | None:
    """Note where a member is in a film; None when they did not ask for that, and then nothing is written.

    position, length: whole seconds; a position outside of the film counts as its nearest end.
    """
    try:
        return _note(by, movie_id, max(0, min(position, length)), length, at)
    except IntegrityError:  # two windows began the same film at the same moment: now there is a row
        return _note(by, movie_id, max(0, min(position, length)), length, at)


@transaction.atomic
def _note(by: User, movie_id: int, position: int, length: int, at: datetime) -> Play | None:
    if not Preferences.objects.filter(user=by, record_plays=True).exists():
        return None
    mine = Play.objects.select_for_update().filter(user=by, movie_id=movie_id)
    play = mine.open().first()
    if play is None:
        last = mine.finished().order_by("-seen_at", "-pk").first()
        if last and (is_seen(position, length) or (at - last.seen_at < AGAIN and position * 10 > length)):
            return last
        play = Play(user=by, movie_id=movie_id, started_at=at, seen_at=at, length=length)
    play.length = length
    play.position = position
    play.furthest = min(length, max(play.furthest, position))
    play.seen_at = max(play.seen_at, at)
    play.removed_at = None
    if is_seen(position, length):
        play.finished_at = play.seen_at
    play.save()
    return play


def is_seen(position: int, length: int) -> bool:
    """Say whether who is there has seen the film: the credits may run without them."""
    return (length - position) * CREDITS < length


def remove(*, by: User, play_id: int, at: datetime) -> Play:
    """Take a viewing out of the row of what to go on with; where it stopped is kept. Raises NotRecorded."""
    return _change(by, play_id, removed_at=at)


def restore(*, by: User, play_id: int, at: datetime) -> Play:
    """Put a viewing back into the row. Raises NotRecorded."""
    return _change(by, play_id, removed_at=None)


def mark_seen(*, by: User, play_id: int, at: datetime) -> Play:
    """Say that a member has seen a film to its end, wherever that was; how far it got here stays. Raises NotRecorded."""
    return _change(by, play_id, finished_at=at, by_hand=True)


def unmark_seen(*, by: User, play_id: int, at: datetime) -> Play:
    """Take back what was said by hand; a film seen here to its end stays seen. Raises NotRecorded."""
    return _change(by, play_id, finished_at=None, by_hand=False)


def forget(*, by: User, at: datetime) -> int:
    """Delete all that is kept of what a member watched, and return how many viewings that was."""
    with transaction.atomic():
        gone, _ = Play.objects.filter(user=by).delete()
    return gone


def forget_one(*, by: User, play_id: int, at: datetime) -> None:
    """Delete one viewing for good. Raises NotRecorded."""
    with transaction.atomic():
        _mine(by, play_id).delete()


@transaction.atomic
def _change(by: User, play_id: int, **values: datetime | bool | None) -> Play:
    play = _mine(by, play_id)
    if "finished_at" in values and bool(play.finished_at) == bool(values["finished_at"]):
        return play
    if "finished_at" in values and play.finished_at and not play.by_hand:
        raise NotRecorded(_("This film was seen to its end here: that stays. You may delete the whole viewing."))
    for name, value in values.items():
        setattr(play, name, value)
    try:
        with transaction.atomic():
            play.save(update_fields=list(values))
    except IntegrityError as error:
        raise NotRecorded(_("You have begun this film anew since then: go on with that.")) from error
    return play


def _mine(by: User, play_id: int) -> Play:
    play = Play.objects.select_for_update().filter(user=by, pk=play_id).first()
    if play is None:
        raise NotRecorded(_("This viewing is not kept any more."))
    return play
