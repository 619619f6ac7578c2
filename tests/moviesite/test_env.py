"""An empty or wrong variable stops the start with a sentence that names it."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from catalog.territories import COUNTRIES
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
        ("REDIS_URL", "unix://"),
        ("EDITION_EVERY", "-1"),
        ("DEMO", "fake"),
        ("TERRITORY_DEFAULT", "XX"),
        ("STATE", "/dev/null/state"),
        ("STATE", "/tmp/a#b"),
        ("STATE", "/tmp/a?b"),
        ("STATE", "/tmp/a%b"),
        ("STATE", "/tmp/a;b"),
    ],
)
def test_the_site_does_not_start_and_says_why(tmp_path: Path, name: str, value: str) -> None:
    code, said = started(tmp_path, **{name: value})
    assert code != 0
    last = said.strip().splitlines()[-1]
    assert name in last, said
    assert "is empty" in last if not value else value in last


SECRETIVE = [
    "{scheme}://me:hush@here:port/0",
    "{scheme}://me:hush@here:70000/0",
    "{scheme}://me:hush@here:0/0",
    "{scheme}://me:hu[sh@here/0",
    "{scheme}://me:hush",
    "ftp://me:hush@here/0",
    "ftp://me:hu?sh@here/0",
    "ftp://me:hu@sh@here/0",
    "ftp://here/0?password=hush",
    "me:hush@here",
]


@pytest.mark.parametrize(("name", "scheme"), [("DATABASE_URL", "postgres"), ("REDIS_URL", "redis")])
@pytest.mark.parametrize("url", SECRETIVE)
def test_a_wrong_address_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, name: str, scheme: str, url: str
) -> None:
    monkeypatch.setenv(name, url.format(scheme=scheme))
    with pytest.raises(ImproperlyConfigured, match=f"^{name}=") as caught:
        env.address(name, env.DATABASES if scheme == "postgres" else env.BROKERS)
    for secret in ("hush", "hu", "sh@", "me:"):
        assert secret not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_terminal_shows_no_password_either(tmp_path: Path) -> None:
    for name, url in (("REDIS_URL", "redis://me:hush@here:port/0"), ("DATABASE_URL", "postgres://me:hush@here:5432/")):
        code, said = started(tmp_path, **{name: url})
        assert code != 0
        assert name in said.strip().splitlines()[-1], said
        assert "hush" not in said


@pytest.mark.parametrize("url", ["redis://here/one", "redis://here:6379/-1", "unix://", "unix:///"])
def test_a_broker_without_a_database_or_socket_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("IT", url)
    with pytest.raises(ImproperlyConfigured, match=r"^IT="):
        env.broker("IT")


@pytest.mark.parametrize(
    "url", ["redis://h", "rediss://u:p%40@h:6379/0", "redis://[::1]:6379/12", "unix:///run/v.sock"]
)
def test_a_broker_that_may_be_there_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("IT", url)
    assert env.broker("IT") == url


def test_a_state_folder_of_somebody_unknown_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IT", "~nobody-of-that-name/x")
    with pytest.raises(ImproperlyConfigured, match=r"^IT="):
        env.folder("IT", ROOT)


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    code, said = started(tmp_path, DATABASE_URL="postgres://me:hush@127.0.0.1:9/none", REDIS_URL="redis://127.0.0.1:9")
    assert code != 0
    assert "Traceback" not in said
    (line,) = [line for line in said.splitlines() if "DATABASE_URL" in line]
    assert "cannot be used" in line
    assert "hush" not in said


def test_the_countries_of_the_settings_are_those_of_the_site(tmp_path: Path) -> None:
    code, said = settled("settings.TERRITORY_DEFAULT", "embedded", TERRITORY_DEFAULT="XX", STATE=str(tmp_path))
    assert code != 0
    assert f"is not one of {', '.join(COUNTRIES)}." in said


def settled(what: str, settings: str, **environment: str) -> tuple[int, str]:
    """What a fresh process finds in its settings, as a literal."""
    script = f"from django.conf import settings; print(repr({what}))"
    own = {"DJANGO_SETTINGS_MODULE": f"moviesite.settings.{settings}"}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | own | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


PRODUCTION = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "site.example",
    "DATABASE_URL": "postgres://u:p@h/d",
    "REDIS_URL": "redis://h",
}


def produced(tmp_path: Path, what: str, **environment: str) -> Any:
    code, said = settled(what, "production", **{**PRODUCTION, "STATE": str(tmp_path), **environment})
    assert code == 0, said
    return ast.literal_eval(said)


def test_hosts_are_read_as_people_write_them(tmp_path: Path) -> None:
    found = produced(
        tmp_path,
        "(settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS)",
        ALLOWED_HOSTS="site.example, .films.example ,",
    )
    origins = ["https://site.example", "https://*.films.example", "https://films.example"]
    assert found == (["site.example", ".films.example"], origins)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 0),
        ({"BEHIND_PROXY": "yes"}, 1),
        ({"BEHIND_PROXY": "yes", "PROXY_COUNT": "2"}, 2),
        ({"PROXY_COUNT": "2"}, 0),
    ],
)
def test_visitors_behind_a_proxy_are_told_apart(tmp_path: Path, given: dict[str, str], count: int) -> None:
    assert produced(tmp_path, "settings.ALLAUTH_TRUSTED_PROXY_COUNT", **given) == count


@pytest.mark.parametrize("left", [None, ""], ids=["no file", "an empty file"])
def test_the_secret_key_is_made_whole_and_kept_for_our_eyes(tmp_path: Path, left: str | None) -> None:
    state = tmp_path / "new" / "state"
    if left is not None:
        state.mkdir(parents=True, mode=0o700)
        (state / "secret_key").write_text(left)
    keys = {settled("settings.SECRET_KEY", "embedded", STATE=str(state)) for _ in range(2)}
    ((code, key),) = keys
    assert (code, key.strip()) == (0, repr((state / "secret_key").read_text()))
    assert len(key) > 60
    assert [path.name for path in state.iterdir()] == ["secret_key"]
    assert (state.stat().st_mode & 0o777, (state / "secret_key").stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("name", list(PRODUCTION))
def test_production_names_what_is_missing(tmp_path: Path, name: str) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != name}
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
    found = env.database(
        "IT", {"ENGINE": "none"}, {"postgresql": {"CONN_MAX_AGE": 60, "OPTIONS": {"options": "-c a=1"}}}
    )
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == ("here", 5433, "films", "p@ss")
    assert (found["CONN_MAX_AGE"], found["OPTIONS"]) == (60, {"sslmode": "require", "options": "-c a=1"})
