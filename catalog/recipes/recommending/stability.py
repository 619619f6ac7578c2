"""Asks refits on resampled people what they would have listed."""

from collections.abc import Mapping
from typing import Any

from catalog.recipes.recommending.evaluating import people
from catalog.recsys import bootstrap, likes
from catalog.recsys.linear import LinearModel
from mlops.ports import Array, Arrays, Fold, Metric, NotEnoughData


def measured(model: LinearModel, fold: Fold, params: Mapping[str, Any], seed: int) -> tuple[list[Metric], Arrays]:
    """Return list-stability, rank-coverage and rank-width over the asked people who get a list, and the spread's arrays.

    Raises NotEnoughData when nobody gets one.
    """
    visitors = [person.known for person in people(fold)]
    try:
        with_spread, found = bootstrap.with_spread(
            model,
            [likes.partial(fold.train)],
            visitors,
            refits=params["refits"],
            watched=params["watched_counts"],
            seed=seed,
        )
    except ValueError as error:
        raise NotEnoughData(str(error)) from error
    metrics = [
        _mean("list-stability", "First ten kept by a refit", found.overlap, True, "share"),
        _mean("rank-coverage", "Ranks inside their 80 % interval", found.coverage, None, "share"),
        _mean("rank-width", "Width of a rank's interval", found.width, False, "ranks"),
    ]
    arrays = with_spread.arrays()
    return metrics, {name: arrays[name] for name in arrays.keys() - model.arrays().keys()}


def _mean(name: str, title: str, each: Array, higher_is_better: bool | None, unit: str) -> Metric:
    return Metric(name, title, float(each.mean()), each, higher_is_better, unit)
