"""mlops on another site: a toy recipe is governed, and nobody misses the catalogue."""

import importlib
import sys
import uuid
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

import mlops
from mlops import audit, ledger, serving
from mlops.errors import Refused
from mlops.services import approvals, requests
from mlops.services.audit import verify
from tests.factories.mlops import NOON, make_approver, make_promotion, make_scientist
from tests.mlops.training import carried_out

pytestmark = pytest.mark.django_db


def test_the_accounts_are_the_other_sites_own() -> None:
    assert get_user_model()._meta.label == "auth.User"


def test_every_part_of_mlops_is_loaded_without_the_catalogue() -> None:
    here = Path(mlops.__path__[0])
    parts = [".".join(path.relative_to(here.parent).with_suffix("").parts) for path in here.rglob("[!_]*.py")]
    # Without migrations, which are no modules to import, and the admin, whose theme this other site need not have.
    wanted = [part for part in parts if part.split(".")[1] not in ("admin", "migrations")]
    for part in wanted:
        importlib.import_module(part)
    assert "mlops.services.genesis" in wanted
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


def test_a_toy_recipe_goes_from_data_to_champion_and_the_next_one_is_measured_against_it() -> None:
    scientist, approver = make_scientist(), make_approver()
    version = carried_out(by=scientist, params={"damping": 50.0}).version
    assert version.gate_report.passed
    with pytest.raises(serving.NothingServed):
        serving.served("toy-learner")
    facts = {"reason": "it beats the mean", "at": timezone.now()}
    request = requests.open_request(version_id=version.pk, by=scientist, **facts)
    vote = {"request_id": request.pk, "verdict": "APPROVE", "evidence_digest": request.evidence_digest, **facts}
    with pytest.raises(Refused):
        approvals.decide(by=scientist, **vote)
    approvals.decide(by=approver, **vote)
    assert serving.served("toy-learner").label == "toy-learner v1"
    second = carried_out(by=scientist, params={"damping": 1.0})
    against = second.metrics.get(arm="champion", metric="error")
    assert against.fold == "held-out"
    assert against.difference is not None
    assert against.difference < 0, "less damping errs less"
    judged = {result["key"]: result["passed"] for result in second.version.gate_report.results}
    assert second.version.gate_report.against["label"] == "toy-learner v1"
    assert judged == {"better": True, "no-worse": True, "stable": True}
    assert second.steps.get(name="evaluate").output["champion"] == "toy-learner v1"
    assert verify().holds


def test_a_champion_that_cannot_be_read_is_not_measured_and_its_gate_fails() -> None:
    version = make_promotion().version
    Path(settings.ARTEFACTS, version.artefact_digest[:2], version.artefact_digest).unlink()
    run = carried_out()
    assert (run.state, run.version.gate_report.passed) == ("SUCCEEDED", False)
    assert not run.metrics.filter(arm="champion").exists()
    assert "cannot be measured" in run.steps.get(name="evaluate").log


def test_its_migrations_are_whole() -> None:
    call_command("makemigrations", "mlops", check=True, dry_run=True, verbosity=0)
