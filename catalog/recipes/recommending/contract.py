"""What the recipes over visitors' ratings promise alike: columns, parameters, gates, and what their steps need."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.recsys.formula import RATER_KINDS
from catalog.recsys.signals import SIGNALS
from catalog.recsys.splits import HELD_OUT
from mlops.ports import Column, Gate, Resources, StateArray

DECADES = tuple(float(year) for year in range(1920, 2000, 10))
CROWDS = (200.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 25_000.0, 50_000.0)

RATED_ALONE = ("signal", SIGNALS.index("RATED"))  # what is watched for drift: points, and whom they are given to

COLUMNS: Sequence[Column] = (
    Column("subject", "subject", "who rated: a random id"),
    Column("film", "int64", "the film's number", least=1),
    Column("signal", "int8", f"how it came to be known: {', '.join(SIGNALS)}", levels=tuple(range(len(SIGNALS)))),
    Column(
        "value",
        "int8",
        "points given; 0 for what was watched to the end",
        least=0,
        most=10,
        levels=tuple(range(11)),
        watched=True,
        among=RATED_ALONE,
    ),
    Column("at", "int64", "when it was given, or was watched to the end, in seconds since 1970", least=0),
    Column("recorded", "int64", "when it was recorded here, in seconds since 1970", least=0),
    Column("kind", "int8", f"kind of rater: {', '.join(RATER_KINDS)}", levels=tuple(range(len(RATER_KINDS)))),
    Column("partner", "int64", "the partner whose viewer rated; 0: nobody's", least=0),
    Column("year", "int16", "the film's year", least=1888, most=2100, edges=DECADES, watched=True, among=RATED_ALONE),
    Column(
        "votes",
        "int64",
        "votes that came with the film: how known it is",
        least=0,
        edges=CROWDS,
        watched=True,
        among=RATED_ALONE,
    ),
)

# threshold: points from which one likes; rank: of the predicted rating; refits: for stability; watched_counts: whether to have
# watched a film to the end, and not rated it, is to like it
SHARED: Mapping[str, Any] = {"threshold": 7, "rank": 8, "refits": 10, "watched_counts": False}
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
    StateArray("threshold", "int64", 1, 1),
    *(StateArray(name, "float64", 1, 1) for name in ("mean", "damping", "ridge", "half_width")),
    StateArray("biases", "float32", 1, MOST_FILMS),
    StateArray("factors", "float32", 2, MOST_FILMS * WHOLE["rank"][1]),
    StateArray("spread", "uint8", 2, MOST_FILMS**2, optional=True),
    StateArray("inflation", "float64", 1, 1, optional=True),
)


def filled(
    params: Mapping[str, Any], defaults: Mapping[str, Any], of: str, whole: Mapping[str, tuple[int, int]]
) -> dict[str, Any]:
    """Return the whole parameters with these in place of the defaults. Raises ValueError naming one and the remedy.

    of: the recipe in words; whole: those that are whole numbers, with the least and the most.
    """
    unknown = sorted(set(params) - set(defaults))
    if unknown:
        raise ValueError(f"{unknown[0]} is no parameter of {of}: choose among {', '.join(defaults)}")
    found = {**defaults, **params}
    for name, (least, most) in whole.items():
        value = found[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name} is {value!r}: give a whole number from {least} to {most}")
    if not isinstance(found["watched_counts"], bool):
        raise ValueError(f"watched_counts is {found['watched_counts']!r}: give true or false")
    return found


def is_number(value: object) -> bool:
    """Say whether a parameter is a number, which True is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def gate(key: str, title: str, metric: str, **given: Any) -> Gate:
    """Return a gate on people held out."""
    return Gate(key, title, HELD_OUT, metric, **given)


PEOPLE = gate("enough-people", "At least 100 people were asked", "units", limit=100)
BEATS_POPULARITY = gate("beats-popularity", "Better lists than popularity's", "ndcg-100", than="popularity", errors=2.0)
NOT_WORSE = gate(
    "not-worse", "Lists not worse than the champion's", "ndcg-100", than="champion", errors=-2.0, needs_champion=True
)
NOT_TOO_NARROW = gate("not-too-narrow", "Intervals of predicted ratings are wide enough", "coverage-80", limit=0.75)
NOT_TOO_WIDE = gate(
    "not-too-wide", "Intervals of predicted ratings are narrow enough", "coverage-80", limit=0.85, sign=-1
)
# Who sends more than a quarter of all there is to learn from has its own shop's taste taught to everybody; with a quarter
# at most, three in four of the ratings that lift a film are somebody else's, whatever one upload holds.
NO_PARTNER_RULES = gate(
    "no-partner-rules", "No partner has more than a quarter of the rows", "partner-share", limit=0.25, sign=-1
)
RANKS_COVERED = gate("ranks-covered", "Intervals of ranks hold what they promise", "rank-coverage", limit=0.70)
