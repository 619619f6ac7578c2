"""Door: which model serves now, what became of what it put forward, and what is wrong with any of them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from mlops import registry
from mlops.errors import BadArtefact, NothingServed
from mlops.models import Deployment, ModelVersion
from mlops.ports import Model
from mlops.services.outcomes import record
from mlops.serving.loaded import Key, memory

__all__ = ["BadArtefact", "NothingServed", "Served", "faults", "record", "served"]


@dataclass(frozen=True)
class Served:
    """A model in service: the model, the version's label, and the arm it serves in."""

    model: Model
    label: str
    arm: str


def served(recipe_key: str) -> Served:
    """Return the champion of a recipe: asked of the database each time, loaded once, verified from its signed manifest on.

    When a promoted version cannot be loaded, the one it replaced keeps serving from memory under its own label; after a
    rollback nothing stands in. Raises NothingServed when none is deployed, BadArtefact when none can be loaded.
    """
    found = _in_force(recipe_key)
    if found is None:
        memory().faults.pop(recipe_key, None)
        raise NothingServed(f"no version of {recipe_key} is deployed")
    deployment_id, label, key = found
    try:
        model = memory().model(recipe_key, key)
    except BadArtefact as error:
        stand_in = _stand_in(deployment_id)
        serves = f", {stand_in.label} keeps serving" if stand_in else ""
        memory().fault(recipe_key, f"{label} cannot be loaded{serves}: {error}")
        if stand_in is None:
            raise
        return stand_in
    memory().faults.pop(recipe_key, None)
    return Served(model, label, Deployment.Role.CHAMPION.value)


def faults() -> dict[str, str]:
    """Return, by recipe, what keeps its version in force from serving in this process, or would after a restart."""
    found = {}
    for key in registry.recipes():
        try:
            in_force = served(key)
        except NothingServed:
            continue
        except BadArtefact:
            in_force = None
        words = memory().faults.get(key) or (in_force and memory().source_fault(key))
        if words:
            found[key] = words
    return found


def _in_force(recipe_key: str) -> tuple[int, str, Key] | None:
    """Return the open champion's key, its version's label, key and artefact, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(*_question(recipe_key))
        row = cursor.fetchone()
    return (row[0], ModelVersion(recipe_key=recipe_key, number=row[1]).label, (row[2], row[3])) if row else None


@cache
def _question(recipe_key: str) -> tuple[str, tuple[Any, ...]]:
    """Return the query's text and values: every request asks it, and to put it together takes ten times as long."""
    champions = Deployment.objects.open().filter(recipe_key=recipe_key, role=Deployment.Role.CHAMPION)
    asked: tuple[str, tuple[Any, ...]] = champions.values_list(
        "pk", "version__number", "version_id", "version__artefact_digest"
    ).query.sql_with_params()
    return asked


def _stand_in(deployment_id: int) -> Served | None:
    """Return what served before, when it is still in memory: as far back as promotions go, and never past a rollback."""
    deployment = Deployment.objects.get(pk=deployment_id)
    while deployment.how == Deployment.How.PROMOTION and deployment.replaces_id:
        deployment = Deployment.objects.select_related("version").get(pk=deployment.replaces_id)
        version = deployment.version
        model = memory().remembered(deployment.recipe_key, (version.pk, version.artefact_digest))
        if model is not None:
            return Served(model, version.label, deployment.role)
    return None
