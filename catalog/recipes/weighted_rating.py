"""The software system as a governed recipe: its whole state is m, the floor, the rule for C and who counts."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from catalog.recsys.formula import C_RULES, KEY, RATER_KINDS, Formula
from mlops.ports import Arrays, Kind, scalar


class WeightedRatingModel(Formula):
    """The formula as a model that the registry can keep."""

    def arrays(self) -> Arrays:
        """Return the parameters as integer arrays: rules and kinds by their place in the lists of recsys.formula."""
        return {
            "prior_votes": np.array([self.prior_votes], dtype=np.int64),
            "floor": np.array([self.floor], dtype=np.int64),
            "c_rule": np.array([C_RULES.index(self.c_rule)], dtype=np.int64),
            "kinds": np.array([int(kind in self.kinds) for kind in RATER_KINDS], dtype=np.int64),
        }


class WeightedRating:
    """WR = v/(v+m)·R + m/(v+m)·C: deterministic, nothing learned."""

    key = KEY
    title = "Weighted rating"
    kind = Kind.SOFTWARE
    params: ClassVar[Mapping[str, Any]] = {
        "prior_votes": 25_000,
        "floor": 1,
        "c_rule": "mean-of-films",
        "kinds": ["MEMBER"],
    }

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> WeightedRatingModel:
        """Return the model these parameters describe; there is nothing to learn. Raises ValueError naming a wrong one."""
        return WeightedRatingModel(params["prior_votes"], params["floor"], params["c_rule"], tuple(params["kinds"]))

    def load(self, arrays: Arrays) -> WeightedRatingModel:
        """Return the model in these arrays. Raises ValueError when they are not of this recipe."""
        flags, rule = arrays.get("kinds"), scalar(arrays, "c_rule")
        if flags is None or flags.shape != (len(RATER_KINDS),) or not 0 <= rule < len(C_RULES):
            raise ValueError("kinds or c_rule is not one of those known")
        kinds = tuple(kind for kind, flag in zip(RATER_KINDS, flags, strict=True) if flag)
        return WeightedRatingModel(scalar(arrays, "prior_votes"), scalar(arrays, "floor"), C_RULES[rule], kinds)
