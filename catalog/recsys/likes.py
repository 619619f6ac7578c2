"""Ratings as sparse rows, one a subject: what a partition keeps for the fit, without ids of people.

A partial is {"indptr": int64 (subjects + 1,), "film": int64 (ratings,), "value": int8 (ratings,)}: subjects in the order of their
ids, films rising within each. A value of 0 says that the film was watched to the end and not rated: where it was rated, the
rating decides. Partials of disjoint subjects join by concatenation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from catalog.recsys.signals import UNRATED, is_rated
from mlops.ports import Arrays, NotEnoughData, Rows

LEAST, MOST = 1, 10


def partial(rows: Rows, *, subject: str = "subject", film: str = "film", value: str = "value") -> Arrays:
    """Return the sparse rows of one partition. rows: equal-length columns (subject: texts), under the names given.

    Raises ValueError when one subject rated one film twice, or a value is not a whole number from 1 to 10, or for what was
    watched not 0.
    """
    films, values, rated = np.asarray(rows[film]).astype(np.int64), np.asarray(rows[value]), is_rated(rows)
    if np.any(((values < LEAST) | (values > MOST) | (values != np.rint(values))) & rated):
        raise ValueError(f"{value} must be whole numbers from {LEAST} to {MOST}")
    if np.any(values[~rated] != UNRATED):
        raise ValueError(f"{value} must be {UNRATED} for what was watched")
    people, person = np.unique(np.asarray(rows[subject]).astype(str), return_inverse=True)
    order = np.lexsort((~rated, films, person))  # of a rated and a watched row the rated comes first
    person, films, values = person[order], films[order], values[order].astype(np.int8)
    first = np.ones(len(films), dtype=np.bool_)
    first[1:] = (person[1:] != person[:-1]) | (films[1:] != films[:-1])
    if np.any(values[~first] != UNRATED):
        raise ValueError(f"a {subject} has two ratings of one {film}: keep the newer one")
    person, films, values = person[first], films[first], values[first]
    indptr = np.searchsorted(person, np.arange(len(people) + 1)).astype(np.int64)
    return {"indptr": indptr, "film": films, "value": values}


def without(partial: Arrays, own: Arrays) -> Arrays:
    """Return a partial less the rows of some of its subjects, the others in their order: bit for bit as if they had never rated.

    own: their partial, each row once. Two subjects who rated the same films alike cannot be told apart, and need not be:
    what is left is the same. Raises ValueError when a row of own is not in the partial.
    """
    rows = _rows(partial)
    for row in _rows(own):
        if row not in rows:
            raise ValueError("the partial holds no subject with these ratings")
        rows.remove(row)
    ends = np.cumsum([0, *(len(films) // 8 for films, _ in rows)]).astype(np.int64)
    film = np.frombuffer(b"".join(films for films, _ in rows), dtype=">i8").astype(np.int64)
    value = np.frombuffer(b"".join(values for _, values in rows), dtype=np.int8)
    return {"indptr": ends, "film": film, "value": value}


@dataclass(frozen=True, eq=False)
class Ratings:
    """Sparse rows over a sorted vocabulary. indptr: (subjects + 1,); place: (ratings,) into films; value: points (ratings,)."""

    films: npt.NDArray[np.int64]
    indptr: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    value: npt.NDArray[np.int8]

    def __len__(self) -> int:
        """Return how many subjects there are."""
        return len(self.indptr) - 1

    @cached_property
    def subject(self) -> npt.NDArray[np.int64]:
        """Return the row of each rating, int64 of shape (ratings,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def rated(self) -> "Ratings":
        """Return the same subjects and films without what was watched and not rated."""
        kept = self.value != UNRATED
        if kept.all():
            return self
        ends = np.concatenate([[0], np.cumsum(kept)])[self.indptr].astype(np.int64)
        return Ratings(self.films, ends, self.place[kept], self.value[kept])

    def likes(self, threshold: int) -> sparse.csr_array:
        """Return X, float64 of shape (subjects, films): 1 where a rating is at least the threshold, or a film was watched."""
        liked = (self.value >= threshold) | (self.value == UNRATED)
        ones = np.ones(np.count_nonzero(liked))
        shape = (len(self), len(self.films))
        return sparse.csr_array((ones, (self.subject[liked], self.place[liked])), shape=shape)


def joined(partials: Sequence[Arrays], *, watched: bool = False) -> Ratings:
    """Return the ratings of all partials, and with `watched` what was watched and not rated. Subjects are put in the order of
    what they rated, so that the answer, to the last bit of a float sum, depends on neither the order of the partials nor how
    subjects were dealt out to them.
    """
    rows = sorted(row for partial in partials for row in _rows(partial if watched else _rated(partial)))
    sizes = np.array([len(films) // 8 for films, _ in rows], dtype=np.int64)
    film = np.frombuffer(b"".join(films for films, _ in rows), dtype=">i8").astype(np.int64)
    value = np.frombuffer(b"".join(values for _, values in rows), dtype=np.int8)
    films, place = np.unique(film, return_inverse=True)
    return Ratings(films, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), place.astype(np.int64), value)


def _rated(partial: Arrays) -> Arrays:
    """Return a partial as if nothing had been watched: who rated nothing was never there."""
    kept = partial["value"] != UNRATED
    if kept.all():
        return partial
    ends = np.concatenate([[0], np.cumsum(kept)])[partial["indptr"]]
    there = np.append(True, np.diff(ends) > 0)
    return {"indptr": ends[there].astype(np.int64), "film": partial["film"][kept], "value": partial["value"][kept]}


def _rows(partial: Arrays) -> list[tuple[bytes, bytes]]:
    ends, films, values = partial["indptr"], partial["film"].astype(">i8"), partial["value"].astype(np.int8)
    spans = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    return [(films[start:end].tobytes(), values[start:end].tobytes()) for start, end in spans]


def check_enough(ratings: Ratings, threshold: int) -> None:
    """Raise NotEnoughData unless two subjects or more rated with differing values, and something is liked."""
    ratings = ratings.rated()
    if len(ratings.value) < 2 or len(ratings) < 2:
        raise NotEnoughData(
            f"{len(ratings.value)} ratings of {len(ratings)} people are not enough data: at least two people must have rated"
        )
    if np.all(ratings.value == ratings.value[0]):
        raise NotEnoughData(
            f"all {len(ratings.value)} ratings are {ratings.value[0]}: nothing can be learned from them"
        )
    if not np.any(ratings.value >= threshold):
        raise NotEnoughData(f"no rating reaches the threshold of {threshold}: lower it, or wait for more ratings")
