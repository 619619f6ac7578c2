"""What every test of this site stands on: no network, and real servers for those that ask."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from moviesite import cache
from tests import servers
from tests.chromium import CHROMIUM, NO_BROWSER
from tests.curl import CURL, NO_CURL
from tests.shared import (  # noqa: F401 — fixtures are found by name
    _nothing_remembered,
    _own_artefacts,
    _signing_key,
    django_db_setup,
    noon,
)
from tests.words import GETTEXT, NO_GETTEXT

# tests/alone has settings of its own, and is run by itself.
collect_ignore = ["alone", *([] if CHROMIUM else ["browser"])]


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: Any) -> None:
    """Uploads of partners lie where the worker of the test looks for them."""
    settings.IMPORTS = tmp_path / "imports"


# --- a real broker, a real worker --------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The address of the embedded broker. Ask for `valkey`: it points the site at it."""
    yield from servers.valkey()


@pytest.fixture
def valkey(valkey_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The embedded broker, empty, as this test's broker and cache; its address. Without it there is none.

    One that a busy machine makes wait is not taken for one that is away.
    """
    monkeypatch.setattr(cache, "SLOW", 60.0)
    with servers.pointed_at(valkey_server, monkeypatch):
        yield valkey_server


@pytest.fixture
def worker(transactional_db: None, valkey: str, tmp_path: Path) -> Iterator[servers.Worker]:
    """A real Celery worker on the test's database, broker and artefacts, publishing every second at most."""
    with servers.worker(valkey, tmp_path) as running:
        yield running


# --- a real browser ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium (playwright.sync_api.Browser)."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, NO_BROWSER
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright leaves an event loop running in this thread
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, so that no other test runs under the loosened rule above."""
    items.sort(key=lambda item: "browser" in item.path.parts)


def pytest_configure(config: pytest.Config) -> None:
    if not CHROMIUM and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"{NO_BROWSER}; with CI=true that is an error: install chromium")
    if not CURL and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"{NO_CURL}; with CI=true that is an error: install curl")
    if not GETTEXT and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"{NO_GETTEXT}; with CI=true that is an error: install gettext")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not CHROMIUM:
        terminalreporter.section(NO_BROWSER, sep="!", red=True, bold=True)
    if not CURL:
        terminalreporter.section(NO_CURL, sep="!", red=True, bold=True)
    if not GETTEXT:
        terminalreporter.section(NO_GETTEXT, sep="!", red=True, bold=True)
