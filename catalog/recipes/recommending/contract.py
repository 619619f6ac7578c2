"""What the recommender promises: columns, parameters, gates, and what its steps need."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.recsys.formula import RATER_KINDS
from catalog.recsys.splits import HELD_OUT
from mlops.ports import Column, Gate, Resources, StateArray

DECADES = tuple(float(year) for year in range(1920, 2000, 10))
CROWDS = (200.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 25_000.0, 50_000.0)

COLUMNS: Sequence[Column] = (
    Column("subject", "subject", "who rated: a random id"),
    Column("film", "int64", "the film's number", least=1),
    Column("value", "int8", "points given", least=1, most=10, levels=tuple(range(1, 11)), watched=True),
    Column("at", "int64", "when it was given, in seconds since 1970", least=0),
    Column("recorded", "int64", "when it was recorded here, in seconds since 1970", least=0),
    Column("kind", "int8", f"kind of rater: {', '.join(RATER_KINDS)}", levels=tuple(range(len(RATER_KINDS)))),
    Column("year", "int16", "the film's year", least=1888, most=2100, edges=DECADES, watched=True),
    Column("votes", "int64", "votes that came with the film: how known it is", least=0, edges=CROWDS, watched=True),
)

# regularisation: λ in likes; threshold: points from which one likes; rank: of the predicted rating; refits: for stability
PARAMS: Mapping[str, Any] = {"regularisation": 200, "threshold": 7, "rank": 8, "refits": 10}
WHOLE = {"threshold": (1, 10), "rank": (0, 64), "refits": (4, 100)}

RESOURCES: Mapping[str, Resources] = {
    "freeze": Resources(1, 600, 30),
    "fit": Resources(1, 900, 60),
    "evaluate": Resources(1, 900, 60),
    "stability": Resources(1, 1_200, 180),
    "compare": Resources(1, 900, 60),
}

MOST_FILMS = 2**14  # 16,384: their weights then fill what a file may hold
STATE: Sequence[StateArray] = (
    StateArray("films", "int64", 1, MOST_FILMS),
    StateArray("film_set", "uint8", 1, 32),
    StateArray("b", "int32", 2, MOST_FILMS**2),
    StateArray("threshold", "int64", 1, 1),
    *(StateArray(name, "float64", 1, 1) for name in ("regularisation", "mean", "damping", "ridge", "half_width")),
    StateArray("biases", "float32", 1, MOST_FILMS),
    StateArray("factors", "float32", 2, MOST_FILMS * WHOLE["rank"][1]),
    StateArray("spread", "uint8", 2, MOST_FILMS**2, optional=True),
    StateArray("inflation", "float64", 1, 1, optional=True),
)


def checked(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole parameters with these in place of the defaults. Raises ValueError naming one and the remedy."""
    unknown = sorted(set(params) - set(PARAMS))
    if unknown:
        raise ValueError(f"{unknown[0]} is no parameter of the recommender: choose among {', '.join(PARAMS)}")
    whole = {**PARAMS, **params}
    for name, (least, most) in WHOLE.items():
        value = whole[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name} is {value!r}: give a whole number from {least} to {most}")
    penalty = whole["regularisation"]
    if isinstance(penalty, bool) or not isinstance(penalty, int | float) or not 0 < penalty <= 1e6:
        raise ValueError(f"regularisation is {penalty!r}: give a number above 0, up to 1,000,000")
    return whole


def _gate(key: str, title: str, metric: str, **given: Any) -> Gate:
    return Gate(key, title, HELD_OUT, metric, **given)


# The bounds leave room below what was measured on the real demo (whole, and its first 90 % by time) and on the generated one:
# reach .070, .074 and .058, popularity's being .020 at most; list-stability .62, .60 and .57; rank-coverage .80 to .82.
GATES: Sequence[Gate] = (
    _gate("enough-people", "At least 100 people were asked", "units", limit=100),
    _gate("beats-popularity", "Better lists than popularity's", "ndcg-100", than="popularity", errors=2.0),
    _gate(
        "beats-svd", "Better lists than SVD's, for a first version", "ndcg-100", than="svd", errors=2.0, first_only=True
    ),
    _gate(
        "not-worse",
        "Lists not worse than the champion's",
        "ndcg-100",
        than="champion",
        errors=-2.0,
        needs_champion=True,
    ),
    _gate("reach", "The lists reach into the catalogue", "reach", limit=0.04),
    _gate("not-too-narrow", "Intervals of predicted ratings are wide enough", "coverage-80", limit=0.75),
    _gate("not-too-wide", "Intervals of predicted ratings are narrow enough", "coverage-80", limit=0.85, sign=-1),
    _gate("stable-lists", "Half of a list, nearly, outlasts other people to learn from", "list-stability", limit=0.45),
    _gate("ranks-covered", "Intervals of ranks hold what they promise", "rank-coverage", limit=0.70),
)
