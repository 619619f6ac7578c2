"""What every test stands on: a fixed noon, a folder of its own, no network, and real servers for those that ask."""

import functools
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import TransactionTestCase

from tests import servers
from tests.factories.mlops import NOON

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_BROWSER = "browser tests NOT RUN: no Chromium found"
collect_ignore = ["alone", *([] if CHROMIUM else ["browser"])]


@pytest.fixture
def noon() -> datetime:
    return NOON


# --- every test --------------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _own_artefacts(tmp_path: Path, settings: Any) -> None:
    settings.ARTEFACTS = tmp_path / "artefacts"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What one test put into a cache of the process, the next must not find."""
    yield
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("moviesite", "catalog", "mlops"):
            for value in vars(module).values():
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def _flush_passes_the_triggers() -> Iterator[None]:
    """Emptying a database after a transactional test is what the triggers refuse; migrations' rows are made again."""
    patch = pytest.MonkeyPatch()
    empty = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        servers.before_flush()
        empty(self)
        servers.after_flush()

    patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
    yield
    patch.undo()


# --- a real broker, a real worker --------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the embedded broker. Ask for `valkey`: it points the site at it."""
    yield from servers.valkey()


@pytest.fixture
def valkey(valkey_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The embedded broker, empty, as this test's broker and cache; its address."""
    with servers.pointed_at(valkey_server, monkeypatch):
        yield valkey_server


@pytest.fixture
def worker(transactional_db: None, valkey: str, tmp_path: Path) -> Iterator[servers.Worker]:
    """A real Celery worker on the test's database, broker and artefacts, publishing every second at most."""
    with servers.worker(valkey, tmp_path) as running:
        yield running


# --- a real browser ----------------------------------------------------------------------------------------------
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running, which Django refuses to work under."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium (playwright.sync_api.Browser)."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def pytest_configure(config: pytest.Config) -> None:
    if not CHROMIUM and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"{NO_BROWSER}, and with CI=true there must be one (apt-get install chromium)")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not CHROMIUM:
        terminalreporter.section(NO_BROWSER.upper(), sep="!", red=True, bold=True)
