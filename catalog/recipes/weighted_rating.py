"""The software system as a governed recipe: its whole state is m, the floor, the rule for C and who counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

import numpy as np

from catalog.recsys.formula import C_RULES, KEY, RATER_KINDS, Formula
from catalog.selectors import extracts
from mlops.ports import (
    Array,
    Arrays,
    Column,
    Extract,
    Fold,
    Gate,
    Kind,
    Metric,
    Model,
    NotEnoughData,
    Resources,
    Rows,
    StateArray,
    Table,
    scalar,
)

ALL_FILMS = "all-films"
# Of all votes that count one partner has a tenth at most: then the chart, and C, which is every film's, stay what people on
# this site and those of the sources made them, and a partner that leaves takes little of them away.
MOST_OF_ONE_PARTNER = 0.10


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
    """WR = v/(v+m)·R + m/(v+m)·C: deterministic, nothing learned. A new m is a new version, judged like any other."""

    key = KEY
    title = "Weighted rating"
    kind = Kind.SOFTWARE
    dataset_key = "chart-tallies"
    subject = "subject"
    params: ClassVar[Mapping[str, Any]] = {
        "prior_votes": 25_000,
        "floor": 1,
        "c_rule": "mean-of-films",
        "kinds": ["MEMBER"],
    }
    columns: ClassVar[Sequence[Column]] = (
        Column("subject", "subject", "the film's number, written as a UUID"),
        Column("film", "int64", "the film's number", least=1),
        Column("year", "int16", "the film's year, for ties", least=1888, most=2100),
        Column("partner", "int64", "the partner whose viewers' votes these are; 0: the film's own", least=0),
        Column("votes", "int64", "votes, of a partner before the bound on its share of the film's", least=1),
        Column("points", "int64", "their sum, in tenths of points", least=10),
    )
    gates: ClassVar[Sequence[Gate]] = (
        Gate("recomputed", "Every figure equals exact fractions", ALL_FILMS, "recomputed", limit=1.0),
        Gate("counts", "It counts whom the tallies count", ALL_FILMS, "counts-as-tallied", limit=1.0),
        Gate(
            "no-partner-rules",
            "No partner has more than a tenth of all counting votes",
            ALL_FILMS,
            "partner-share",
            limit=MOST_OF_ONE_PARTNER,
            sign=-1,
        ),
        Gate("ranked", "At least one film gets a rank", ALL_FILMS, "ranked", limit=1.0),
    )
    resources: ClassVar[Mapping[str, Resources]] = {"evaluate": Resources(1, 400, 30)}
    state: ClassVar[Sequence[StateArray]] = (
        *(StateArray(name, "int64", 1, 1) for name in ("prior_votes", "floor", "c_rule")),
        StateArray("kinds", "int64", 1, len(RATER_KINDS)),
    )

    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole parameters with these in place of the defaults. Raises ValueError with the remedy."""
        unknown = sorted(set(params) - set(self.params))
        if unknown:
            raise ValueError(f"{unknown[0]} is no parameter of the formula: choose among {', '.join(self.params)}")
        whole = {**self.params, **params}
        for name in ("prior_votes", "floor"):
            if isinstance(whole[name], bool) or not isinstance(whole[name], int):
                raise ValueError(f"{name} is {whole[name]!r}: give a whole number")
        whole["kinds"] = _kinds(whole["kinds"])
        self.fit((), whole, seed=0)
        return whole

    def extract(self, since: datetime | None, until: datetime) -> Extract:
        """Return the tallies of all films with a vote as they stand now: they keep no history, so both times are ignored."""
        return Extract(*extracts.tallies())

    def split(self, rows: Rows) -> Sequence[Fold]:
        """Return one fold of all films: a formula is held against its definition, not against people. Raises NotEnoughData."""
        if not len(rows["film"]):
            raise NotEnoughData("no film has a vote, so there is nothing to weigh: load or record votes first")
        none = {name: column[:0] for name, column in rows.items()}
        facts = {"films": len(np.unique(rows["film"]))}
        return [Fold(ALL_FILMS, "All films with a vote", rows, none, none, facts)]

    def partial(self, partition: Rows) -> Arrays:
        """Return nothing: there is nothing to learn."""
        return {}

    def without(self, partial: Arrays, own: Arrays) -> Arrays:
        """Return nothing: nothing was learned of anybody."""
        return {}

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> WeightedRatingModel:
        """Return the model these parameters describe; there is nothing to learn. Raises ValueError naming a wrong one."""
        return WeightedRatingModel(params["prior_votes"], params["floor"], params["c_rule"], tuple(params["kinds"]))

    def rivals(self, fold: Fold, params: Mapping[str, Any], seed: int) -> Mapping[str, Model]:
        """Return none: the champion is the only other arm."""
        return {}

    def evaluate(self, model: Model, fold: Fold) -> Sequence[Metric]:
        """Return what the formula makes of all films, and whether it is what exact fractions make of them.

        Raises NotEnoughData when it counts partners, of whom a dataset of before says nothing.
        """
        from catalog.recipes.weighing import evaluating  # noqa: PLC0415 — workers alone

        return evaluating.metrics(cast(Formula, model), fold.train)

    def stability(
        self, model: Model, fold: Fold, params: Mapping[str, Any], seed: int
    ) -> tuple[Sequence[Metric], dict[str, Array]]:
        """Return nothing: the same tallies give the same chart."""
        return (), {}

    def compare(self, candidate: Model, champion: Model | None, fold: Fold) -> Sequence[Table]:
        """Return what would change in the first 250."""
        from catalog.recipes.weighing import comparing  # noqa: PLC0415 — workers alone

        return comparing.tables(cast(Formula, candidate), cast("Formula | None", champion), fold.train)

    def load(self, arrays: Arrays) -> WeightedRatingModel:
        """Return the model in these arrays. Raises ValueError when they are not of this recipe."""
        flags, rule = arrays.get("kinds"), scalar(arrays, "c_rule")
        if flags is None or flags.shape != (len(RATER_KINDS),) or not 0 <= rule < len(C_RULES):
            raise ValueError("kinds or c_rule is not one of those known")
        kinds = tuple(kind for kind, flag in zip(RATER_KINDS, flags, strict=True) if flag)
        return WeightedRatingModel(scalar(arrays, "prior_votes"), scalar(arrays, "floor"), C_RULES[rule], kinds)


def _kinds(kinds: Any) -> list[str]:
    if isinstance(kinds, str) or not isinstance(kinds, Sequence) or not all(isinstance(one, str) for one in kinds):
        raise ValueError(f"kinds is {kinds!r}: give a list of names among {', '.join(RATER_KINDS)}")
    if not kinds:
        raise ValueError(f"kinds is empty: name whose ratings count, among {', '.join(RATER_KINDS)}")
    if len(set(kinds)) < len(kinds):
        raise ValueError(f"kinds is {kinds!r}: it names a kind twice")
    return list(kinds)
