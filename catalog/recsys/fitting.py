"""Fits the models of lists from the partials of their training partitions."""

from collections.abc import Sequence
from functools import singledispatch
from typing import TypedDict, Unpack

from scipy import sparse

from catalog.recsys import cosine, ease, likes, residuals
from catalog.recsys.linear import LinearModel
from catalog.recsys.neighbours import NeighboursModel
from catalog.recsys.prediction import Predictor
from catalog.recsys.recommender import RecommenderModel
from mlops.ports import Arrays

REGULARISATION, THRESHOLD, RANK = 200.0, 7, 8
SHRINKAGE, NEAREST = 5.0, 50
DAMPING, RIDGE = 5.0, 10.0


class Shared(TypedDict, total=False):
    """What every model of lists is fitted with.

    threshold: points from which a rating is a like; rank, damping, ridge: of the predicted rating; watched: whether to have
    watched a film to the end, and not rated it, is to like it.
    """

    threshold: int
    rank: int
    watched: bool
    damping: float
    ridge: float
    seed: int


def fit(
    partials: Sequence[Arrays],
    *,
    regularisation: float = REGULARISATION,
    **shared: Unpack[Shared],
) -> RecommenderModel:
    """Return the model of all partials' ratings; equal partials give equal bits, in any order of theirs.

    regularisation: λ, in likes, above 0. Raises ValueError on a wrong parameter, NotEnoughData when there is too little, or
    nothing but one value.
    """
    ratings, threshold, predictor = _learned(partials, **shared)
    b = ease.weights(ratings.likes(threshold), regularisation)
    return RecommenderModel(ratings.films, b, threshold, regularisation, predictor)


def neighbours(
    partials: Sequence[Arrays],
    *,
    shrinkage: float = SHRINKAGE,
    nearest: int = NEAREST,
    **shared: Unpack[Shared],
) -> NeighboursModel:
    """Return the model of films liked by the same people; all else as above.

    shrinkage: in common likes, from 0; nearest: films that may lift one, from 1.
    """
    ratings, threshold, predictor = _learned(partials, **shared)
    near, weight = cosine.likeness(ratings.likes(threshold), shrinkage, nearest).kept()
    return NeighboursModel(ratings.films, near, weight, threshold, shrinkage, predictor)


@singledispatch
def again(model: LinearModel, x: sparse.csr_array) -> ease.Side:
    """Return the weights that the model's kind and parameters give other likes; rows of x may be weighted by √w."""
    raise TypeError(f"{type(model).__name__} is no model that can be fitted again")


@again.register
def _(model: RecommenderModel, x: sparse.csr_array) -> ease.Side:
    return ease.solved(x, model.regularisation)


@again.register
def _(model: NeighboursModel, x: sparse.csr_array) -> ease.Side:
    return cosine.likeness(x, model.shrinkage, model.near.shape[1])


def _learned(
    partials: Sequence[Arrays],
    *,
    threshold: int = THRESHOLD,
    rank: int = RANK,
    watched: bool = False,
    damping: float = DAMPING,
    ridge: float = RIDGE,
    seed: int = 0,
) -> tuple[likes.Ratings, int, Predictor]:
    if not 1 <= threshold <= likes.MOST:
        raise ValueError(f"threshold is {threshold}: it must be from 1 to {likes.MOST}")
    ratings = likes.joined(partials, watched=watched)
    likes.check_enough(ratings, threshold)
    predictor = residuals.fit(ratings.rated(), rank=rank, damping=damping, ridge=ridge, seed=seed)
    return ratings, threshold, predictor
