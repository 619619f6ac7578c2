"""A formula's first version serves from the start; nothing learned does."""

import hashlib

import pytest

from mlops.errors import MlopsError
from mlops.models import AuditEvent, Deployment, ModelVersion
from mlops.ports import SYSTEM
from mlops.services import genesis
from mlops.services.audit import verify
from tests.factories.mlops import NOON, make_genesis

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def test_the_first_version_of_a_formula_is_registered_in_force_and_on_record() -> None:
    deployment = make_genesis("toy-formula")
    assert (deployment.role, deployment.how, deployment.started_at) == ("CHAMPION", "GENESIS", NOON)
    assert (deployment.version.label, deployment.version.state) == ("toy-formula v1", "APPROVED")
    event = AuditEvent.objects.get()
    assert (event.action, event.object) == ("version.genesis", "version:toy-formula v1")
    signed = hashlib.sha256(deployment.version.manifest.bundle.encode()).hexdigest()
    artefact = deployment.version.artefact_digest
    assert event.facts["detail"] == {"artefact": artefact, "manifest": signed, "params": {"factor": 3}}
    assert verify().holds


def test_a_second_genesis_changes_nothing() -> None:
    assert make_genesis("toy-formula") == make_genesis("toy-formula")
    assert (ModelVersion.objects.count(), Deployment.objects.count(), AuditEvent.objects.count()) == (1, 1, 1)


def test_what_learns_does_not_begin_by_itself() -> None:
    with pytest.raises(MlopsError, match="Toy learner learns from data"):
        genesis.install(recipe_key="toy-learner", by=SYSTEM, at=NOON)
    assert not ModelVersion.objects.exists()


def test_an_unknown_recipe_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="no recipe 'nought'; there are: toy-formula, toy-learner"):
        genesis.install(recipe_key="nought", by=SYSTEM, at=NOON)
