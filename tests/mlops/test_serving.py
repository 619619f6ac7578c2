"""What serves is what is deployed, loaded once."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops import arrays, ledger, serving, store
from mlops.errors import BadArtefact
from tests.factories.mlops import NOON, make_deployment, make_genesis, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def test_the_version_in_force_is_served_with_its_name() -> None:
    make_genesis("toy-formula")
    found = serving.served("toy-formula")
    assert (found.label, found.arm, found.model.apply(14)) == ("toy-formula v1", "CHAMPION", 42)  # type: ignore[attr-defined]


def test_nothing_deployed_is_said_so() -> None:
    with pytest.raises(serving.NothingServed, match="no version of toy-learner is deployed"):
        serving.served("toy-learner")


def test_what_ended_serves_no_more() -> None:
    deployment = make_genesis("toy-formula")
    deployment.ended_at, deployment.ended_by = NOON, "system"
    deployment.save()
    with pytest.raises(serving.NothingServed):
        serving.served("toy-formula")


def test_an_artefact_is_loaded_once_per_digest() -> None:
    digest = make_genesis("toy-formula").version.artefact_digest
    first = serving.served("toy-formula").model
    store.remove(digest)
    assert serving.served("toy-formula").model is first


def deployed(data: bytes) -> Path:
    """Deploy a formula whose artefact is these bytes, and return nothing's file."""
    version = make_version(recipe_key="toy-formula", kind="SOFTWARE", state="APPROVED", artefact_digest=store.put(data))
    make_deployment(version)
    return Path(version.artefact_digest)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no arrays at all", "is not of toy-formula"),
        (arrays.pack({"other": np.array([1])}), "factor is not one whole number"),
        (arrays.pack({"factor": np.array([1.5])}), "factor is not one whole number"),
        (arrays.pack({"factor": np.array([1, 2])}), "factor is not one whole number"),
    ],
)
def test_an_artefact_that_is_not_of_the_recipe_is_refused(data: bytes, why: str) -> None:
    deployed(data)
    with pytest.raises(BadArtefact, match=why):
        serving.served("toy-formula")


def test_a_changed_artefact_is_refused_and_one_put_back_is_served(settings: Any) -> None:
    digest = make_genesis("toy-formula").version.artefact_digest
    file = Path(settings.ARTEFACTS) / digest[:2] / digest
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"\x09")
    with pytest.raises(BadArtefact, match="has been changed"):
        serving.served("toy-formula")
    file.write_bytes(whole)
    assert serving.served("toy-formula").label == "toy-formula v1"


def test_the_ledger_tells_what_served_when() -> None:
    deployment = make_genesis("toy-formula")
    (stretch,) = ledger.services("toy-formula")
    assert (stretch.label, stretch.started_at, stretch.ended_at) == ("toy-formula v1", NOON, None)
    assert stretch.artefact_digest == deployment.version.artefact_digest
    assert ledger.services("toy-learner") == []
