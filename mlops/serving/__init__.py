"""Door: which model serves now, what became of what it put forward, and what is wrong with any of them."""

from dataclasses import dataclass

from mlops import registry
from mlops.errors import BadArtefact, NothingServed
from mlops.models import Deployment
from mlops.ports import Model
from mlops.services.outcomes import record
from mlops.serving.loaded import memory

__all__ = ["BadArtefact", "NothingServed", "Served", "faults", "record", "served"]


@dataclass(frozen=True)
class Served:
    """A model in service: the model, the version's label, and the arm it serves in."""

    model: Model
    label: str
    arm: str


def served(recipe_key: str) -> Served:
    """Return the champion of a recipe: asked of the database each time, loaded once per artefact.

    When a promoted version cannot be loaded, the one it replaced keeps serving from memory under its own label; after a
    rollback nothing stands in. Raises NothingServed when none is deployed, BadArtefact when none can be loaded.
    """
    deployment = Deployment.objects.champion(recipe_key)
    if deployment is None:
        memory().faults.pop(recipe_key, None)
        raise NothingServed(f"no version of {recipe_key} is deployed")
    try:
        model = memory().model(recipe_key, deployment.version.artefact_digest)
    except BadArtefact as error:
        stand_in = _stand_in(deployment)
        if stand_in is None:
            memory().fault(recipe_key, f"{deployment.version.label} cannot be loaded: {error}")
            raise
        words = f"{deployment.version.label} cannot be loaded, {stand_in.label} keeps serving: {error}"
        memory().fault(recipe_key, words)
        return stand_in
    memory().faults.pop(recipe_key, None)
    return Served(model, deployment.version.label, deployment.role)


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
        words = memory().faults.get(key) or (in_force and memory().file_fault(key))
        if words:
            found[key] = words
    return found


def _stand_in(deployment: Deployment) -> Served | None:
    """Return what served before, when it is still in memory: as far back as promotions go, and never past a rollback."""
    while deployment.how == Deployment.How.PROMOTION and deployment.replaces_id:
        before = Deployment.objects.select_related("version").get(pk=deployment.replaces_id)
        model = memory().remembered(before.recipe_key, before.version.artefact_digest)
        if model is not None:
            return Served(model, before.version.label, before.role)
        deployment = before
    return None
