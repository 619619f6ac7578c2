"""Fits the models of lists from the partials of their training partitions."""

from collections.abc import Sequence
from functools import singledispatch

from scipy import sparse

from catalog.recsys import cosine, ease, likes, residuals
from catalog.recsys.linear import LinearModel
from catalog.recsys.neighbours import NeighboursModel
from catalog.recsys.recommender import RecommenderModel
from mlops.ports import Arrays

REGULARISATION, THRESHOLD, RANK = 200.0, 7, 8
SHRINKAGE, NEAREST = 5.0, 50
DAMPING, RIDGE = 5.0, 10.0


def fit(
    partials: Sequence[Arrays],
    *,
    regularisation: float = REGULARISATION,
    threshold: int = THRESHOLD,
    rank: int = RANK,
    watched: bool = False,
    damping: float = DAMPING,
    ridge: float = RIDGE,
    seed: int = 0,
) -> RecommenderModel:
    """Return the model of all partials' ratings; equal partials give equal bits, in any order of theirs.

    regularisation: λ, in likes, above 0; threshold: points from which a rating is a like; rank, damping, ridge: of the predicted
    rating; watched: whether to have watched a film to the end, and not rated it, is to like it. Raises ValueError on a wrong
    parameter, NotEnoughData when there is too little, or nothing but one value.
    """
    ratings = _joined(partials, threshold, watched)
    b = ease.weights(ratings.likes(threshold), regularisation)
    predictor = residuals.fit(ratings.rated(), rank=rank, damping=damping, ridge=ridge, seed=seed)
    return RecommenderModel(ratings.films, b, threshold, regularisation, predictor)


def neighbours(
    partials: Sequence[Arrays],
    *,
    shrinkage: float = SHRINKAGE,
    nearest: int = NEAREST,
    threshold: int = THRESHOLD,
    rank: int = RANK,
    watched: bool = False,
    damping: float = DAMPING,
    ridge: float = RIDGE,
    seed: int = 0,
) -> NeighboursModel:
    """Return the model of films liked by the same people; all else as above.

    shrinkage: in common likes, from 0; nearest: films that may lift one, from 1.
    """
    ratings = _joined(partials, threshold, watched)
    near, weight = cosine.likeness(ratings.likes(threshold), shrinkage, nearest).kept()
    predictor = residuals.fit(ratings.rated(), rank=rank, damping=damping, ridge=ridge, seed=seed)
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


def _joined(partials: Sequence[Arrays], threshold: int, watched: bool) -> likes.Ratings:
    if not 1 <= threshold <= likes.MOST:
        raise ValueError(f"threshold is {threshold}: it must be from 1 to {likes.MOST}")
    ratings = likes.joined(partials, watched=watched)
    likes.check_enough(ratings, threshold)
    return ratings
