"""Likeness of films by who likes them: shrunk cosine, of which each film keeps its nearest.

X is (subjects, films), 1 where a film was liked; c_ij of XᵀX says how many like both, c_i how many like i. Film i lifts film j by
w_ij = c_ij / √(c_i·c_j) · c_ij / (c_ij + shrinkage) when it is among the `nearest` of j: by weight ↓, then film id ↑. The second
factor is how far few common likes are believed. Square root and division are rounded alike on every machine (IEEE 754), and
nothing is summed in floats, so that the same X gives the same whole weights anywhere.
Source: Sarwar, Karypis, Konstan and Riedl 2001, «Item-Based Collaborative Filtering»; shrinkage as in Bell and Koren 2007.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from catalog.recsys.ease import blocks
from catalog.recsys.linear import SCALE

Ints = npt.NDArray[np.int64]
Nearest = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


@dataclass(frozen=True, eq=False)
class Likeness:
    """weights: round(w · 2**24) of any two films, int64 (n, n), symmetric; nearest: how many of a film's are kept."""

    weights: sparse.csr_array
    nearest: int

    @property
    def n(self) -> int:
        return int(self.weights.shape[1])

    def columns(self, start: int, stop: int) -> npt.NDArray[np.floating]:
        """Return the weights of what lifts the films at places start to stop, shape (n, stop − start), mostly 0."""
        weights = self._whole(start, stop)
        kept = np.zeros_like(weights)
        row = _first(weights, self.nearest)
        np.put_along_axis(kept, row, np.take_along_axis(weights, row, axis=0), axis=0)
        return kept / SCALE

    def kept(self) -> Nearest:
        """Return near and weight as the model keeps them, int32 of shape (n, nearest), or of fewer columns for fewer films."""
        width = min(self.nearest, self.n)
        near, weight = (np.empty((self.n, width), dtype=np.int32) for _ in range(2))
        for start, stop in blocks(self.n):
            weights, own = self._whole(start, stop), np.arange(start, stop)
            first = np.sort(_first(weights, width), axis=0)
            lifts = np.take_along_axis(weights, first, axis=0)
            order = np.argsort(lifts == 0, axis=0, kind="stable")  # what weighs nothing comes last
            lifts = np.take_along_axis(lifts, order, axis=0)
            near[start:stop] = np.where(lifts > 0, np.take_along_axis(first, order, axis=0), own).T
            weight[start:stop] = lifts.T
        return near, weight

    def _whole(self, start: int, stop: int) -> Ints:
        """Return what everything would lift these films by, int64 of shape (n, stop − start)."""
        rows: Ints = self.weights[start:stop].toarray()  # it is symmetric, and rows are quicker
        return rows.T


def likeness(x: sparse.csr_array, shrinkage: float, nearest: int) -> Likeness:
    """Return the likeness of films. x: (subjects, films), rows may be weighted by √w. Raises ValueError on a wrong parameter."""
    if not shrinkage >= 0 or nearest < 1:
        raise ValueError(f"shrinkage is {shrinkage}, nearest {nearest}: they must be at least 0 and 1")
    gram = sparse.coo_array(x.T @ x)
    likes = gram.diagonal().astype(np.float64)
    one, other, common = gram.row, gram.col, gram.data.astype(np.float64)
    believed = common / np.sqrt(likes[one] * likes[other]) * (common / (common + shrinkage))
    whole = np.where(one == other, 0, np.rint(believed * SCALE)).astype(np.int64)
    return Likeness(sparse.csr_array((whole, (one, other)), shape=gram.shape), nearest)


def _first(weights: Ints, most: int) -> npt.NDArray[np.intp]:
    """Return the places of the largest in each column, (most, columns), in no order; of equal ones the lower places."""
    n = len(weights)
    if most >= n:
        return np.repeat(np.arange(n)[:, None], weights.shape[1], axis=1)
    rank = weights * n + np.arange(n - 1, -1, -1)[:, None]  # all differ
    return np.argpartition(rank, n - most, axis=0)[n - most :]
