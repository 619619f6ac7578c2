"""Rolling back when it is needed most: the broker is gone, and the newest artefact is deleted or was changed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from mlops import serving, store
from mlops.models import Deployment
from mlops.services import promotion
from mlops.services.audit import verify
from mlops.serving.loaded import memory
from tests.factories.mlops import NOON, make_approver, make_candidate, make_genesis, make_promotion

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys", "no_broker")]
NEXT = NOON + timedelta(days=1)


@pytest.fixture
def no_broker() -> Iterator[None]:
    """Nobody listens where the broker was (port 9 is nobody's)."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:9/0"
    yield
    current_app.conf.broker_url = before


def deleted(digest: str) -> None:
    store.remove(digest)


def changed(digest: str) -> None:
    file = Path(settings.ARTEFACTS) / digest[:2] / digest
    whole = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))


def roll_back(recipe_key: str) -> Deployment | None:
    return promotion.roll_back(recipe_key=recipe_key, reason="worse", by=make_approver(), at=NEXT + timedelta(days=1))


@pytest.mark.parametrize("harm", [deleted, changed])
@pytest.mark.parametrize("remembered", [True, False], ids=["loaded before", "after a restart"])
@pytest.mark.parametrize("recipe_key", ["toy-learner", "toy-formula"])
def test_what_served_before_serves_again(harm: Callable[[str], None], remembered: bool, recipe_key: str) -> None:
    first = make_genesis(recipe_key) if recipe_key == "toy-formula" else make_promotion(at=NOON)
    newest = make_promotion(make_candidate(recipe_key=recipe_key, **_kind(recipe_key)), at=NEXT)
    if remembered:
        assert serving.served(recipe_key).label == newest.version.label
    harm(newest.version.artefact_digest)
    back = roll_back(recipe_key)
    assert back is not None
    if not remembered:
        memory.cache_clear()
    found = serving.served(recipe_key)
    assert (found.label, back.version) == (first.version.label, first.version)
    assert verify().holds


def test_with_nothing_behind_it_what_learns_is_taken_out_of_service() -> None:
    newest = make_promotion(at=NOON)
    deleted(newest.version.artefact_digest)
    assert roll_back("toy-learner") is None
    with pytest.raises(serving.NothingServed):
        serving.served("toy-learner")


def _kind(recipe_key: str) -> dict[str, Any]:
    return {"kind": "SOFTWARE"} if recipe_key == "toy-formula" else {}
