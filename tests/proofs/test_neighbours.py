"""Films liked by the same people: what a list says of itself, counted again from the ratings alone, for many random visitors."""

import random
from fractions import Fraction
from math import isqrt
from typing import Any

from catalog.recsys import fitting, likes
from catalog.recsys.linear import SCALE
from tests.proofs.conftest import Tell
from tests.pure.people import FILMS, crowd, rows

SHRINKAGE, NEAREST = 5, 8
SHORT, LONG = (200, 60), (1_000, 400)  # visitors; people to learn from


def square(common: int, one: int, other: int) -> Fraction:
    """The weight's square times 2**48, exactly: c⁴ / (cᵢ·cⱼ·(c + s)²)."""
    return Fraction(common**4 * SCALE**2, one * other * (common + SHRINKAGE) ** 2)


def rounded(exact: Fraction) -> int:
    """The whole number nearest to a root, by whole numbers alone."""
    floor = isqrt(exact.numerator // exact.denominator)
    return floor + (Fraction(2 * floor + 1) ** 2 <= 4 * exact)


def recounted(people: dict[str, dict[int, int]]) -> dict[tuple[int, int], int]:
    """What each film lifts another by, from who likes what, without an array or a float."""
    fans: dict[int, set[str]] = {}
    for who, rated in people.items():
        for film, value in rated.items():
            if value >= 7:
                fans.setdefault(film, set()).add(who)
    found: dict[tuple[int, int], int] = {}
    for film in sorted(fans):
        near = [
            (-rounded(square(common, len(fans[other]), len(fans[film]))), other)
            for other in fans
            if other != film and (common := len(fans[other] & fans[film]))
        ]
        found |= {(other, film): -weight for weight, other in sorted(near)[:NEAREST] if weight}
    return found


def test_lists_reasons_and_what_would_be_without_each_are_what_counting_again_gives(long: bool, tell: Tell) -> None:
    visitors, taught = LONG if long else SHORT
    people = crowd(taught)
    model = fitting.neighbours([likes.partial(rows(people))], shrinkage=SHRINKAGE, nearest=NEAREST, rank=0)
    lifts, draws = recounted(people), random.Random(1895)
    films = without = 0
    for _ in range(visitors):
        ratings = {film: draws.randint(1, 10) for film in draws.sample(FILMS, draws.randint(1, 15))}
        listed = model.top_n(ratings, len(FILMS))
        assert [(one.film, one.score, one.rank) for one in listed] == expected(ratings, lifts)
        for one in listed:
            assert {lift.film: lift.weight for lift in one.lifts} == reasons(one.film, ratings, lifts)
        films += len(listed)
        for one in listed[:3]:
            for lift in one.lifts:
                rest = {film: value for film, value in ratings.items() if film != lift.film}
                hidden = [lift.film]  # it would be unrated, and might be listed itself
                again: Any = model.rank_of(one.film, rest, hidden)
                told = {film: (score, rank) for film, score, rank in expected(rest, lifts, hidden)}
                assert (again.score if again else 0) == one.score - lift.weight
                assert told.get(one.film) == ((again.score, again.rank) if again and again.score else None)
                without += 1
    tell("visitors whose lists, scores and reasons are what counting again gives", f"{visitors} of {visitors}")
    tell("listed films whose reasons add up", films)
    tell("ratings taken away, each by one subtraction", without)


def reasons(film: int, ratings: dict[int, int], lifts: dict[tuple[int, int], int]) -> dict[int, int]:
    found = {liked: lifts.get((liked, film), 0) for liked, value in ratings.items() if value >= 7}
    return {liked: weight for liked, weight in found.items() if weight}


def expected(
    ratings: dict[int, int], lifts: dict[tuple[int, int], int], hidden: list[int] | None = None
) -> list[tuple[int, int, int]]:
    """(film, score, rank) of a visitor's whole list: score ↓, film ↑."""
    left = [film for film in FILMS if film not in ratings and film not in (hidden or [])]
    scored = sorted((-sum(reasons(film, ratings, lifts).values()), film) for film in left)
    return [(film, -score, rank) for rank, (score, film) in enumerate(scored, start=1) if score]
