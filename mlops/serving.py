"""Door: which model serves now. Loaded once per digest."""

from dataclasses import dataclass
from functools import lru_cache

from mlops import arrays, registry, store
from mlops.errors import BadArtefact, NothingServed
from mlops.models import Deployment
from mlops.ports import Model

__all__ = ["NothingServed", "Served", "served"]


@dataclass(frozen=True)
class Served:
    """A model in service: the model, the version's label, and the arm it serves in."""

    model: Model
    label: str
    arm: str


def served(recipe_key: str) -> Served:
    """Return the champion of a recipe. Raises NothingServed when none is deployed, BadArtefact when it cannot be loaded."""
    deployment = Deployment.objects.champion(recipe_key)
    if deployment is None:
        raise NothingServed(f"no version of {recipe_key} is deployed")
    version = deployment.version
    return Served(_loaded(recipe_key, version.artefact_digest), version.label, deployment.role)


@lru_cache(maxsize=8)
def _loaded(recipe_key: str, digest: str) -> Model:
    try:
        return registry.recipe(recipe_key).load(arrays.unpack(store.open(digest)))
    except ValueError as error:
        raise BadArtefact(f"artefact {digest} is not of {recipe_key}: {error}") from error
