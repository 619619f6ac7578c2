"""/healthz says what is away, and is red only when visitors cannot be served."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.models import Movie
from mlops import triggers
from mlops.audit import governed
from mlops.services import checkpoints, strays
from moviesite import health
from tests.factories.catalog import small_catalogue
from tests.factories.mlops import NOON, make_genesis, make_person
from tests.factories.work import make_job

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()


def heard(queue: str, ago: float = 0) -> None:
    """A heartbeat came through a queue, so long ago."""
    cache.set(f"{health.HEARTBEAT}.{queue}", time.time() - ago)


def test_a_site_without_an_edition_is_not_ready(client: Client) -> None:
    code, found = asked(client)
    assert (code, found["state"], found["parts"]["chart"]) == (503, "down", "no edition yet")


def test_without_broker_and_worker_visitors_are_still_served(client: Client) -> None:
    small_catalogue(3)
    code, found = asked(client)
    assert (code, found["state"], found["ready"]) == (200, "degraded", True)
    assert found["parts"]["broker"].startswith("away")
    assert {found["parts"][name] for name in ("worker", "training", "partners")} == {"not seen"}


def test_with_everything_there_it_is_green(client: Client, valkey: str) -> None:
    with governed():  # the event of its edition answers for its films
        small_catalogue(3)
    heard("charts")
    heard("training")
    heard("partners")
    assert "have waited for a signature" in asked(client)[1]["parts"]["signatures"]
    checkpoints.Signer(checkpoints.private_key()).attend(at=timezone.now(), now=True)
    code, found = asked(client)
    assert (code, found["state"], set(found["parts"].values())) == (200, "ok", {"ok"})


def test_a_change_nobody_answers_for_degrades_it_until_somebody_does(client: Client) -> None:
    with governed():
        film = small_catalogue(3)[0]
    Movie.objects.filter(pk=film.pk).update(year=1999)
    code, found = asked(client)
    assert (code, found["state"], found["ready"]) == (200, "degraded", True)
    assert found["parts"]["changes"] == "1 changes that no event answers for"
    (event,) = strays.seal(at=NOON)
    assert asked(client)[1]["parts"]["changes"] == f"event {event.seq}: changed by nobody known: catalog_movie (1)"
    auditor = make_person("account_for_changes")
    strays.account_for(seq=event.seq, reason="the year was wrong on the tin", by=auditor, at=NOON)
    assert asked(client)[1]["parts"]["changes"] == "ok"


def test_a_worker_that_fell_silent_is_amber(client: Client, valkey: str) -> None:
    small_catalogue(3)
    heard("charts", ago=100)
    code, found = asked(client)
    assert (code, found["state"]) == (200, "degraded")
    assert found["parts"]["worker"].startswith("silent for 1")


def test_a_training_worker_that_fell_silent_is_amber(client: Client, valkey: str) -> None:
    small_catalogue(3)
    heard("charts")
    heard("training", ago=200)
    code, found = asked(client)
    assert (code, found["state"]) == (200, "degraded")
    assert found["parts"]["training"].startswith("silent for 2")


@pytest.mark.parametrize(("busy", "words"), [(True, "ok"), (False, "deaf: it is there, and has heard nothing")])
def test_a_worker_that_is_there_and_hears_nothing_is_busy_or_deaf(
    client: Client, valkey: str, busy: bool, words: str
) -> None:
    """A run of minutes keeps its worker from the queue: that is no reason to start it again."""
    small_catalogue(3)
    heard("training", ago=200)
    cache.set(f"{health.ALIVE}.training", [time.time() - 2, busy])
    assert asked(client)[1]["parts"]["training"].startswith(words)


def test_work_that_was_set_apart_is_amber(client: Client) -> None:
    small_catalogue(3)
    make_job()
    assert asked(client)[1]["parts"]["work"] == "ok"
    make_job(state="QUARANTINED")
    code, found = asked(client)
    assert (code, found["state"], found["parts"]["work"]) == (200, "degraded", "1 set apart")


def test_a_model_whose_file_is_changed_is_amber_and_named(client: Client, settings: Any) -> None:
    small_catalogue(3)
    digest = make_genesis().version.artefact_digest
    assert asked(client)[1]["parts"]["models"] == "ok"
    file = Path(settings.ARTEFACTS) / digest[:2] / digest
    file.write_bytes(file.read_bytes()[:-1] + b"\x09")
    code, found = asked(client)
    assert (code, found["state"]) == (200, "degraded")
    assert "has been changed" in found["parts"]["models"]


def test_a_missing_trigger_is_red_and_named(client: Client) -> None:
    small_catalogue(3)
    triggers.drop(connection)
    code, found = asked(client)
    assert (code, found["state"]) == (503, "down")
    assert "mlops_auditevent_no_update" in found["parts"]["triggers"]


def test_a_database_that_is_away_is_red_not_broken(tmp_path: Path) -> None:
    script = (
        "import django; django.setup(); from django.test import Client;"
        "answer = Client().get('/healthz', headers={'host': 'localhost'}); print(answer.status_code, answer.content.decode())"
    )
    there = {"DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none", "STATE": str(tmp_path)}
    whole = os.environ | there | {"DJANGO_SETTINGS_MODULE": "moviesite.settings.embedded"}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=whole, capture_output=True, text=True, check=False
    )
    code, _, body = ran.stdout.strip().partition(" ")
    assert code == "503", ran.stderr
    assert json.loads(body)["parts"]["database"].startswith("away")
