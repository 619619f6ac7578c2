"""The learning system as a governed recipe: EASE^R for lists, damped means and tastes for predicted ratings."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.recipes.recommending import contract
from catalog.recipes.recommending.base import LearnsLists
from catalog.recsys.recommender import RecommenderModel
from mlops.ports import Arrays, Gate, StateArray

# regularisation: λ in likes
PARAMS: Mapping[str, Any] = {"regularisation": 200, **contract.SHARED}
STATE = (
    *contract.STATE,
    StateArray("b", "int32", 2, contract.MOST_FILMS**2),
    StateArray("regularisation", "float64", 1, 1),
)

# The bounds leave room below what was measured on the real demo (whole, and its first 90 % by time) and on the generated one:
# reach .070, .074 and .058, popularity's being .020 at most; list-stability .62, .60 and .57; rank-coverage .80 to .82.
GATES: Sequence[Gate] = (
    contract.PEOPLE,
    contract.NO_PARTNER_RULES,
    contract.BEATS_POPULARITY,
    contract.gate(
        "beats-svd", "Better lists than SVD's, for a first version", "ndcg-100", than="svd", errors=2.0, first_only=True
    ),
    contract.NOT_WORSE,
    contract.gate("reach", "The lists reach into the catalogue", "reach", limit=0.04),
    contract.NOT_TOO_NARROW,
    contract.NOT_TOO_WIDE,
    contract.gate(
        "stable-lists", "Half of a list, nearly, outlasts other people to learn from", "list-stability", limit=0.45
    ),
    contract.RANKS_COVERED,
)


class Recommender(LearnsLists):
    """What lifts a film beyond all others that are liked with it: EASE over every pair of films."""

    key = "recommender"
    title = "Recommender"
    about = "Weighs all films at once; a film is lifted by what is liked with it, less what the others explain already."
    gates = GATES
    params = PARAMS
    state = STATE

    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole parameters with these in place of the defaults. Raises ValueError with the remedy."""
        found = contract.filled(params, PARAMS, "the recommender", contract.WHOLE)
        penalty = found["regularisation"]
        if not contract.is_number(penalty) or not 0 < penalty <= 1e6:
            raise ValueError(f"regularisation is {penalty!r}: give a number above 0, up to 1,000,000")
        return found

    def fitted(self, partials: Sequence[Arrays], **given: Any) -> RecommenderModel:
        """Return the model of these partials and parameters. Raises NotEnoughData."""
        from catalog.recsys import fitting  # noqa: PLC0415 — workers alone

        return fitting.fit(partials, **given)

    def load(self, arrays: Arrays) -> RecommenderModel:
        """Return the model whose state the arrays are. Raises ValueError when they are not of this recipe."""
        return RecommenderModel.from_arrays(arrays)
