"""Two ways to ask a recommender: people it never saw, and everybody after a moment.

Rows are columns of shape (n,): subject (texts of 36 characters), film, value (points from 1 to 10), at (seconds since 1970), and
signal. Ratings decide who is told and asked what; what was watched is there to learn from, of those who are learned from, and no
more: of a person held out it is neither told nor asked for.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from catalog.recsys.signals import is_rated
from mlops.ports import Array, Fold, NotEnoughData, Rows

HELD_OUT, GLOBAL_TIME = "held-out-users", "global-time"
# Partitions 10–15 are never learned from: 218 people of the demo. Over six ways to choose six partitions the lead over SVD
# was 3.2 paired standard errors on average and 2.0 at least; over four ways to choose four of them, 1.8 and 0.3.
PARTITIONS, FIRST_HELD = 16, 10
KNOWN_TENTHS = 8  # of ten ratings of an asked person, in order of time, these are told
LIKED = 7  # an asked rating of so many points or more is a film that should have been listed, whatever the threshold learned


def partition_of(subject: str) -> int:
    """Return the partition of a subject, 0 to 15: SHA-256 of its text, the first 8 bytes, big-endian, modulo 16."""
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big") % PARTITIONS


def folds(rows: Rows) -> list[Fold]:
    """Return the fold that decides, people held out by hash, and the one reported beside it, a global cut in time.

    Raises NotEnoughData when nobody is left to learn from or to ask, or all values are equal.
    """
    rated = is_rated(rows)
    if rated.all():
        return _folds(rows)
    held_out, by_time = _folds(taken(rows, rated))
    watched = taken(rows, ~rated)
    learned_from = np.array([partition_of(str(one)) < FIRST_HELD for one in watched["subject"]], dtype=np.bool_)
    early = watched["at"] <= by_time.facts["cut"]
    return [_with(held_out, taken(watched, learned_from)), _with(by_time, taken(watched, early))]


def _folds(rows: Rows) -> list[Fold]:
    _check(rows)
    return [held_out_users(rows), global_time(rows)]


def _with(fold: Fold, watched: Rows) -> Fold:
    """Return the fold with these rows among those to learn from, and how many there are."""
    train = {name: np.concatenate([column, watched[name]]) for name, column in fold.train.items()}
    return replace(fold, train=train, facts={**fold.facts, "watched": len(watched["film"])})


def held_out_users(rows: Rows) -> Fold:
    """Return the fold of people whose hash holds them out: the first 80 % of each one's ratings known, the rest asked.

    Order within a person is time, then film; of n ratings the first ⌊8n/10⌋ are known. Who has one rating is not asked.
    Source: strong generalisation, Marlin 2004, «Collaborative Filtering: A Machine Learning Perspective».
    """
    people, person = np.unique(rows["subject"], return_inverse=True)
    held = np.array([partition_of(str(subject)) >= FIRST_HELD for subject in people], dtype=np.bool_)[person]
    theirs = taken(rows, np.flatnonzero(held)[_by_time(rows, held)])
    place, size = _places(theirs["subject"])
    known = (place < size * KNOWN_TENTHS // 10) & (size > 1)
    asked = ~known & (size > 1)
    fold = Fold(
        HELD_OUT,
        "People held out by hash",
        taken(rows, ~held),
        taken(theirs, known),
        taken(theirs, asked),
        {"learned_from": _count(rows["subject"][~held]), **_facts(theirs, asked)},
    )
    if not len(fold.train["subject"]) or not len(fold.asked["subject"]):
        raise NotEnoughData(
            f"{len(rows['subject'])} ratings of {len(people)} people are not enough data: of those held out nobody can be "
            "asked, or nobody is left to learn from; wait for more ratings"
        )
    return fold


def global_time(rows: Rows) -> Fold:
    """Return the fold that learns from ratings up to the 80 % quantile of time and asks for what came after.

    Only people with a rating before the cut can be told anything: facts say how many these are («warm»), and how many are not.
    The cut is a time, so ratings of one second are never parted. asked may be empty.
    Source: Ji, Sun, Zhang and Li 2023, «A Critical Study on Data Leakage in Recommender System Offline Evaluation».
    """
    at = rows["at"]
    cut = int(np.sort(at)[max(0, len(at) * KNOWN_TENTHS // 10 - 1)])
    early = at <= cut
    before, after = np.unique(rows["subject"][early]), np.unique(rows["subject"][~early])
    warm = np.intersect1d(before, after)
    theirs = np.isin(rows["subject"], warm)
    asked = taken(rows, np.flatnonzero(theirs & ~early)[_by_time(rows, theirs & ~early)])
    return Fold(
        GLOBAL_TIME,
        "Everybody, after one moment",
        taken(rows, early),
        taken(rows, np.flatnonzero(theirs & early)[_by_time(rows, theirs & early)]),
        asked,
        {
            "cut": cut,
            "warm": len(warm),
            "cold": len(after) - len(warm),
            **_facts(asked, np.ones(len(asked["at"]), bool)),
        },
    )


def taken(rows: Rows, which: Array) -> dict[str, Array]:
    """Return the rows that a mask, or places, of shape (k,) choose."""
    return {name: column[which] for name, column in rows.items()}


def _check(rows: Rows) -> None:
    value, people = rows["value"], _count(rows["subject"])
    if len(value) < 2 or people < 2:
        raise NotEnoughData(
            f"{len(value)} ratings of {people} people are not enough data: two people or more must have rated"
        )
    if np.all(value == value[0]):
        raise NotEnoughData(f"all {len(value)} ratings are {int(value[0])}: nothing can be learned from them")


def _by_time(rows: Rows, mask: Array) -> npt.NDArray[np.intp]:
    """Return the order of the masked rows by subject, time, film."""
    return np.lexsort([rows[name][mask] for name in ("film", "at", "subject")])


def _places(subject: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return each row's place within its subject, from 0, and how many rows the subject has; rows lie subject by subject."""
    _, first, size = np.unique(subject, return_index=True, return_counts=True)
    return np.arange(len(subject)) - np.repeat(first, size), np.repeat(size, size)


def _facts(rows: Rows, asked: Array) -> Mapping[str, int]:
    liked = asked & (rows["value"] >= LIKED)
    return {
        "people": _count(rows["subject"][asked]),
        "asked": int(asked.sum()),
        "units": _count(rows["subject"][liked]),
    }


def _count(subjects: Iterable[str] | Array) -> int:
    return len(np.unique(np.asarray(subjects)))
