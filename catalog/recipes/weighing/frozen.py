"""Frozen tallies as the formula reads them: by film and partner, and what of them counts under a version."""

import numpy as np

from catalog.recsys.counting import OWN, Votes, counted
from catalog.recsys.formula import Formula
from catalog.recsys.weighted import Tallied
from mlops.ports import NotEnoughData, Rows


def votes(model: Formula, rows: Rows) -> list[Votes]:
    """Return the rows as votes; datasets frozen before partners had tallies hold films' own votes alone.

    Raises NotEnoughData when the version counts partners, of whom such a dataset says nothing.
    """
    if "partner" not in rows and model.counts_partners:
        raise NotEnoughData(
            "this dataset was frozen before partners' votes were in it, so nothing can be said here of a version that "
            "counts them: freeze a new one, and train from that"
        )
    partner = rows["partner"] if "partner" in rows else np.full(len(rows["film"]), OWN)
    columns = (rows["film"], rows["year"], partner, rows["votes"], rows["points"])
    return [Votes(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def films(model: Formula, rows: Rows) -> list[Tallied]:
    """Return the films with the votes that count under this version. Raises NotEnoughData."""
    return counted(votes(model, rows), partners=model.counts_partners)
