"""EASE^R in closed form: B = I − P·diag(1/diag P), P = (XᵀX + λI)⁻¹, solved by films or by subjects, whichever are fewer.

X is (subjects, films), 1 where a film was liked; λ, the regularisation, is in likes. B's diagonal is 0; row i says what liking
film i adds to the others. Solving is in float64 with one BLAS thread, so that the same X gives the same bits in any process.
By subjects: with K = XXᵀ + λI = LLᵀ and W = L⁻¹X, P = (I − WᵀW)/λ, so B_ij = (WᵀW)_ij / (1 − (WᵀW)_jj) off the diagonal.
Source: Steck 2019, «Embarrassingly Shallow Autoencoders for Sparse Data»; the dual form is Woodbury's identity.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from threadpoolctl import threadpool_limits

from catalog.recsys.recommender import SCALE

BLOCK = 512  # films at a time: one block of weights in float64 is small beside the whole
Floats = npt.NDArray[np.floating]


class Side(Protocol):
    """A solved system, from which columns of B can be read."""

    @property
    def n(self) -> int: ...

    def columns(self, start: int, stop: int) -> Floats:
        """Return B[:, start:stop], shape (n, stop − start)."""
        ...


@dataclass(frozen=True, eq=False)
class ItemSide:
    """p: P whole, of shape (n, n)."""

    p: Floats

    @property
    def n(self) -> int:
        return len(self.p)

    def columns(self, start: int, stop: int) -> Floats:
        block = self.p[:, start:stop] / -np.diagonal(self.p)[start:stop]
        return _hollow(block, start)


@dataclass(frozen=True, eq=False)
class UserSide:
    """w: L⁻¹X, of shape (subjects, n); left: 1 − diag(WᵀW), which is λ·diag P."""

    w: Floats
    left: Floats

    @property
    def n(self) -> int:
        return int(self.w.shape[1])

    def columns(self, start: int, stop: int) -> Floats:
        block = self.w.T @ self.w[:, start:stop]
        block /= self.left[start:stop]
        return _hollow(block, start)


def _hollow(block: Floats, start: int) -> Floats:
    at = np.arange(block.shape[1])
    block[start + at, at] = 0
    return block


def solved(x: sparse.csr_array, regularisation: float) -> Side:
    """Return the solved system, by subjects when they are fewer than films. x: (subjects, films), rows may be weighted by √w."""
    return by_users(x, regularisation) if x.shape[0] < x.shape[1] else by_items(x, regularisation)


def by_items(x: sparse.csr_array, regularisation: float) -> ItemSide:
    """Return P by a Cholesky of films × films, inverted in place: one matrix of n² in memory. Raises ValueError when λ ≤ 0."""
    return by_gram(x.T @ x, regularisation)


def by_gram(product: sparse.csr_array, regularisation: float) -> ItemSide:
    """Return P of XᵀX alone, in whole numbers or floats, (n, n): those of partitions, less those of who left, will do."""
    gram = _shifted(sparse.csr_array(product, dtype=np.float64), regularisation)
    factor, info = linalg.lapack.get_lapack_funcs(("potrf",), (gram,))[0](gram, lower=1, overwrite_a=1)
    if not info:
        factor, info = linalg.lapack.get_lapack_funcs(("potri",), (factor,))[0](factor, lower=1, overwrite_c=1)
    if info:
        raise ValueError("the regularisation is too small for these ratings: raise it")
    for start in range(0, len(factor), BLOCK):  # the upper triangle from the lower, a block of rows at a time
        stop = start + BLOCK
        factor[start:stop, stop:] = factor[stop:, start:stop].T
        corner = factor[start:stop, start:stop]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
    return ItemSide(factor)


def by_users(x: sparse.csr_array, regularisation: float) -> UserSide:
    """Return W by a Cholesky of subjects × subjects. Computes in the number type of x. Raises ValueError when λ ≤ 0."""
    kernel = _shifted((x @ x.T), regularisation)
    factor = linalg.cholesky(kernel, lower=True, overwrite_a=True, check_finite=False)
    w = linalg.solve_triangular(factor, x.toarray(order="F"), lower=True, overwrite_b=True, check_finite=False)
    return UserSide(w, 1 - np.einsum("ij,ij->j", w, w))


def _shifted(product: sparse.csr_array, regularisation: float) -> Floats:
    if not regularisation > 0:
        raise ValueError(f"regularisation is {regularisation}: it must be above 0")
    dense: Floats = product.toarray(order="F")
    dense[np.diag_indices_from(dense)] += regularisation
    return dense


def blocks(n: int) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) over n columns, BLOCK at a time."""
    return ((start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def quantised(side: Side) -> npt.NDArray[np.int32]:
    """Return B in whole units of 2**-24, int32 of shape (n, n). Raises ValueError when a weight is 128 or beyond."""
    b = np.empty((side.n, side.n), dtype=np.int32)
    for start, stop in blocks(side.n):
        block = np.rint(side.columns(start, stop) * SCALE)
        if not np.all(np.abs(block) < 2**31):
            raise ValueError("a weight is 128 or more: raise the regularisation")
        b[:, start:stop] = block
    return b


def gram(x: sparse.csr_array) -> sparse.csr_array:
    """Return XᵀX in whole numbers, int64 (films, films): Gram matrices of disjoint subjects add and subtract exactly."""
    whole = sparse.csr_array(x, dtype=np.int64)
    return sparse.csr_array(whole.T @ whole)


def weights(x: sparse.csr_array, regularisation: float) -> npt.NDArray[np.int32]:
    """Return B of X in whole units of 2**-24, solved in float64 with one BLAS thread. Raises ValueError as above."""
    with threadpool_limits(limits=1, user_api="blas"):
        return quantised(solved(x, regularisation))
