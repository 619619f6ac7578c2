"""Rows of mlops for tests: each call makes one, valid unless told otherwise."""

from typing import Any

from mlops.models import AuditEvent, Deployment, ModelVersion
from mlops.ports import SYSTEM, Kind
from mlops.services import genesis
from mlops.services.audit import record
from tests.clock import NOON


def make_version(**given: Any) -> ModelVersion:
    """A candidate of a learning recipe, the next number of its recipe."""
    recipe_key = given.pop("recipe_key", "toy-learner")
    number = ModelVersion.objects.filter(recipe_key=recipe_key).count() + 1
    fields = {"kind": Kind.LEARNING.value, "number": number, "artefact_digest": "a" * 64, "params": {}}
    return ModelVersion.objects.create(
        recipe_key=recipe_key, **{**fields, "created_at": NOON, "created_by": "system", **given}
    )


def make_deployment(version: ModelVersion | None = None, **given: Any) -> Deployment:
    """The genesis of a formula's first version, as raw rows: the triggers judge it."""
    version = version or make_version(recipe_key="toy-formula", kind="SOFTWARE", state="APPROVED")
    fields = {
        "role": Deployment.Role.CHAMPION,
        "how": Deployment.How.GENESIS,
        "started_at": NOON,
        "started_by": "system",
    }
    return Deployment.objects.create(**{"recipe_key": version.recipe_key, "version": version, **fields, **given})


def make_genesis(recipe_key: str = "weighted-rating") -> Deployment:
    """The formula's version 1, registered and in force by the service itself."""
    return genesis.install(recipe_key=recipe_key, by=SYSTEM, at=NOON)


def make_audit_event(**given: Any) -> AuditEvent:
    """One event at the head of the log; the caller's test must be in a transaction."""
    return record(**{"action": "test.happened", "subject": "test:1", "by": SYSTEM, "at": NOON, **given})
