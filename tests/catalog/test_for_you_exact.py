"""Recommendations are exact: reasons add up, counterfactuals come true, shares are whole, whatever the visitor rated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Movie
from catalog.recsys.recommender import SCALE
from catalog.selectors import judges
from catalog.selectors import recommendations as reads
from catalog.selectors.recommendations import percents
from catalog.selectors.tastes import Taste
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import small_catalogue

FILMS, VISITORS = 30, 40


@pytest.fixture
def films() -> list[Movie]:
    """Films that a dense version knows: every film says something, for or against, of every other."""
    films = small_catalogue(FILMS)
    draw = np.random.default_rng(1895)
    lifts = {(i, j): float(draw.normal(0.02, 0.1)) for i in range(FILMS) for j in range(FILMS) if i != j}
    serve(small_model(films, lifts))
    return films


def visitors(films: list[Movie]) -> list[dict[int, int]]:
    draw = np.random.default_rng(7)
    return [
        {films[at].pk: int(draw.integers(1, 11)) for at in draw.choice(FILMS, int(draw.integers(2, 15)), replace=False)}
        for _ in range(VISITORS)
    ]


@pytest.mark.django_db
def test_reasons_add_up_and_every_counterfactual_comes_true(films: list[Movie]) -> None:
    carried_out = 0
    for ratings in visitors(films):
        for pick in reads.picks(Taste(ratings), most=5).picks:
            assert sum(cause.weight for cause in pick.because) == pick.score > 0
            assert sum(cause.share for cause in pick.because) == 100
            assert all(ratings[cause.film.pk] == cause.value >= 7 for cause in pick.because)
            assert pick.film.pk not in ratings
            carried_out += _carry_out(pick, ratings)
    assert carried_out > 100


def _carry_out(pick: reads.Pick, ratings: dict[int, int]) -> int:
    """Take each cause back for real, ask again, and compare with what the receipt foretold."""
    found = judges.judge()
    foretold = reads.without_each(found, pick, Taste(ratings))
    for other in foretold:
        rest = {film: value for film, value in ratings.items() if film != other.cause.film.pk}
        again = {one.film.pk: one for one in reads.picks(Taste(rest), most=FILMS).picks}
        real = again.get(pick.film.pk)
        assert (real.score, real.rank) == (other.score, other.rank) if real else other.rank is None
    return len(foretold)


@pytest.mark.django_db
def test_a_new_rating_is_one_addition(films: list[Movie]) -> None:
    found, ratings = judges.judge(), {films[0].pk: 9}
    before = found.model.scores(ratings)
    after = found.model.scores({**ratings, films[5].pk: 8})
    place = int(np.searchsorted(found.model.films, films[5].pk))
    assert np.array_equal(after - before, found.model.b[place].astype(np.int64))
    first = reads.picks(Taste({**ratings, films[5].pk: 8}), most=1).picks[0]
    assert first.film.pk not in (films[0].pk, films[5].pk)


@given(st.lists(st.integers(-SCALE, SCALE), min_size=1, max_size=40))
def test_shares_are_whole_and_sum_to_a_hundred(weights: list[int]) -> None:
    total = sum(weights)
    shares = percents(weights, total)
    assert sum(shares) == (100 if total > 0 else 0)
    if total > 0:
        assert all(abs(share - weight * 100 / total) < 1 for share, weight in zip(shares, weights, strict=True))
