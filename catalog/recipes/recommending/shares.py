"""How much of what is learned from, and asked, came from one partner."""

import numpy as np

from catalog.recsys.formula import PARTNERS, RATER_KINDS
from mlops.ports import Array, Fold, Rows


def largest(fold: Fold) -> float:
    """Return the largest share that one partner has of all rows of a fold, from 0 to 1.

    Datasets frozen before the column `partner` do not say whose viewers they hold: then all are taken to be one's.
    """
    parts = (fold.train, fold.known, fold.asked)
    partners = np.concatenate([_partners(rows) for rows in parts])
    _, counts = np.unique(partners[partners > 0], return_counts=True)
    return float(counts.max(initial=0) / max(len(partners), 1))


def _partners(rows: Rows) -> Array:
    if "partner" in rows:
        return rows["partner"]
    return np.asarray(rows["kind"] == RATER_KINDS.index(PARTNERS), dtype=np.int64)
