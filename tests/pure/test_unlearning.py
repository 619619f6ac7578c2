"""Whoever leaves is taken out of the sums, and what is fitted from them is what was never told of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys import ease, fitting, likes
from mlops import arrays
from tests.pure.people import crowd, crowds, rows, unhurried


def leaving(people, number):
    """One of those who rated anything, and the others."""
    who = sorted(name for name, rated in people.items() if rated)[number % sum(map(bool, people.values()))]
    return likes.partial(rows({who: people[who]})), {name: rated for name, rated in people.items() if name != who}


@unhurried
@given(crowds(), st.integers(0, 9))
def test_a_partial_without_somebody_is_that_of_the_others(people, number):
    own, others = leaving(people, number)
    left = likes.without(likes.partial(rows(people)), own)
    assert arrays.digest(left) == arrays.digest(likes.partial(rows(others)))


def test_whoever_is_not_in_a_partial_cannot_be_taken_out_of_it():
    own, others = leaving(crowd(5), 2)
    with pytest.raises(ValueError, match="no subject with these ratings"):
        likes.without(likes.partial(rows(others)), own)


@pytest.mark.parametrize("count", [20, 90])  # solved by people, and by films
def test_the_whole_model_is_that_of_a_fit_that_never_saw_them(count):
    people = crowd(count)
    own, others = leaving(people, 7)
    names = sorted(people)
    sums = [likes.partial(rows({name: people[name] for name in names[at::3]})) for at in range(3)]
    sums[7 % 3] = likes.without(sums[7 % 3], own)
    given = {"regularisation": 20.0, "rank": 3, "seed": 5}
    fresh = fitting.fit([likes.partial(rows(others))], **given).arrays()
    assert arrays.digest(fitting.fit(sums, **given).arrays()) == arrays.digest(fresh)
    whole = fitting.fit([likes.partial(rows(people))], **given).arrays()
    assert [name for name in sorted(fresh) if whole[name].tobytes() == fresh[name].tobytes()] == [
        "damping",
        "film_set",
        "films",
        "regularisation",
        "ridge",
        "threshold",
    ]


@unhurried
@given(crowds(), st.integers(0, 9))
def test_solved_by_films_the_weights_need_the_gram_matrix_less_ones_own_and_no_rows(people, number):
    """Whole numbers: what is subtracted was never there, to the last bit of what is solved from it."""
    x = likes.joined([likes.partial(rows(people))]).likes(7)
    row = number % x.shape[0]
    rest = x[np.arange(x.shape[0]) != row]
    left = ease.gram(x) - ease.gram(x[[row]])
    assert ease.by_gram(left, 2.0).p.tobytes() == ease.by_items(rest, 2.0).p.tobytes()
