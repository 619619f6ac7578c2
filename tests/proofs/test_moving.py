"""Members who keep something here bring files of other sites, have it undone, take all away and bring it back.

What must come is counted by tests.proofs.carriers. `PROOFS=long` makes many accounts, and files bent at random.
"""

import io
import json
import os
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from catalog.models import Alert, FilmList, Hidden, ListEntry, Move, Movie, Play, Preferences, Rating, User, Viewing
from catalog.moving.refusals import BadFile
from catalog.services import moves, tallies
from mlops.models import Job
from tests.catalog.moving import LATER, exported, imported, looked_at, undone, wiped, work, zipped
from tests.factories import catalog as make
from tests.factories import keeping
from tests.proofs import carriers
from tests.proofs.carriers import Carried, Draw, noon
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db
LONG = os.environ.get("PROOFS") == "long"
ACCOUNTS, ROWS, BENT = (10, 60, 200) if LONG else (2, 10, 6)
Kept = dict[str, Any]


def everything(user: User) -> list[list[str]]:
    """Every row that is a member's, number and all, but for when we wrote a rating down."""
    mine = {"user": user}
    tables: list[Any] = [
        *(model._default_manager.filter(**mine).values_list() for model in (Viewing, FilmList, Hidden, Play, Alert)),
        Preferences.objects.filter(**mine).values_list(),
        ListEntry.objects.filter(list__user=user).values_list(),
        Rating.objects.filter(rater__user=user).values_list("pk", "movie", "value", "rated_at", "source"),
    ]
    return [sorted(map(str, rows)) for rows in tables]


def settled(user: User, draw: Draw, films: list[Movie]) -> None:
    """Let a member keep something in every table before they bring anything."""
    for film in draw.sample(films, draw.randint(0, 6)):
        make.make_member_rating(film, by=user, value=draw.randint(1, 10), at=noon(draw.day()))
    for film in draw.sample(films, draw.randint(0, 6)):
        keeping.make_viewing(user, film, seen_on=draw.choice([None, draw.day()]), note=draw.choice(["", "=1+1"]))
    for film in draw.sample(films, draw.randint(0, 3)):
        make.make_hidden(user, film)
        make.make_alert(user, film)
    if draw.random() < 0.7:
        keeping.make_watchlist(user, films=draw.sample(films, draw.randint(0, 5)))
    keeping.make_list(user, title="Mine", films=draw.sample(films, 3), note="two\nlines")
    if draw.random() < 0.5:
        make.make_preferences(user, record_plays=True)
        make.make_play(user, draw.choice(films))


def kept(user: User, films: list[Movie]) -> Kept:
    """What a member keeps, in the words of carriers: films by their place."""
    place = {film.pk: at for at, film in enumerate(films)}
    rated = Rating.objects.filter(rater__user=user)
    seen = Viewing.objects.filter(user=user)
    lists = FilmList.objects.filter(user=user).order_by("pk")
    return {
        "ratings": {place[row.movie_id]: (row.value, row.rated_at) for row in rated},
        "seen": Counter((place[row.movie_id], row.seen_on) for row in seen),
        "wanted": [_films(found, place) for found in lists if found.is_watchlist],
        "lists": [(row.title, row.note, _films(row, place)) for row in lists if not row.is_watchlist],
    }


def _films(found: FilmList, place: dict[int, int]) -> list[tuple[int, str]]:
    return [(place[row.movie_id], row.note) for row in found.entries.order_by("position") if row.movie_id]


def due(before: Kept, made: Carried, *, take_theirs: bool, asked: Any) -> Kept:
    """What a member must keep after a file was brought: what is here stays, what is not here comes."""
    theirs = {at: (value, noon(day) if day else asked) for at, (value, day) in made.ratings.items()}
    seen: Counter[tuple[int, date | None]] = Counter(before["seen"]) | made.seen
    for at in made.watched:
        if not any(film == at for film, _ in seen):
            seen[at, None] = 1
    ratings = {**before["ratings"], **theirs} if take_theirs else {**theirs, **before["ratings"]}
    if take_theirs:  # points without a day say nothing new of a rating that is the same
        same = {
            at for at, (value, day) in made.ratings.items() if not day and before["ratings"].get(at, (0,))[0] == value
        }
        ratings |= {at: before["ratings"][at] for at in same}
    wanted = before["wanted"][0] if before["wanted"] else []
    more = [(at, note) for at, note in made.wanted if at not in dict(wanted)]
    is_list = made.name.endswith(".zip") or made.name == "WATCHLIST.csv"
    return {
        "ratings": ratings,
        "seen": seen,
        "wanted": [[*wanted, *more]] if before["wanted"] or is_list else [],
        "lists": [*before["lists"], *((title, note, films) for title, _, note, films in made.lists)],
    }


def files(seed: int) -> Iterator[Carried]:
    yield carriers.letterboxd(seed, ROWS)
    yield carriers.imdb(seed, ROWS)


def test_what_comes_is_what_the_file_says_twice_is_once_and_an_undo_is_exact(tell: Tell) -> None:
    films = carriers.catalogue()
    told: Counter[str] = Counter()
    for seed in range(ACCOUNTS):
        user, draw = make.make_user(), Draw(seed)
        settled(user, draw, films)
        for made in files(seed):
            before, was, bytes_before = everything(user), kept(user, films), exported(user)
            take_theirs = draw.random() < 0.3
            move = looked_at(user, made.data, made.name)
            named = move.rows.exclude(state="PLAIN")
            assert Counter(named.values_list("state", flat=True)) == made.states, (seed, made.name)
            assert everything(user) == before, "nothing is written before the member says so"
            moves.confirm(move_id=move.pk, take_theirs=take_theirs, by=user, at=LATER)
            work()
            wanted = due(was, made, take_theirs=take_theirs, asked=move.asked_at)
            assert kept(user, films) == wanted, (seed, made.name)
            if not take_theirs:
                assert was["ratings"].items() <= kept(user, films)["ratings"].items()
            after = everything(user)
            again = imported(user, made.data, made.name, take_theirs=take_theirs)
            assert everything(user) == after, (seed, made.name, "twice is once")
            assert not again.rows.filter(outcome="WRITTEN").exists()
            undone(move)
            assert everything(user) == before, (seed, made.name, "undone")
            assert exported(user) == bytes_before
            told += Counter(files=1, rows=move.total, written=move.rows.filter(outcome="UNDONE").count())
            told += Counter({f"rows {state.lower()}": n for state, n in made.states.items()})
            if draw.random() < 0.8:
                imported(user, made.data, made.name)
    assert tallies.differences() == []
    tell("files of two sites, each looked at, brought, brought again and undone", dict(told))


def test_taken_away_cleared_and_brought_back_it_is_the_same_to_the_byte(tell: Tell) -> None:
    films = carriers.catalogue()
    size = rows = 0
    for seed in range(ACCOUNTS):
        user, draw = make.make_user(), Draw(seed)
        settled(user, draw, films)
        imported(user, carriers.letterboxd(seed, ROWS).data)
        before = exported(user)
        wiped(user)
        assert not any(everything(user)[:5]), seed
        move = imported(user, before)
        assert exported(user) == before, seed
        imported(user, before)
        assert exported(user) == before, (seed, "twice is once")
        size, rows = size + len(before), rows + move.total
    assert tallies.differences() == []
    tell("accounts taken away, cleared, and brought back byte for byte", f"{ACCOUNTS}, {rows} rows, {size} bytes")


# --- our own export, bent -----------------------------------------------------------------------------------------
STRANGE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1, 2**31, 10**30, 1.5, "", " ", "x" * 3_000, "\x00", "\ud800", "=1", [], {}, [[]], "GB", "XXX"),
    *("2020-01-01", "20200101", "2020-W01-1", "9999-12-31", "0001-01-01", "1887-12-31"),
    *("2020-01-01T00:00:00+00:00", "20200101T000000+00:00", "9999-12-31T23:59:59.999999+00:00", "0001-01-01T00:00:00+00:00"),
)  # fmt: skip


def bent(data: bytes, draw: random.Random) -> bytes:
    """An export of which somebody changed a few cells, lines, or a file as a whole."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    inside: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    tables = [name for name in inside if name.endswith(".ndjson") and inside[name] and not name.startswith("account")]
    for _ in range(draw.randint(1, 3)):
        name = draw.choice(tables)
        rows = [json.loads(line) for line in str(bytes(inside[name]), "utf-8").split("\n") if line]
        if not rows:
            continue
        row = draw.choice(rows)
        how = draw.random()
        if how < 0.7:
            row[draw.choice(list(row))] = draw.choice([*STRANGE, *row.values()])
        elif how < 0.8:
            del row[draw.choice(list(row))]
        elif how < 0.9:
            rows.append(row)
        else:
            draw.shuffle(rows)
        inside[name] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return zipped(inside)


def test_an_export_that_was_bent_is_refused_or_taken_and_never_breaks_a_worker(tell: Tell) -> None:
    films = carriers.catalogue()
    owner, draw = make.make_user(), Draw(1)
    settled(owner, draw, films)
    make.make_preferences(owner, record_plays=True) if not Preferences.objects.filter(user=owner).exists() else None
    imported(owner, carriers.letterboxd(1, 10).data)
    whole, told = exported(owner), Counter[str]()
    for seed in range(BENT):
        user = make.make_user()
        empty = everything(user)
        try:
            move = imported(user, bent(whole, random.Random(seed)))
        except BadFile:
            told["refused"] += 1
            continue
        told["taken"] += 1
        exported(user)
        undone(move)
        assert everything(user) == empty, seed
    assert not Job.objects.exclude(state=Job.State.DONE).exists()
    assert not Move.objects.open().exists()
    assert tallies.differences() == []
    tell("exports of our own that somebody bent: refused, or taken and undone", dict(told))
