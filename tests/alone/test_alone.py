"""mlops on another site: a toy recipe is governed, and nobody misses the catalogue."""

import importlib
import pkgutil
import sys
import uuid
from io import StringIO
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction

import mlops
from mlops import audit, ledger, serving
from mlops.services.audit import verify
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


def test_the_accounts_are_the_other_sites_own() -> None:
    assert get_user_model()._meta.label == "auth.User"


def test_every_part_of_mlops_is_loaded_without_the_catalogue() -> None:
    parts = [part.name for part in pkgutil.walk_packages(mlops.__path__, "mlops.")]
    for name in parts:
        if not name.startswith("mlops.admin"):  # a theme that this other site need not have
            importlib.import_module(name)
    assert "mlops.services.genesis" in parts
    assert [name for name in sys.modules if name.partition(".")[0] in ("catalog", "moviesite")] == []


def test_a_toy_formula_goes_into_force_is_served_and_is_on_record() -> None:
    call_command("genesis")
    assert serving.served("toy-formula").model.apply(14) == 42  # type: ignore[attr-defined]
    assert [stretch.label for stretch in ledger.services("toy-formula")] == ["toy-formula v1"]
    with pytest.raises(serving.NothingServed):
        serving.served("toy-learner")
    somebody = SimpleNamespace(subject_id=uuid.uuid4())
    with transaction.atomic():
        event = audit.record("toy.looked-at", "toy:1", by=somebody, at=NOON)
    assert event.actor == str(somebody.subject_id)
    assert verify().events == 2
    said = StringIO()
    call_command("audit", "verify", stdout=said)
    assert "holds: 2 events" in said.getvalue()


def test_its_migrations_are_whole() -> None:
    call_command("makemigrations", "mlops", check=True, dry_run=True, verbosity=0)
