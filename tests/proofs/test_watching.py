"""Rights at the edges of windows by every clock of the world, and tickets that somebody bends: held against counting by hand.

`PROOFS=long` takes every zone there is and a thousand tickets; in CI it is a handful.
"""

import os
import random
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest

from catalog import territories
from catalog.errors import TicketRefused
from catalog.models import Licence, Movie
from catalog.selectors import films, programme, tickets
from catalog.territories import COUNTRIES, ZONES, day_in, end_of, first_moment
from tests.factories.catalog import make_licence, make_movie
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db
LONG = os.environ.get("PROOFS") == "long"
EXTREMES = ("Pacific/Pago_Pago", "Pacific/Kiritimati", "Africa/Cairo", "Australia/Lord_Howe", "America/Havana")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SEED = 1895


def counted(zone: tzinfo, day: date) -> datetime:
    """The first minute of a day by the clock of a zone, found by looking at one after another."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * HOUR
    while at.astimezone(zone).date() < day:
        at += MINUTE
    return at


def changes(zone: tzinfo, year: int) -> list[date]:
    """The days of a year on which a clock is set."""
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + n * 24 * HOUR for n in range(365)]
    offsets = [at.astimezone(zone).utcoffset() for at in noons]
    return [noons[n].astimezone(zone).date() for n in range(1, 365) if offsets[n] != offsets[n - 1]]


def test_windows_open_and_close_with_the_day_by_every_clock(monkeypatch: pytest.MonkeyPatch, tell: Tell) -> None:
    draw = random.Random(SEED)
    zones = sorted(available_timezones())
    chosen = zones if LONG else [*EXTREMES, *draw.sample(zones, 3)]
    film = make_movie()
    edges = set_days = 0
    for name in chosen:
        zone = ZoneInfo(name)
        monkeypatch.setitem(territories.ZONES, "GB", zone)
        year = draw.randrange(2024, 2037)
        days = changes(zone, year)[:2] or [date(year, 1, 1) + timedelta(days=draw.randrange(365))]
        set_days += len(changes(zone, year)[:2])
        for first in days:
            last = first + timedelta(days=draw.choice([0, 1, 27, 400]))
            begins, ends = counted(zone, first), counted(zone, last + timedelta(days=1))
            assert (begins, ends) == (first_moment(zone, first), end_of(zone, last)), (name, first, last)
            Licence.objects.all().delete()
            make_licence(film, starts_on=first, ends_on=last)
            for at, plays in ((begins - SECOND, False), (begins, True), (ends - SECOND, True), (ends, False)):
                said = {
                    programme.plays(film.pk, "GB", at),
                    Licence.objects.in_force(at).exists(),
                    films.playable(Movie.objects.all(), "GB", day_in(zone, at)).exists(),
                    programme.showing(film.pk, "GB", at) is not None,
                }
                assert said == {plays}, (name, at)
                edges += 1
    tell(
        "edges of windows, each asked of four reads", f"{edges} in {len(chosen)} zones, {set_days} days of a set clock"
    )


def test_a_ticket_lets_in_whom_it_was_made_for_and_nobody_else(tell: Tell) -> None:
    draw = random.Random(SEED)
    made = [make_movie() for _ in range(4)]
    today = date(2026, 6, 15)
    for film in made:
        for code in COUNTRIES:
            make_licence(film, territory=code, starts_on=today, ends_on=today + timedelta(days=draw.randrange(3)))
    ends = {
        (held.movie_id, held.territory): counted(ZONES[held.territory], held.ends_on + timedelta(days=1))
        for held in Licence.objects.all()
    }
    let_in = refused = 0
    while let_in + refused < (1_000 if LONG else 30):
        film, code = draw.choice(made), draw.choice(sorted(COUNTRIES))
        at = counted(ZONES[code], today) + draw.random() * 72 * HOUR
        shown = programme.showing(film.pk, code, at)
        assert (shown is not None) == (at < ends[film.pk, code])
        if shown is None:
            continue
        ticket = tickets.issue(visitor="browser:a", movie_id=film.pk, shown=shown, at=at)
        later = at + draw.choice([0.1, 1, 5.9, 6.1, 12, 30]) * HOUR
        who, which = draw.choice(["browser:a", "browser:a", "browser:b", "account:a"]), draw.choice([film, film, *made])
        bent = draw.random() < 0.2
        if bent:
            place = draw.randrange(len(ticket) - 1)
            ticket = ticket[:place] + ("A" if ticket[place] != "A" else "B") + ticket[place + 1 :]
        good = not bent and (who, which) == ("browser:a", film) and later < min(at + 6 * HOUR, ends[film.pk, code])
        try:
            tickets.admit(ticket, visitor=who, movie_id=which.pk, at=later)
        except TicketRefused:
            assert not good, (code, at, later)
            refused += 1
        else:
            assert good, (bent, who, which, at, later)
            let_in += 1
    tell("tickets let in and refused, as counted by hand", f"{let_in} and {refused}")
