"""Fixtures for every test of a governed site, this one or another: they know mlops and no catalogue."""

import functools
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from tests.clock import NOON

OURS = ("moviesite", "catalog", "mlops")


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture(autouse=True)
def _own_artefacts(tmp_path: Path, settings: Any) -> None:
    settings.ARTEFACTS = tmp_path / "artefacts"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What one test put into a cache of the process, the next must not find."""
    yield
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in OURS]
    for value in [value for module in modules for value in vars(module).values()]:
        if isinstance(value, functools._lru_cache_wrapper):
            value.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def _emptied_after_transactional_tests() -> Iterator[None]:
    """Emptying a database is what the triggers refuse, so they step aside; what migrations made is made again."""
    from mlops import triggers

    patch = pytest.MonkeyPatch()
    empty = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        triggers.drop(connection, events=("DELETE", "TRUNCATE"))
        empty(self)
        triggers.install(connection)
        _groups()

    patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
    yield
    patch.undo()


def _groups() -> None:
    """Make the staff's groups again, where there is a catalogue that has some."""
    if "catalog" in sys.modules:
        importlib.import_module("catalog.groups").install_groups()
