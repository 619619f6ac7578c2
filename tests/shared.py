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
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

from tests.clock import NOON

OURS = ("moviesite", "catalog", "mlops")


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture(autouse=True)
def _own_artefacts(tmp_path: Path, settings: Any) -> None:
    settings.ARTEFACTS = tmp_path / "artefacts"
    settings.CHECKPOINT_KEY = tmp_path / "keys" / "checkpoint.pem"
    settings.CHECKPOINT_PUBLIC_KEY = tmp_path / "keys" / "checkpoint.pub.pem"
    settings.CHECKPOINT_PLACES = [tmp_path / "checkpoints", tmp_path / "witness"]


@pytest.fixture(autouse=True, scope="session")
def _signing_key() -> None:
    """The key that versions are signed with, made once: where settings say, as the first `genesis` makes it."""
    from mlops.services import manifests

    manifests.make_keys()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What one test put into a cache of the process, the next must not find."""
    yield
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in OURS]
    for value in [value for module in modules for value in vars(module).values()]:
        if isinstance(value, functools._lru_cache_wrapper):
            value.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Every test begins with an empty audit log: what the migrations made is not on record here."""
    from mlops import triggers

    with django_db_blocker.unblock():
        triggers.drop(connection, events=("DELETE",))
        _nothing_noted()
        triggers.install(connection)


@pytest.fixture(autouse=True, scope="session")
def _emptied_after_transactional_tests() -> Iterator[None]:
    """Emptying a database is what the triggers refuse, so they step aside; what migrations made is made again."""
    from mlops.management import migrating
    from tests import guards

    mlops = apps.get_app_config("mlops")
    patch = pytest.MonkeyPatch()
    empty = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        post_migrate.disconnect(migrating.after, sender=mlops)  # emptying tells of itself as a migration does
        with guards.aside():
            empty(self)
            _groups()
            _nothing_noted()
        post_migrate.connect(migrating.after, sender=mlops)

    patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
    yield
    patch.undo()


def _groups() -> None:
    """Make the staff's groups again, where there is a catalogue that has some."""
    if "catalog" in sys.modules:
        importlib.import_module("catalog.groups").install_groups()


def _nothing_noted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mlops_auditevent")
        cursor.execute("DELETE FROM mlops_capture")
