"""Fits the recommender from the partials of its training partitions."""

from collections.abc import Sequence

from catalog.recsys import ease, likes, residuals
from catalog.recsys.recommender import RecommenderModel
from mlops.ports import Arrays

REGULARISATION, THRESHOLD, RANK = 200.0, 7, 8
DAMPING, RIDGE = 5.0, 10.0


def fit(
    partials: Sequence[Arrays],
    *,
    regularisation: float = REGULARISATION,
    threshold: int = THRESHOLD,
    rank: int = RANK,
    damping: float = DAMPING,
    ridge: float = RIDGE,
    seed: int = 0,
) -> RecommenderModel:
    """Return the model of all partials' ratings; equal partials give equal bits, in any order of theirs.

    regularisation: λ, in likes, above 0; threshold: points from which a rating is a like; rank, damping, ridge: of the predicted
    rating. Raises ValueError on a wrong parameter, NotEnoughData when there is too little, or nothing but one value.
    """
    if not 1 <= threshold <= likes.MOST:
        raise ValueError(f"threshold is {threshold}: it must be from 1 to {likes.MOST}")
    ratings = likes.joined(partials)
    likes.check_enough(ratings, threshold)
    b = ease.weights(ratings.likes(threshold), regularisation)
    predictor = residuals.fit(ratings, rank=rank, damping=damping, ridge=ridge, seed=seed)
    return RecommenderModel(ratings.films, b, threshold, regularisation, predictor)
