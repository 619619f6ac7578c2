"""What a tenth more ratings give: the model against refits that lack an eleventh of the people."""

import hashlib
from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt

from catalog.recipes.recommending.evaluating import DEPTH, Arm, Person, listed, people
from catalog.recsys.linear import LinearModel
from catalog.recsys.metrics.ndcg import ndcg
from catalog.recsys.splits import taken
from mlops.ports import Fold, Metric, Rows

GROUPS, LEFT_OUT = 11, 4  # eleven groups by hash; each of the first four is left out in turn
Floats = npt.NDArray[np.float64]


def measured(model: LinearModel, fold: Fold, refit: Callable[[Rows], LinearModel]) -> list[Metric]:
    """Return data-gain: NDCG@100 of the model less the mean NDCG@100 of four refits, each without 1/11 of the train people.

    The model then knows a tenth more than each refit. each: shape (units,), people asked for films they liked; the
    refits' choice of people is fixed by hash, so the figure is the same for the same data. Nobody asked: no metric.
    refit: returns what the model's recipe learns from these rows.
    """
    asked = [person for person in people(fold) if len(person.liked)]
    if not asked:
        return []
    groups = np.array([group(str(subject)) for subject in fold.train["subject"]])
    fewer = np.zeros(len(asked))
    for left_out in range(LEFT_OUT):
        rows = taken(fold.train, groups != left_out)
        fewer += _ndcg(refit(rows), asked)
    gain = _ndcg(model, asked) - fewer / LEFT_OUT
    return [Metric("data-gain", "NDCG@100 gained by a tenth more ratings", float(gain.mean()), gain)]


def group(subject: str) -> int:
    """Return which of eleven groups a subject is in: by other bytes of its hash than those that hold people out."""
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[8:16], "big") % GROUPS


def _ndcg(model: LinearModel, asked: list[Person]) -> Floats:
    hits = np.zeros((len(asked), DEPTH), dtype=np.bool_)
    for row, person in zip(hits, asked, strict=True):
        films = listed(cast(Arm, model), person.known, DEPTH)
        row[: len(films)] = np.isin(films, person.liked)
    return ndcg(hits, np.array([len(person.liked) for person in asked]), DEPTH)
