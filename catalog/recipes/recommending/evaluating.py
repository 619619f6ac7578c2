"""Measures any arm on a fold: the lists it would show each asked person, and the ratings it foretells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from catalog.recipes.recommending import shares
from catalog.recsys import ranking
from catalog.recsys.formula import RATER_KINDS
from catalog.recsys.linear import LinearModel
from catalog.recsys.metrics.coverage import coverage
from catalog.recsys.metrics.errors import mae, rmse
from catalog.recsys.metrics.ndcg import ndcg
from catalog.recsys.metrics.popularity import popularity_share, short_head
from catalog.recsys.metrics.reach import reach
from catalog.recsys.metrics.recall import recall
from catalog.recsys.prediction import LEAST, MOST
from catalog.recsys.signals import is_rated
from catalog.recsys.splits import LIKED
from mlops.ports import Fold, Metric, Rows

DEPTH, SHOWN = 100, 10  # ranks that are measured, and those that people see at once
Ints = npt.NDArray[np.int64]


class Arm(Protocol):
    """Any model that can put films in an order for somebody."""

    @property
    def films(self) -> Ints: ...

    def scores(self, ratings: Mapping[int, int]) -> npt.NDArray[np.number]: ...


@dataclass(frozen=True, eq=False)
class Person:
    """One asked person: what was told of them, and what they are asked for. film and value: shape (asked,).

    published: their ratings came with the demo, so that titles they rated may be shown to who judges.
    """

    known: Mapping[int, int]
    film: Ints
    value: Ints
    published: bool

    @cached_property
    def liked(self) -> Ints:
        """Return the asked films that they liked."""
        return self.film[self.value >= LIKED]


def people(fold: Fold) -> list[Person]:
    """Return everybody asked, in order of subject; a unit of the list metrics is one of these who liked something."""
    told = _by_subject(fold.known)
    none = (np.empty(0, np.int64), np.empty(0, np.int64))
    found = _by_subject(fold.asked)
    known = {subject: dict(zip(*(part.tolist() for part in told.get(subject, none)), strict=True)) for subject in found}
    published = set(fold.asked["subject"][fold.asked["kind"] == RATER_KINDS.index("DEMO")].tolist())
    return [Person(known[one], film, value, one in published) for one, (film, value) in sorted(found.items())]


def listed(arm: Arm, known: Mapping[int, int], n: int) -> Ints:
    """Return the first n films for these ratings: score ↓, film ↑, rated ones left out, and those nothing speaks for."""
    scores = arm.scores(known)
    allowed = (scores > 0) & ~np.isin(arm.films, list(known))
    return arm.films[ranking.best(cast(Ints, scores), allowed, n)]  # any numbers will do


def metrics(arm: Arm, fold: Fold) -> list[Metric]:
    """Return every metric that this arm has on this fold; with nobody to ask, only what the fold itself says."""
    everybody = people(fold)
    asked = [person for person in everybody if len(person.liked)]
    found = [
        Metric("units", "People asked for films they liked", float(len(asked)), higher_is_better=None, unit="people"),
        Metric(
            "partner-share", "The largest share that one partner has of the rows", shares.largest(fold), unit="share"
        ),
    ]
    if asked:
        found += _of_lists(arm, fold, asked)
    if isinstance(arm, LinearModel) and everybody:
        found += _of_ratings(arm, everybody)
    return found


def _of_lists(arm: Arm, fold: Fold, asked: Sequence[Person]) -> list[Metric]:
    lists = [listed(arm, person.known, DEPTH) for person in asked]
    hits = np.zeros((len(asked), DEPTH), dtype=np.bool_)
    for row, person, films in zip(hits, asked, lists, strict=True):
        row[: len(films)] = np.isin(films, person.liked)
    liked = np.array([len(person.liked) for person in asked])
    catalogue, counts = np.unique(fold.train["film"][is_rated(fold.train)], return_counts=True)
    shown = _places(catalogue, lists)
    return [
        _mean("ndcg-10", "NDCG@10", ndcg(hits, liked, 10)),
        _mean("ndcg-100", "NDCG@100", ndcg(hits, liked, 100)),
        _mean("recall-20", "Recall@20", recall(hits, liked, 20)),
        Metric("reach", "Films that reach a first ten", reach(shown, len(catalogue)), unit="share"),
        _mean(
            "popularity-share",
            "The best known films' share",
            popularity_share(shown, short_head(counts)),
            None,
            "share",
        ),
    ]


def _of_ratings(model: LinearModel, everybody: Sequence[Person]) -> list[Metric]:
    """Return how far predictions are off, over the asked ratings of films that the model knows."""
    errors = [_errors(model, person) for person in everybody]
    counts = np.array([len(own) for own, _ in errors])
    if not counts.sum():
        return []
    squares = np.array([float(np.square(own).sum()) for own, _ in errors])
    absolutes = np.array([float(np.abs(own).sum()) for own, _ in errors])
    inside = np.array([int(within.sum()) for _, within in errors])
    return [
        Metric("rmse", "RMSE of predicted ratings", *rmse(squares, counts), higher_is_better=False, unit="points"),
        Metric("mae", "MAE of predicted ratings", *mae(absolutes, counts), higher_is_better=False, unit="points"),
        Metric("coverage-80", "Ratings inside their 80 % interval", *coverage(inside, counts), None, "share"),
    ]


def _errors(model: LinearModel, person: Person) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    at = np.minimum(np.searchsorted(model.films, person.film), len(model.films) - 1)
    there = model.films[at] == person.film
    foretold, given = model.predictions(person.known)[at[there]], person.value[there].astype(np.float64)
    half = model.predictor.half_width
    low, high = np.maximum(LEAST, foretold - half), np.minimum(MOST, foretold + half)
    return foretold - given, (low <= given) & (given <= high)


def _by_subject(rows: Rows) -> dict[str, tuple[Ints, Ints]]:
    order = np.argsort(rows["subject"], kind="stable")
    subjects, first = np.unique(rows["subject"][order], return_index=True)
    films, values = rows["film"][order].astype(np.int64), rows["value"][order].astype(np.int64)
    ends = np.append(first, len(order))[1:]  # of no rows: no ends
    return {
        str(subject): (films[start:end], values[start:end])
        for subject, start, end in zip(subjects, first, ends, strict=True)
    }


def _places(catalogue: Ints, lists: Sequence[Ints]) -> Ints:
    """Return each list's first ten as places in the catalogue, −1 where it is shorter or a film is not in it."""
    shown = np.full((len(lists), SHOWN), -1, dtype=np.int64)
    for row, films in zip(shown, lists, strict=True):
        first = films[:SHOWN]
        at = np.minimum(np.searchsorted(catalogue, first), len(catalogue) - 1)
        row[: len(first)] = np.where(catalogue[at] == first, at, -1)
    return shown


def _mean(
    name: str, title: str, each: npt.NDArray[np.float64], higher_is_better: bool | None = True, unit: str = ""
) -> Metric:
    return Metric(name, title, float(each.mean()), each, higher_is_better, unit)
