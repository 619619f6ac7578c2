"""The first run of a recipe that learns: asked for by the machine, since without a candidate nobody has anything to judge."""

from datetime import datetime

from mlops import registry
from mlops.models import ModelVersion, Run
from mlops.ports import Actor, Kind
from mlops.services import runs

REASON = "The recipe has no version yet."


def queue(*, by: Actor, at: datetime) -> list[Run]:
    """Queue a run of each LEARNING recipe that has neither a version nor a run, and return those queued."""
    return [
        runs.queue_run(recipe_key=key, reason=REASON, by=by, at=at, cause=Run.Cause.FIRST)
        for key, recipe in registry.recipes().items()
        if recipe.kind is Kind.LEARNING and not _begun(key)
    ]


def _begun(recipe_key: str) -> bool:
    tables = (Run.objects, ModelVersion.objects)
    return any(table.filter(recipe_key=recipe_key).exists() for table in tables)
