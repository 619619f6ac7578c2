"""Fits the predictor of ratings: damped means, then a low-rank model of what they leave, then the width of its interval.

Units: points from 1 to 10. μ is the mean rating; b_i = Σ(r − μ − b_u)/(n_i + damping) and b_u alike, in turns. The residuals get
`rank` factors by truncated SVD, then alternating ridge regression over the ratings that exist, since an SVD takes the others for
zeros. Source: Koren, Bell and Volinsky 2009; Zhou et al. 2008 (ALS); Vovk 2015 (cross-conformal intervals).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from catalog.recsys.likes import Ratings
from catalog.recsys.prediction import COVERAGE, Predictor

TURNS = 5  # of the means; on the demo's ratings the last one moves no film by more than 0.03 points
SWEEPS = 2  # of the factors; on the demo's ratings eight lower the error on unseen people by 0.004 points more
POWERS, SPARE = 7, 8  # iterations of the subspace, and dimensions beyond those asked for
FOLDS = 5
TOLD = 0.8  # share of an unseen person's ratings that the predictor is told, as in the evaluation
Floats = npt.NDArray[np.float64]


def fit(ratings: Ratings, *, rank: int, damping: float, ridge: float, seed: int) -> Predictor:
    """Return the predictor, its interval included.

    rank: factors, from 0; damping, ridge: in ratings, above 0; ridge pulls factors and tastes towards 0. Raises ValueError.
    """
    if rank < 0 or not damping > 0 or not ridge > 0:
        raise ValueError("rank must be from 0, damping and ridge above 0")
    with threadpool_limits(limits=1, user_api="blas"):
        found = _fitted(ratings, rank, damping, ridge, seed)
        errors = crossfitted_errors(ratings, rank=rank, damping=damping, ridge=ridge, seed=seed)
        return replace(found, half_width=half_width(errors))


def half_width(errors: Floats, coverage: float = COVERAGE) -> float:
    """Return the ⌈(n + 1)·coverage⌉-th smallest of n absolute errors, the largest when there are too few. Source: Vovk 2015."""
    if not len(errors):
        raise ValueError("there are no errors to learn an interval from")
    place = min(len(errors), int(np.ceil((len(errors) + 1) * coverage)))
    return max(float(np.sort(errors)[place - 1]), 1e-3)


def crossfitted_errors(ratings: Ratings, *, rank: int, damping: float, ridge: float, seed: int) -> Floats:
    """Return |r − r̂| of ratings of people the predictor had not seen, told a part of their ratings by lot; shape (asked,)."""
    draws = np.random.default_rng(seed)
    folds = draws.permutation(len(ratings)) % min(FOLDS, len(ratings))
    lots = draws.random(len(ratings.value)) < TOLD
    errors = []
    for fold in range(int(folds.max()) + 1):
        unseen = folds[ratings.subject] == fold
        predictor = _fitted(_only(ratings, ~unseen), rank, damping, ridge, seed)
        for own in _spans(ratings.indptr, np.flatnonzero(folds == fold)):
            told, asked = own[lots[own]], own[~lots[own]]
            if len(told) and len(asked):
                values = predictor.values(ratings.place[told], ratings.value[told], ratings.place[asked])
                errors.append(np.abs(ratings.value[asked] - values))
    return np.concatenate(errors) if errors else np.array([ratings.value.std()])


def _fitted(ratings: Ratings, rank: int, damping: float, ridge: float, seed: int) -> Predictor:
    mean, biases, left = _means(ratings, damping)
    factors = _factors(ratings, left, rank, ridge, seed)
    return Predictor(mean, biases.astype(np.float32), factors.astype(np.float32), damping, ridge, half_width=1.0)


def _means(ratings: Ratings, damping: float) -> tuple[float, Floats, Floats]:
    """Return μ, b_i of shape (films,), and what they and b_u leave of each rating."""
    films, subjects, n = ratings.place, ratings.subject, len(ratings.films)
    mean = float(ratings.value.mean(dtype=np.float64))
    plain = ratings.value - mean
    lifts = np.zeros(len(ratings))
    for _ in range(TURNS):
        biases = np.bincount(films, plain - lifts[subjects], n) / (np.bincount(films, minlength=n) + damping)
        lifts = np.bincount(subjects, plain - biases[films], len(ratings)) / (np.diff(ratings.indptr) + damping)
    return mean, biases, plain - biases[films] - lifts[subjects]


def _factors(ratings: Ratings, left: Floats, rank: int, ridge: float, seed: int) -> Floats:
    shape = (len(ratings), len(ratings.films))
    rank = min(rank, min(shape) - 1)
    if rank < 1:
        return np.zeros((shape[1], 0))
    matrix = sparse.csr_array((left, (ratings.subject, ratings.place)), shape=shape)
    films: Floats = truncated_svd(matrix, rank, seed) / np.sqrt(shape[0])
    columns = sparse.csc_array(matrix)
    for _ in range(SWEEPS):
        tastes = _regressed(matrix, films, ridge)
        films = _regressed(columns, tastes, ridge)
    return films


def truncated_svd(matrix: sparse.csr_array, rank: int, seed: int) -> Floats:
    """Return V·S of the largest `rank` singular values, shape (columns, rank), by subspace iteration. Source: Halko et al. 2011.

    Own code, since importing scikit-learn takes longer than the whole fit.
    """
    basis = np.random.default_rng(seed).normal(size=(matrix.shape[1], min(rank + SPARE, *matrix.shape)))
    for _ in range(POWERS):
        basis, _ = np.linalg.qr(matrix.T @ (matrix @ basis))
    _, values, turn = np.linalg.svd(matrix @ basis, full_matrices=False)
    found: Floats = (basis @ turn.T[:, :rank]) * values[:rank]
    return found


def _regressed(matrix: sparse.csr_array | sparse.csc_array, on: Floats, ridge: float) -> Floats:
    """Return the ridge regression of each row (or column) of a sparse matrix on the factors of what is in it."""
    found = np.zeros((len(matrix.indptr) - 1, on.shape[1]))
    penalty = ridge * np.eye(on.shape[1])
    for row, (start, end) in enumerate(zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)):
        q = on[matrix.indices[start:end]]
        found[row] = np.linalg.solve(q.T @ q + penalty, q.T @ matrix.data[start:end])
    return found


def _only(ratings: Ratings, kept: npt.NDArray[np.bool_]) -> Ratings:
    """Return these ratings alone, over the same films; subjects without any stay, as empty rows."""
    counts = np.bincount(ratings.subject[kept], minlength=len(ratings))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Ratings(ratings.films, indptr, ratings.place[kept], ratings.value[kept])


def _spans(indptr: npt.NDArray[np.int64], rows: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.int64]]:
    return (np.arange(indptr[row], indptr[row + 1]) for row in rows)
