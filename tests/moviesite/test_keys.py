"""Whoever serves pages must not be able to sign the audit log."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from moviesite import keys
from tests.run import FOREIGN, PRODUCTION, ROOT


@pytest.fixture(autouse=True)
def _production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.KEYS_APART = True
    settings.ARTEFACT_KEY = settings.CHECKPOINT_KEY.parent / "none"
    for name in keys.NOT_FOR_THE_WEB:
        monkeypatch.delenv(name, raising=False)


def test_the_web_starts_without_the_key() -> None:
    keys.check_apart()


def test_the_web_does_not_start_when_the_key_is_named_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKPOINT_KEY", "/nowhere")
    with pytest.raises(ImproperlyConfigured, match="CHECKPOINT_KEY is set for the web process"):
        keys.check_apart()


def test_the_web_does_not_start_when_it_can_read_the_key(settings: Any) -> None:
    path = Path(settings.CHECKPOINT_KEY)
    path.parent.mkdir(parents=True)
    path.write_text("a key")
    with pytest.raises(ImproperlyConfigured, match=r"can read .*checkpoint\.pem"):
        keys.check_apart()
    settings.KEYS_APART = False  # one machine, one user: docs/audit.md
    keys.check_apart()


def test_production_asks_before_it_serves(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    env |= {**PRODUCTION, "STATE": str(tmp_path), "CHECKPOINT_KEY": str(tmp_path / "checkpoint.pem")}
    command = [sys.executable, "-c", "from moviesite.wsgi import application"]
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "CHECKPOINT_KEY is set for the web process" in ran.stderr
