"""The diary: noting what one saw, correcting it, taking it out."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog.errors import BadWords, NotKept, TooMany, UnknownMovie
from catalog.models import Movie, Removal, User, Viewing
from catalog.models.viewings import FIRST_DAY
from catalog.services import removals
from catalog.services.lists import AT_ONCE, checked_note

MOST_VIEWINGS = 50_000
AHEAD = timedelta(hours=14)  # somewhere on earth it is tomorrow already


def note_viewing(*, movie_id: int, seen_on: date | None, by: User, at: datetime, note: str = "") -> Viewing:
    """Note that a member saw a film, on a day or some time; any number of times. Raises UnknownMovie, BadWords, TooMany."""
    day, words = _day(seen_on, at), checked_note(note)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        movie = Movie.objects.filter(pk=movie_id).first()
        if movie is None:
            raise UnknownMovie.numbered(movie_id)
        if (twin := _pressed(by, movie, day, words, at)) is not None:
            return twin
        if Viewing.objects.filter(user=by).count() >= MOST_VIEWINGS:
            raise TooMany(
                _("A diary holds %(most)s lines at most: take one out first.") % {"most": number_format(MOST_VIEWINGS)}
            )
        kept = {"title": movie.title, "year": movie.year, "note": words}
        return Viewing.objects.create(user=by, movie=movie, seen_on=day, recorded_at=at, **kept)


def change_viewing(*, viewing_id: int, seen_on: date | None, note: str, by: User, at: datetime) -> Viewing:
    """Give a line of the diary another day or note. Raises NotKept, BadWords."""
    day, words = _day(seen_on, at), checked_note(note)
    with transaction.atomic():
        viewing = _locked(viewing_id, by)
        viewing.seen_on, viewing.note = day, words
        viewing.save(update_fields=["seen_on", "note"])
    return viewing


def take_out(*, viewing_id: int, by: User, at: datetime) -> Removal:
    """Take a line out of the diary; a month long it can be had back. Raises NotKept."""
    with transaction.atomic():
        viewing = _locked(viewing_id, by)
        rows = {"viewing": removals.packed(viewing)}
        removal = removals.remember(kind=Removal.Kind.VIEWING, what=viewing.title, rows=rows, by=by, at=at)
        viewing.delete()
    return removal


def _pressed(by: User, movie: Movie, day: date | None, note: str, at: datetime) -> Viewing | None:
    """Return the line that the same press of a button noted already."""
    same = Viewing.objects.filter(user=by, movie=movie, seen_on=day, note=note)
    return same.filter(recorded_at__gt=at - AT_ONCE, recorded_at__lte=at).first()


def _locked(viewing_id: int, by: User) -> Viewing:
    found = Viewing.objects.select_for_update().filter(pk=viewing_id, user=by).first()
    if found is None:
        raise NotKept(_("This line is not in your diary any more."))
    return found


def _day(day: date | None, at: datetime) -> date | None:
    if day is not None and day > (at + AHEAD).date():
        raise BadWords("seen_on", _("This day is still to come: choose today or a day before."))
    if day is not None and day < FIRST_DAY:
        raise BadWords(
            "seen_on",
            _("The first films are of %(year)s: choose a later day, or leave it out.") % {"year": FIRST_DAY.year},
        )
    return day
