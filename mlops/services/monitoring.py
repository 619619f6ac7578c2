"""Watching a champion: do recent rows still look like those it learned from, and if not, ask for a run that does."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from mlops import registry
from mlops.errors import MlopsError
from mlops.models import Dataset, Deployment, DriftReport, Run
from mlops.ports import Actor, Array, Kind, Recipe
from mlops.services import distributions, promotion, runs
from mlops.services.audit import record
from mlops.services.outcomes import gather as gather_outcomes
from mlops.services.sealing import governed
from mlops.stats import drift, histograms
from mlops.stats.histograms import Histogram

__all__ = ["gather_outcomes", "measure_drift", "watched_recipes"]

logger = logging.getLogger(__name__)
COOLDOWN = 6 * 3600  # seconds between two runs that drift asks for, unless MLOPS_DRIFT_COOLDOWN says otherwise
TICK = timedelta(microseconds=1)  # what was recorded at a dataset's last moment is in it


def watched_recipes() -> list[str]:
    """Return the recipes that learn and have a version in force: a formula has no data to drift from."""
    learning = [key for key, recipe in registry.recipes().items() if recipe.kind is Kind.LEARNING]
    return [key for key in learning if _champions_dataset(key) is not None]


def measure_drift(*, recipe_key: str, by: Actor, at: datetime) -> DriftReport | None:
    """Hold what was recorded since the champion's dataset against it; report, and ask for a run when it moved.

    Returns None, and logs why, when nothing is in force or too little was recorded to say anything.
    """
    recipe, dataset = registry.recipe(recipe_key), _champions_dataset(recipe_key)
    if dataset is None:
        logger.info("no drift measured of %s: no version of it is in force", recipe_key)
        return None
    rows, then = recipe.extract(dataset.until + TICK, at).rows, distributions.read(dataset)
    bins = _bins(recipe, then)
    sizes = histograms.judged(bins, rows, recipe.subject)
    if why := drift.too_little(sizes):
        logger.info("no drift measured of %s since %s: %s", recipe_key, dataset, why)
        return None
    now = histograms.count(bins, rows, recipe.subject)
    found = drift.drift(then, now, seed=dataset.number)
    return _report(recipe, dataset, found, sizes, by=by, at=at)


def _bins(recipe: Recipe, then: Mapping[str, Histogram]) -> list[histograms.Bins]:
    """Return the bins of then, in which recent rows are counted: of these, those that a column says something in."""
    among = {column.name: column.among for column in recipe.columns}
    return [replace(one.bins, among=among.get(name)) for name, one in then.items()]


def _champions_dataset(recipe_key: str) -> Dataset | None:
    deployment = Deployment.objects.champion(recipe_key)
    return deployment.version.run.dataset if deployment and deployment.version.run else None


def _report(
    recipe: Recipe, dataset: Dataset, found: list[drift.ColumnDrift], sizes: Array, *, by: Actor, at: datetime
) -> DriftReport:
    moved = [column for column in found if column.moved]
    fresh = bool(moved) and _news(recipe, dataset, at)
    with governed():
        promotion.lock_slot(recipe.key)  # two looks at once ask for one run
        report = DriftReport.objects.create(
            recipe_key=recipe.key,
            dataset=dataset,
            since=dataset.until,
            until=at,
            rows=int(sizes.sum()),
            subjects=len(sizes),
            columns=[_plain(column) for column in found],
            moved=bool(moved),
            measured_at=at,
            measured_by=str(by.subject_id),
        )
        words = "; ".join(_words(column) for column in moved)
        if fresh and _may_ask(recipe.key, at):
            _ask(recipe.key, report, words, by=by, at=at)
        record(
            "drift.reported",
            f"drift:{report.pk}",
            by=by,
            at=at,
            recipe=recipe.key,
            dataset=str(dataset),
            rows=report.rows,
            moved=[column.name for column in moved],
        )
    logger.info("drift of %s: %s", recipe.key, words or "no column moved")
    return report


def _ask(recipe_key: str, report: DriftReport, words: str, *, by: Actor, at: datetime) -> None:
    """Queue the run that learns from what moved. That it cannot be queued must not lose the report."""
    reason = f"Moved since {report.dataset}: {words}"[:500]
    try:
        with governed():
            runs.queue_run(
                recipe_key=recipe_key, reason=reason, by=by, at=at, cause=Run.Cause.DRIFT, drift_report=report
            )
    except MlopsError as error:
        logger.warning("drift of %s asked for no run: %s", recipe_key, error)


def _may_ask(recipe_key: str, at: datetime) -> bool:
    """Say whether no run is under way, and the last that drift asked for is long enough ago."""
    of_recipe = Run.objects.filter(recipe_key=recipe_key)
    rest = timedelta(seconds=getattr(settings, "MLOPS_DRIFT_COOLDOWN", COOLDOWN))
    resting = of_recipe.filter(cause=Run.Cause.DRIFT, queued_at__gt=at - rest)
    return not of_recipe.unfinished().exists() and not resting.exists()


def _news(recipe: Recipe, dataset: Dataset, at: datetime) -> bool:
    """Say whether enough was recorded since the last run that finished: its candidate may still wait for approval."""
    last = Run.objects.filter(recipe_key=recipe.key, state=Run.State.SUCCEEDED).order_by("-until").first()
    if last is None or last.until <= dataset.until:
        return True
    since = recipe.extract(last.until + TICK, at).rows
    return int(histograms.judged(histograms.watched(recipe.columns), since, recipe.subject).sum()) >= drift.LEAST_ROWS


def _words(column: drift.ColumnDrift) -> str:
    return f"{column.name} (PSI {column.psi:.2f}, KS {column.ks:.2f}; {column.limit:.2f} allowed)"


def _plain(column: drift.ColumnDrift) -> dict[str, Any]:
    """Return a column's verdict as JSON holds it: what is no number is null."""
    facts = asdict(column)
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in facts.items()
    }
