"""What was watched beside what was rated: whoever does not count it never sees it, and whoever does counts a like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys import bootstrap, cosine, ease, fitting, likes
from catalog.recsys.signals import SIGNALS
from catalog.recsys.splits import folds
from mlops import arrays
from tests.pure.people import FILMS, crowd, crowds, rows, unhurried
from tests.pure.test_splits import HELD, PEOPLE, TAUGHT
from tests.pure.test_splits import rows as timed

RATED, WATCHED = range(len(SIGNALS))
viewings = st.lists(
    st.tuples(st.sampled_from(["p0", "p1", "viewer"]), st.sampled_from(FILMS[:8])), max_size=8, unique=True
)


def labelled(people, watched=()):
    """Ratings, and (subject, film) of what was watched, as the columns a recipe hands over."""
    rated = rows(people)
    seen = {name: np.array(column, dtype=rated[name].dtype) for name, column in _seen(watched).items()}
    whole = {name: np.concatenate([rated[name], seen[name]]) for name in rated}
    signal = np.repeat([RATED, WATCHED], [len(rated["film"]), len(watched)]).astype(np.int8)
    return {**whole, "signal": signal}


def _seen(watched):
    return {"subject": [who for who, _ in watched], "film": [film for _, film in watched], "value": [0] * len(watched)}


def as_ratings(people, watched):
    """The same people, had they given ten points to each film that they watched and did not rate."""
    found = {who: dict(rated) for who, rated in people.items()}
    for who, film in watched:
        found.setdefault(who, {}).setdefault(film, 10)
    return found


@unhurried
@given(crowds(), viewings)
def test_a_version_that_does_not_count_it_is_the_same_to_the_last_bit(people, watched):
    plain, both = likes.partial(rows(people)), likes.partial(labelled(people, watched))
    old, new = (fitting.fit([part], regularisation=3.0, rank=2).arrays() for part in (plain, both))
    assert arrays.digest(old) == arrays.digest(new)


@unhurried
@given(crowds(), viewings)
def test_a_version_that_counts_it_learns_the_weights_of_a_like(people, watched):
    both = likes.joined([likes.partial(labelled(people, watched))], watched=True)
    liked = likes.joined([likes.partial(rows(as_ratings(people, watched)))])
    assert both.films.tolist() == liked.films.tolist()
    assert (ease.gram(both.likes(7)) != ease.gram(liked.likes(7))).nnz == 0
    ours, theirs = (cosine.likeness(one.likes(7), 1.0, 3).kept() for one in (both, liked))
    assert [one.tolist() for one in ours] == [one.tolist() for one in theirs]


@unhurried
@given(crowds(), viewings)
def test_points_are_foretold_from_points_alone(people, watched):
    model = fitting.fit([likes.partial(labelled(people, watched))], regularisation=3.0, rank=0, watched=True)
    assert np.isfinite(model.predictor.biases).all()
    rated = {film for own in people.values() for film in own}
    never = [place for place, film in enumerate(model.films.tolist()) if film not in rated]
    assert not model.predictor.biases[never].any()
    assert model.predictor.mean == pytest.approx(np.mean([value for own in people.values() for value in own.values()]))


@unhurried
@given(crowds(), viewings)
def test_what_was_watched_is_taken_back_as_exactly_as_it_came(people, watched):
    own = labelled({}, [(who, film) for who, film in watched if who == "viewer"])
    rest = labelled(people, [(who, film) for who, film in watched if who != "viewer"])
    whole = likes.without(likes.partial(labelled(people, watched)), likes.partial(own))
    assert arrays.digest(whole) == arrays.digest(likes.partial(rest))


def test_where_a_film_was_rated_too_the_rating_decides():
    both = likes.partial(labelled({"a": {10: 2, 20: 9}}, [("a", 10), ("a", 30)]))
    assert list(zip(both["film"].tolist(), both["value"].tolist(), strict=True)) == [(10, 2), (20, 9), (30, 0)]
    assert likes.joined([both], watched=True).likes(7).toarray().tolist() == [[0, 1, 1]]


@pytest.mark.parametrize(("value", "signal", "said"), [(3, WATCHED, "must be 0"), (0, RATED, "whole numbers from 1")])
def test_points_belong_to_ratings_and_to_nothing_else(value, signal, said):
    wrong = {**rows({"a": {10: value}}), "signal": np.array([signal], dtype=np.int8)}
    with pytest.raises(ValueError, match=said):
        likes.partial(wrong)


def test_people_held_out_are_told_and_asked_as_if_nothing_had_been_watched():
    rated = [(who, film, 3 + (film + at) % 7, 10 * film + at) for at, who in enumerate(PEOPLE) for film in range(1, 9)]
    plain = {**timed(*rated), "signal": np.zeros(len(rated), dtype=np.int8)}
    seen = timed((TAUGHT[0], 11, 0, 12), (TAUGHT[1], 12, 0, 10_000), (HELD[0], 11, 0, 12))
    both = {name: np.concatenate([plain[name], {**seen, "signal": np.ones(3, dtype=np.int8)}[name]]) for name in plain}
    for before, after, taught in zip(folds(plain), folds(both), ([11, 12], [11, 11]), strict=True):
        for part in ("known", "asked"):
            assert {name: c.tolist() for name, c in getattr(before, part).items()} == {
                name: c.tolist() for name, c in getattr(after, part).items()
            }
        new = after.train["signal"] == WATCHED
        assert after.train["film"][new].tolist() == taught
        assert after.train["film"][~new].tolist() == before.train["film"].tolist()
        assert after.facts == {**before.facts, "watched": 2}


def test_refits_count_what_the_model_counted():
    watched = [(f"0-{number:04d}", FILMS[number % 40]) for number in range(40)]
    part = likes.partial(labelled(crowd(60), watched))
    visitors = list(crowd(9, seed=1).values())
    for fit in (fitting.fit, fitting.neighbours):
        model = fit([part], watched=True, rank=0)
        counted, not_counted = (
            bootstrap.with_spread(model, [part], visitors, refits=4, watched=watched)[0].spread.codes
            for watched in (True, False)
        )
        assert (counted != not_counted).any()
