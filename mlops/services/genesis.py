"""Version 1 of a formula: registered and in force from the start, once."""

from datetime import datetime

from mlops import arrays, registry, store
from mlops.errors import MlopsError
from mlops.models import Deployment, ModelVersion
from mlops.ports import Actor, Kind, Recipe
from mlops.services import manifests
from mlops.services.audit import record
from mlops.services.promotion import lock_slot
from mlops.services.sealing import governed


def install(*, recipe_key: str, by: Actor, at: datetime) -> Deployment:
    """Register and deploy version 1 of a SOFTWARE recipe; when it has deployments already, return the first.

    Raises MlopsError for a LEARNING recipe: nothing learned serves without an approval.
    """
    found = Deployment.objects.filter(recipe_key=recipe_key).order_by("started_at", "pk").first()
    if found:
        return found
    recipe = registry.recipe(recipe_key)
    if recipe.kind is not Kind.SOFTWARE:
        raise MlopsError(f"{recipe.title} learns from data: its first version needs a request and an approval.")
    packed = arrays.pack(recipe.fit((), recipe.params, seed=0).arrays())
    version = _first(recipe, store.put(packed), arrays.digest(arrays.unpack(packed)), by, at)
    signed = manifests.sign(manifests.stated(version, len(packed), version.arrays_digest))
    with governed():
        lock_slot(recipe_key)
        version.save(force_insert=True)
        deployment = Deployment.objects.create(
            recipe_key=recipe_key,
            version=version,
            role=Deployment.Role.CHAMPION,
            how=Deployment.How.GENESIS,
            started_at=at,
            started_by=str(by.subject_id),
        )
        manifests.keep(version=version, signed=signed, by=by, at=at)
        facts = {"artefact": version.artefact_digest, "manifest": signed.digest}
        record("version.genesis", f"version:{version.label}", by=by, at=at, **facts, params=dict(recipe.params))
    return deployment


def _first(recipe: Recipe, artefact: str, learned: str, by: Actor, at: datetime) -> ModelVersion:
    """The version as it will be written."""
    return ModelVersion(
        recipe_key=recipe.key,
        kind=recipe.kind.value,
        number=1,
        state=ModelVersion.State.APPROVED,
        artefact_digest=artefact,
        arrays_digest=learned,
        params=dict(recipe.params),
        created_at=at,
        created_by=str(by.subject_id),
    )
