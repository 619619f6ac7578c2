"""Films liked by the same people as a governed recipe: shrunk cosine, the nearest alone; ratings foretold as elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.recipes.recommending import contract
from catalog.recipes.recommending.base import LearnsLists
from catalog.recsys.neighbours import NeighboursModel
from mlops.ports import Arrays, Gate, StateArray

MOST_NEAREST = 500
# shrinkage: in common likes; nearest: films that may lift one
PARAMS: Mapping[str, Any] = {"shrinkage": 5, "nearest": 50, **contract.SHARED}
WHOLE = {**contract.WHOLE, "nearest": (1, MOST_NEAREST)}
STATE = (
    *contract.STATE,
    *(StateArray(name, "int32", 2, contract.MOST_FILMS * MOST_NEAREST) for name in ("near", "weight")),
    StateArray("shrinkage", "float64", 1, 1),
)

# Parameters and bounds were chosen on the people to learn from alone, in five parts by turns, each asked of what the others
# taught: NDCG@100 .212 against popularity's .166 (5.8 paired standard errors), SVD's .210 (so no lead over SVD is promised) and
# EASE's .221; reach .052, popularity's being .012; list-stability .46 and .49, EASE's being .60; rank-coverage .78 and .83.
GATES: Sequence[Gate] = (
    contract.PEOPLE,
    contract.NO_PARTNER_RULES,
    contract.BEATS_POPULARITY,
    contract.NOT_WORSE,
    contract.gate("reach", "The lists reach into the catalogue", "reach", limit=0.04),
    contract.NOT_TOO_NARROW,
    contract.NOT_TOO_WIDE,
    contract.gate(
        "stable-lists", "A third of a list outlasts other people to learn from", "list-stability", limit=1 / 3
    ),
    contract.RANKS_COVERED,
)


class Neighbours(LearnsLists):
    """Films liked by the same people as those you like: plain counting, nothing solved."""

    key = "neighbours"
    title = "Neighbours"
    about = "Counts who likes both of two films; a film is lifted by the few that are nearest to it."
    gates = GATES
    params = PARAMS
    state = STATE

    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole parameters with these in place of the defaults. Raises ValueError with the remedy."""
        found = contract.filled(params, PARAMS, "the neighbours", WHOLE)
        shrinkage = found["shrinkage"]
        if not contract.is_number(shrinkage) or not 0 <= shrinkage <= 1_000:
            raise ValueError(f"shrinkage is {shrinkage!r}: give a number from 0 to 1,000")
        return found

    def fitted(self, partials: Sequence[Arrays], **given: Any) -> NeighboursModel:
        """Return the model of these partials and parameters. Raises NotEnoughData."""
        from catalog.recsys import fitting  # noqa: PLC0415 — workers alone

        return fitting.neighbours(partials, **given)

    def load(self, arrays: Arrays) -> NeighboursModel:
        """Return the model whose state the arrays are. Raises ValueError when they are not of this recipe."""
        return NeighboursModel.from_arrays(arrays)
