"""What the recipes over visitors' ratings share: rows, folds, partials, rivals, and how lists are measured and compared."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from catalog.recipes.recommending import contract
from catalog.selectors import extracts
from mlops.ports import Arrays, Column, Extract, Fold, Kind, Metric, Model, Resources, Rows, StateArray, Table

if TYPE_CHECKING:
    from catalog.recipes.recommending.evaluating import Arm
    from catalog.recsys.linear import LinearModel


class LearnsLists(ABC):
    """Learned from ratings; the web process only loads what it makes, all else is for workers.

    Each recipe of this kind says how it fits and loads, what it takes as parameters, and which gates it answers to.
    """

    kind = Kind.LEARNING
    dataset_key = "visitor-ratings"
    subject = "subject"
    columns: Sequence[Column] = contract.COLUMNS
    resources: Mapping[str, Resources] = contract.RESOURCES
    state: Sequence[StateArray] = contract.STATE
    params: ClassVar[Mapping[str, Any]]

    @abstractmethod
    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole parameters with these in place of the defaults. Raises ValueError with the remedy."""

    @abstractmethod
    def fitted(self, partials: Sequence[Arrays], **given: Any) -> "LinearModel":
        """Return the model of these partials and parameters. Raises NotEnoughData."""

    @abstractmethod
    def load(self, arrays: Arrays) -> "LinearModel":
        """Return the model whose state the arrays are. Raises ValueError when they are not of this recipe."""

    def extract(self, since: datetime | None, until: datetime) -> Extract:
        """Return the ratings as they were known at `until`, those recorded from `since` alone."""
        return Extract(*extracts.ratings(since, until))

    def split(self, rows: Rows) -> Sequence[Fold]:
        """Return people held out by hash, who decide, and everybody after one moment. Raises NotEnoughData."""
        from catalog.recsys import splits  # noqa: PLC0415 — workers alone

        return splits.folds(rows)

    def partial(self, partition: Rows) -> Arrays:
        """Return the partition's ratings as sparse rows, without ids of people."""
        from catalog.recsys import likes  # noqa: PLC0415 — workers alone

        return likes.partial(partition)

    def without(self, partial: Arrays, own: Arrays) -> Arrays:
        """Return the partition's ratings less the rows of some people. Raises ValueError when these are not in it."""
        from catalog.recsys import likes  # noqa: PLC0415 — workers alone

        return likes.without(partial, own)

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> "LinearModel":
        """Return the model of these partials. Raises ValueError on a wrong parameter, NotEnoughData."""
        given = self.checked(params)
        watched = given.pop("watched_counts")
        del given["refits"]  # fitted for the intervals of ranks alone: by `stability`
        return self.fitted(partials, seed=seed, watched=watched, **given)

    def rivals(self, fold: Fold, params: Mapping[str, Any], seed: int) -> Mapping[str, Model]:
        """Return popularity, weighted-rating and svd. A threshold above what is asked for would only weaken them."""
        from catalog.recsys import likes, rivals, splits  # noqa: PLC0415 — workers alone

        threshold = min(self.checked(params)["threshold"], splits.LIKED)
        return rivals.fitted(likes.joined([likes.partial(fold.train)]), threshold)

    def evaluate(self, model: Model, fold: Fold) -> Sequence[Metric]:
        """Return the metrics of lists for any arm, and those of predicted ratings for one that foretells them."""
        from catalog.recipes.recommending import evaluating  # noqa: PLC0415 — workers alone

        return evaluating.metrics(cast("Arm", model), fold)

    def stability(
        self, model: Model, fold: Fold, params: Mapping[str, Any], seed: int
    ) -> tuple[Sequence[Metric], Arrays]:
        """Return how far lists outlast a change of people, what more ratings give, and the arrays of ranks' intervals."""
        from catalog.recipes.recommending import gaining, stability  # noqa: PLC0415 — workers alone

        given, fitted = self.checked(params), cast("LinearModel", model)
        lists = {**given, "rank": 0}  # what foretells ratings has no say in lists, and takes longest
        gain = gaining.measured(fitted, fold, lambda rows: self.fit([self.partial(rows)], lists, seed))
        metrics, spread = stability.measured(fitted, fold, given, seed)
        return [*metrics, *gain], spread

    def compare(self, candidate: Model, champion: Model | None, fold: Fold) -> Sequence[Table]:
        """Return what would change in the lists of held-out people."""
        from catalog.recipes.recommending import comparing  # noqa: PLC0415 — workers alone

        return comparing.tables(cast("Arm", candidate), cast("Arm | None", champion), fold)
