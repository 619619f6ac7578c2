"""An empty or wrong variable stops the start with a sentence that names it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from moviesite.settings import env

ROOT = Path(__file__).resolve().parents[2]


def started(tmp_path: Path, **environment: str) -> tuple[int, str]:
    """`manage.py up` with these variables: its exit code and what it said."""
    whole = os.environ | {"STATE": str(tmp_path / "state"), "DJANGO_SETTINGS_MODULE": "moviesite.settings.embedded"}
    ran = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={**whole, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", ""),
        ("PORT", "eight thousand"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("STATE", ""),
        ("STATE", str(ROOT / "manage.py")),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://here/films"),
        ("DATABASE_URL", "postgres://"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "http://here"),
        ("EDITION_EVERY", "0"),
        ("DEMO", "fake"),
    ],
)
def test_the_site_does_not_start_and_says_why(tmp_path: Path, name: str, value: str) -> None:
    code, said = started(tmp_path, **{name: value})
    assert code != 0
    last = said.strip().splitlines()[-1]
    assert name in last, said
    assert "is empty" in last if not value else value in last


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_names_what_is_missing(tmp_path: Path, name: str) -> None:
    given = {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "site.example",
        "DATABASE_URL": "postgres://u:p@h/d",
        "REDIS_URL": "redis://h",
    }
    given = {key: value for key, value in given.items() if key != name}
    bare = {key: value for key, value in os.environ.items() if key not in (*given, name)}
    script = "import django; from django.conf import settings; settings.DEBUG"
    whole = bare | given | {"STATE": str(tmp_path), "DJANGO_SETTINGS_MODULE": "moviesite.settings.production"}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=whole, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert f"{name} is not set" in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (lambda: env.whole("IT", 5, least=1, most=9), "10", "IT='10' is not a whole number from 1 to 9"),
        (lambda: env.whole("IT", 5), "-1", "IT='-1' is not a whole number"),
        (lambda: env.whole("IT", 5), "1.0", "IT='1.0' is not a whole number"),
        (lambda: env.whole("IT", 5), "٣", "IT='٣' is not a whole number"),
        (lambda: env.whole("IT", 5), " ", "IT is empty"),
        (lambda: env.yes("IT", True), "perhaps", "IT='perhaps' is neither yes nor no"),
        (lambda: env.choice("IT", "a", ("a", "b")), "c", "IT='c' is not one of a, b"),
        (
            lambda: env.address("IT", env.BROKERS),
            "localhost:6379",
            "IT='localhost:6379' must begin with one of redis://",
        ),
        (lambda: env.optional("IT"), "", "IT is empty"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], Any], value: str, words: str
) -> None:
    monkeypatch.setenv("IT", value)
    with pytest.raises(ImproperlyConfigured, match=words):
        read()


def test_an_unset_variable_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IT", raising=False)
    assert (env.whole("IT", 5), env.yes("IT", True), env.choice("IT", "a", ("a",)), env.optional("IT")) == (
        5,
        True,
        "a",
        None,
    )
    with pytest.raises(ImproperlyConfigured, match="IT is not set"):
        env.text("IT")


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("TRUE", True), ("off", False), (" No ", False)])
def test_a_switch_is_read_as_people_write_it(monkeypatch: pytest.MonkeyPatch, word: str, meant: bool) -> None:
    monkeypatch.setenv("IT", word)
    assert env.yes("IT", not meant) is meant


def test_a_database_keeps_its_own_options_and_gets_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IT", "postgres://me:p%40ss@here:5433/films?sslmode=require")
    found = env.database("IT", "sqlite:///x", {"postgresql": {"CONN_MAX_AGE": 60, "OPTIONS": {"options": "-c a=1"}}})
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == ("here", 5433, "films", "p@ss")
    assert (found["CONN_MAX_AGE"], found["OPTIONS"]) == (60, {"sslmode": "require", "options": "-c a=1"})
