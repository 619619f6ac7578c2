"""A predicted rating: damped means, plus a low-rank model of what these leave; a visitor is folded in when asked.

r̂ = μ + b_i + b_u + p·q_i, in points from 1 to 10. μ, b_i and q_i are learned; b_u and p come from the visitor's own ratings,
b_u = Σ(r − μ − b_i) / (n + damping), and p by ridge regression of the residuals on q. Source: Koren, Bell and Volinsky 2009;
Funk's damped means as in LensKit's `bias`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST, MOST = 1.0, 10.0
COVERAGE = 0.8  # the share of ratings an interval is made to hold
Points = npt.NDArray[np.floating] | npt.NDArray[np.integer]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Predictor:
    """The learned part, in points. biases: (films,); factors: (films, rank); damping: ratings; half_width: of the interval."""

    mean: float
    biases: npt.NDArray[np.float32]
    factors: npt.NDArray[np.float32]
    damping: float
    ridge: float
    half_width: float

    def values(self, places: Places, ratings: Points, at: Places | slice = slice(None)) -> npt.NDArray[np.float64]:
        """Return the predicted ratings of the films `at`, in points from 1 to 10, float64 of shape (at,).

        places, ratings: the films the visitor rated, and the points given, both of shape (rated,).
        """
        lift, taste = self.folded_in(places, ratings)
        found = self.mean + self.biases[at] + lift + self.factors[at].astype(np.float64) @ taste
        return np.clip(found, LEAST, MOST)

    def folded_in(self, places: Places, ratings: Points) -> tuple[float, npt.NDArray[np.float64]]:
        """Return a visitor's b_u and p, of shape (rank,)."""
        left = np.asarray(ratings, dtype=np.float64) - self.mean - self.biases[places]
        lift = float(left.sum() / (len(left) + self.damping)) if len(left) else 0.0
        q = self.factors[places].astype(np.float64)
        taste = np.linalg.solve(q.T @ q + self.ridge * np.eye(q.shape[1]), q.T @ (left - lift))
        return lift, taste.astype(np.float64, copy=False)
