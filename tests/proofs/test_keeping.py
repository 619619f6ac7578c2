"""Random members keep, move, take off and undo: the lists stay what a row of cards would be, and an undo is exact.

`PROOFS=long` runs a thousand members and tells what was done; in CI it is a handful.
"""

import os
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from catalog.models import FilmList, ListEntry, Movie, Rating, Removal, User, Viewing
from catalog.services import diary, entries, lists, tallies, undo
from tests.factories.catalog import make_member_rating, make_movie, make_user
from tests.factories.keeping import make_list, make_viewing
from tests.factories.mlops import NOON
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db
LONG = os.environ.get("PROOFS") == "long"
MEMBERS, ACTS = (1_000, 20) if LONG else (5, 20)


def everything(user: User) -> list[list[tuple[Any, ...]]]:
    """All that a member keeps, but for when a list was changed and when a rating was recorded."""
    kept: list[Any] = [
        FilmList.objects.filter(user=user).values_list("pk", "title", "note", "visibility", "token", "made_at"),
        ListEntry.objects.filter(list__user=user).values_list(),
        Viewing.objects.filter(user=user).values_list(),
        Rating.objects.filter(rater__user=user).values_list("movie", "value", "rated_at", "source"),
    ]
    return [sorted(rows, key=str) for rows in kept]


def moved(user: User, kept: FilmList, cards: list[int], draw: random.Random, films: list[Movie]) -> str:
    """Do one thing to a list and the same to a row of cards."""
    what = draw.choice(["put", "place", "up", "down", "off"])
    if what == "put" or len(cards) < 2:
        film = draw.choice(films)
        entry, new = entries.add_film(list_id=kept.pk, movie_id=film.pk, by=user, at=NOON)
        cards.extend([entry.pk] if new else [])
        return "put"
    at = draw.randrange(len(cards))
    card = cards[at]
    if what == "off":
        entries.take_off(entry_id=card, by=user, at=NOON)
        cards.remove(card)
        return what
    to = {"place": draw.randrange(len(cards)), "up": max(0, at - 1), "down": min(len(cards) - 1, at + 1)}[what]
    how = {"place": {"place": to + 1}, "up": {"up": 1}, "down": {"up": -1}}[what]
    entries.move_film(entry_id=card, by=user, at=NOON, **how)
    cards.insert(to, cards.pop(at))
    return what


def taken(user: User, draw: random.Random) -> list[Removal]:
    """Take several things away, in any order."""
    acts = [
        *(
            (entries.take_off, {"entry_id": pk})
            for pk in ListEntry.objects.filter(list__user=user).values_list("pk", flat=True)
        ),
        *(
            (diary.take_out, {"viewing_id": pk})
            for pk in Viewing.objects.filter(user=user).values_list("pk", flat=True)
        ),
        *(
            (undo.withdraw_rating, {"movie_id": pk})
            for pk in Rating.objects.filter(rater__user=user).values_list("movie", flat=True)
        ),
    ]
    chosen: list[Any] = draw.sample(acts, min(len(acts), draw.randint(1, 6)))
    return [act(by=user, at=NOON, **what) for act, what in chosen]


def test_lists_are_rows_of_cards_and_what_was_taken_away_comes_back_exactly(tell: Tell) -> None:
    films = [make_movie() for _ in range(14)]
    done: Counter[str] = Counter()
    for seed in range(MEMBERS):
        draw, user = random.Random(seed), make_user()
        kept = make_list(user, token=f"{seed:032d}")
        cards: list[int] = []
        for _ in range(ACTS):
            done[moved(user, kept, cards, draw, films)] += 1
            assert list(kept.entries.order_by("position").values_list("pk", flat=True)) == cards, seed
        for film in draw.sample(films, 3):
            make_viewing(user, film, note=f"note {seed}", seen_on=draw.choice([None, NOON.date()]))
            make_member_rating(film, by=user, value=draw.randint(1, 10), at=NOON - timedelta(days=draw.randint(0, 900)))
        before = everything(user)
        removals = taken(user, draw)
        whole = draw.random() < 0.3
        last = [lists.delete_list(list_id=kept.pk, by=user, at=NOON)] if whole else []
        draw.shuffle(removals)
        for removal in [*last, *removals]:
            undo.undo(removal_id=removal.pk, by=user, at=NOON)
            done["undo"] += 1
        assert everything(user) == before, seed
    assert tallies.differences() == []
    tell("members whose lists, diary and ratings were changed at random", MEMBERS)
    tell("acts, each with every list as a row of cards and every undo exact", dict(done))
