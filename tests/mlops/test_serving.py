"""What serves is what is deployed, loaded once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from django.conf import settings
from django.db import connections

from mlops import arrays, ledger, registry, serving, store
from mlops.errors import BadArtefact
from mlops.models import ModelVersion
from mlops.ports import Arrays, Model
from mlops.services import promotion
from mlops.serving.loaded import memory
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_deployment,
    make_genesis,
    make_manifest,
    make_promotion,
    make_version,
)
from tests.toy_recipe import ITEMS, Means, ToyLearner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
HOUR = timedelta(hours=1)


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


def deployed(data: bytes) -> None:
    """Deploy a formula whose artefact is these bytes."""
    facts = {"recipe_key": "toy-formula", "kind": "SOFTWARE", "state": "APPROVED"}
    version = make_version(**facts, artefact_digest=store.put(data))
    make_manifest(version)
    make_deployment(version)


def file_of(digest: str) -> Path:
    return Path(settings.ARTEFACTS) / digest[:2] / digest


def state(mean: float) -> str:
    """The digest of a learned state in the store."""
    return store.put(arrays.pack({"means": np.full(ITEMS, float(mean))}))


def promoted(hours: int) -> ModelVersion:
    """The next version of the learner, in force so many hours after noon."""
    version = make_candidate(artefact_digest=state(hours))
    make_promotion(version, at=NOON + hours * HOUR)
    return version


def rolled_back(hours: int) -> None:
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON + hours * HOUR)


def label() -> str:
    return serving.served("toy-learner").label


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no arrays at all", "is not of toy-formula"),
        (arrays.pack({"other": np.array([1])}), "other is no array of this recipe: factor are"),
        (arrays.pack({}), "factor is missing"),
        (arrays.pack({"factor": np.array([1.5])}), "factor is float64 of shape"),
        (arrays.pack({"factor": np.array([1, 2])}), "int64 of 1 dimensions and 1 numbers at most is asked for"),
        (arrays.pack({"factor": np.empty(0, np.int64)}), "factor is not one whole number"),
    ],
)
def test_an_artefact_that_is_not_of_the_recipe_is_refused(data: bytes, why: str) -> None:
    deployed(data)
    with pytest.raises(BadArtefact, match=why):
        serving.served("toy-formula")


def test_a_changed_artefact_is_refused_and_one_put_back_is_served() -> None:
    file = file_of(make_genesis("toy-formula").version.artefact_digest)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"\x09")
    for _ in range(2):
        with pytest.raises(BadArtefact, match="has been changed"):
            serving.served("toy-formula")
    file.write_bytes(whole)
    assert serving.served("toy-formula").label == "toy-formula v1"


# --- promotion and rollback --------------------------------------------------------------------------------------
def test_a_promotion_and_a_rollback_act_at_the_next_call() -> None:
    promoted(0)
    assert label() == "toy-learner v1"
    promoted(1)
    assert label() == "toy-learner v2"
    rolled_back(2)
    assert label() == "toy-learner v1"
    assert serving.faults() == {}


def test_when_a_promoted_version_is_broken_the_one_before_keeps_serving_and_says_so() -> None:
    promoted(0)
    before = serving.served("toy-learner").model
    file = file_of(promoted(1).artefact_digest)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"\x09")
    assert serving.served("toy-learner").model is before
    assert label() == "toy-learner v1"
    assert serving.faults()["toy-learner"].startswith("toy-learner v2 cannot be loaded, toy-learner v1 keeps serving")
    store.remove(promoted(2).artefact_digest)
    assert label() == "toy-learner v1"
    file.write_bytes(whole)
    rolled_back(3)
    assert label() == "toy-learner v2"
    assert serving.faults() == {}


def test_after_a_rollback_what_was_rolled_back_from_never_stands_in() -> None:
    first = promoted(0)
    promoted(1)
    assert label() == "toy-learner v2"
    store.remove(first.artefact_digest)
    rolled_back(2)
    with pytest.raises(BadArtefact, match="cannot be opened"):
        serving.served("toy-learner")
    assert serving.faults()["toy-learner"].startswith("toy-learner v1 cannot be loaded")
    store.remove(promoted(3).artefact_digest)
    with pytest.raises(BadArtefact):  # not v2 either, though it is in memory and served before this one
        serving.served("toy-learner")


# --- faults ------------------------------------------------------------------------------------------------------
def test_a_file_that_is_lost_after_loading_is_a_fault_while_the_model_serves_on() -> None:
    file = file_of(make_genesis("toy-formula").version.artefact_digest)
    whole = file.read_bytes()
    assert serving.faults() == {}
    file.write_bytes(whole[:-1] + b"\x09")
    assert "has been changed" in serving.faults()["toy-formula"]
    file.unlink()
    assert "could not be loaded again" in serving.faults()["toy-formula"]
    assert serving.served("toy-formula").label == "toy-formula v1"
    file.write_bytes(whole)
    assert serving.faults() == {}


# --- memory ------------------------------------------------------------------------------------------------------
class Slow(ToyLearner):
    """A recipe whose model takes long to load, and that counts how often it was asked to."""

    key = "slow"
    loads: ClassVar[list[int]] = []

    def load(self, arrays: Arrays) -> Means:
        time.sleep(0.02)
        self.loads.append(1)
        return super().load(arrays)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_load_a_model_once_and_few_are_kept(settings: Any) -> None:
    settings.MLOPS_RECIPES = [f"{__name__}.Slow"]
    registry.recipes.cache_clear()
    Slow.loads.clear()
    versions = [make_candidate(recipe_key="slow", artefact_digest=state(mean)) for mean in range(4)]
    keys = [(version.pk, version.artefact_digest) for version in versions]

    def asked(_: int) -> Model:
        try:
            return memory().model("slow", keys[0])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(asked, range(10)))
    assert len({id(model) for model in found}) == len(Slow.loads) == 1
    for key in keys:
        memory().model("slow", key)
    assert list(memory().models["slow"]) == keys[-2:]
    assert len(Slow.loads) == 4


def test_the_ledger_tells_what_served_when() -> None:
    deployment = make_genesis("toy-formula")
    (stretch,) = ledger.services("toy-formula")
    assert (stretch.label, stretch.started_at, stretch.ended_at) == ("toy-formula v1", NOON, None)
    assert stretch.artefact_digest == deployment.version.artefact_digest
    assert ledger.services("toy-learner") == []
