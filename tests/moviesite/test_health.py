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

from mlops import triggers
from moviesite import health
from moviesite.tasks import heartbeat
from tests.factories.catalog import small_catalogue
from tests.factories.mlops import make_genesis

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()


def test_a_site_without_an_edition_is_not_ready(client: Client) -> None:
    code, found = asked(client)
    assert (code, found["state"], found["parts"]["chart"]) == (503, "down", "no edition yet")


def test_without_broker_and_worker_visitors_are_still_served(client: Client) -> None:
    small_catalogue(3)
    code, found = asked(client)
    assert (code, found["state"], found["ready"]) == (200, "degraded", True)
    assert found["parts"]["broker"].startswith("away")
    assert found["parts"]["worker"] == found["parts"]["training"] == "not seen"


def test_with_everything_there_it_is_green(client: Client, valkey: str) -> None:
    small_catalogue(3)
    heartbeat()
    cache.set(health.TRAINING, time.time())
    code, found = asked(client)
    assert (code, found["state"], set(found["parts"].values())) == (200, "ok", {"ok"})


def test_a_worker_that_fell_silent_is_amber(client: Client, valkey: str) -> None:
    small_catalogue(3)
    cache.set(health.HEARTBEAT, time.time() - 100)
    code, found = asked(client)
    assert (code, found["state"]) == (200, "degraded")
    assert found["parts"]["worker"].startswith("silent for 1")


def test_a_training_worker_that_fell_silent_is_amber(client: Client, valkey: str) -> None:
    small_catalogue(3)
    heartbeat()
    cache.set(health.TRAINING, time.time() - 200)
    code, found = asked(client)
    assert (code, found["state"]) == (200, "degraded")
    assert found["parts"]["training"].startswith("silent for 2")


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
