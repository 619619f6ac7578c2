"""Splits: who is asked, what they told before, and that nobody is learned from and asked."""

import hashlib
import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys.splits import FIRST_HELD, folds, global_time, held_out_users, partition_of
from mlops.ports import NotEnoughData

PEOPLE = [str(uuid.UUID(int=number)) for number in range(40)]
HELD = [one for one in PEOPLE if partition_of(one) >= FIRST_HELD]
TAUGHT = [one for one in PEOPLE if partition_of(one) < FIRST_HELD]


def rows(*rated):
    """rated: (subject, film, value, at)."""
    subject, film, value, at = zip(*rated, strict=True) if rated else ((),) * 4
    return {
        "subject": np.array(subject, dtype="U36"),
        "film": np.array(film, dtype=np.int64),
        "value": np.array(value, dtype=np.int8),
        "at": np.array(at, dtype=np.int64),
    }


def told(found):
    return list(zip(found["subject"].tolist(), found["film"].tolist(), strict=True))


# --- by hand -----------------------------------------------------------------------------------------------------
def test_the_partition_is_the_hash_of_the_text():
    subject = "6f1d3a0e-0d0c-5a55-9a1b-1895122820ff"
    assert partition_of(subject) == hashlib.sha256(subject.encode()).digest()[7] % 16


def test_the_last_fifth_of_a_held_out_persons_time_is_asked():
    asked = [(HELD[0], film, 8, at) for film, at in ((5, 30), (4, 10), (3, 20), (2, 20), (1, 40))]
    fold = held_out_users(rows(*asked, (TAUGHT[0], 1, 3, 99), (HELD[1], 1, 3, 1)))
    assert told(fold.train) == [(TAUGHT[0], 1)]
    assert [film for _, film in told(fold.known)] == [4, 2, 3, 5]  # time, then film
    assert told(fold.asked) == [(HELD[0], 1)]  # who rated once is not asked
    assert fold.facts == {"learned_from": 1, "people": 1, "asked": 1, "units": 1}


def test_whoever_rated_before_the_cut_is_warm():
    early = [(TAUGHT[0], film, 7, film) for film in range(1, 9)]
    fold = global_time(rows(*early, (TAUGHT[0], 20, 6, 50), (TAUGHT[1], 20, 9, 60)))
    assert (fold.facts["cut"], fold.facts["warm"], fold.facts["cold"]) == (8, 1, 1)
    assert (len(fold.train["at"]), told(fold.asked)) == (8, [(TAUGHT[0], 20)])
    assert (fold.facts["asked"], fold.facts["units"]) == (1, 0)  # 6 points are no like


def test_ratings_of_one_second_are_never_parted():
    fold = global_time(rows(*((subject, film, 8, 5) for subject in PEOPLE[:4] for film in (1, 2))))
    assert (len(fold.train["at"]), len(fold.asked["at"])) == (8, 0)


# --- always ------------------------------------------------------------------------------------------------------
ratings = st.dictionaries(
    st.tuples(st.sampled_from(PEOPLE), st.integers(1, 9)), st.tuples(st.integers(1, 10), st.integers(0, 20)), min_size=2
)


@given(ratings, st.randoms())
def test_nobody_is_learned_from_and_asked_and_nothing_told_came_later(given_ratings, chance):
    listed = [(*key, *value) for key, value in given_ratings.items()]
    try:
        held, timed = folds(rows(*listed))
    except NotEnoughData:
        return
    assert not set(held.train["subject"].tolist()) & set(held.asked["subject"].tolist())
    assert set(held.known["subject"].tolist()) == set(held.asked["subject"].tolist())
    assert set(timed.known["subject"].tolist()) == set(timed.asked["subject"].tolist())
    for fold in (held, timed):
        assert not set(told(fold.known)) & set(told(fold.asked))
        for one in set(fold.asked["subject"].tolist()):
            known, asked = (part["at"][part["subject"] == one] for part in (fold.known, fold.asked))
            assert known.max() <= asked.min()
    chance.shuffle(listed)
    for fold, again in zip((held, timed), folds(rows(*listed)), strict=True):
        assert (told(fold.known), told(fold.asked), fold.facts) == (told(again.known), told(again.asked), again.facts)


# --- too little --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rated", "why"),
    [
        ([], "0 ratings of 0 people are not enough data"),
        ([(HELD[0], 1, 8, 1)], "1 ratings of 1 people are not enough data"),
        ([(PEOPLE[0], film, film, 1) for film in (1, 2, 3)], "3 ratings of 1 people"),
        ([(one, 1, 8, 1) for one in PEOPLE], "all 40 ratings are 8"),
        ([(one, film, film, 1) for one in TAUGHT[:3] for film in (1, 2)], "nobody can be asked"),
        ([(one, film, film, 1) for one in HELD[:3] for film in (1, 2)], "nobody is left to learn from"),
    ],
)
def test_too_little_or_too_uniform_data_is_said_in_words(rated, why):
    with pytest.raises(NotEnoughData, match=why):
        folds(rows(*rated))
