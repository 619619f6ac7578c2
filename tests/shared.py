"""Fixtures for every test of a governed site, this one or another: they know mlops and no catalogue."""

import functools
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as properties

from tests.clock import NOON

OURS = ("moviesite", "catalog", "mlops")

# A machine that is slow just now makes no property false.
properties.register_profile("patient", properties.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("patient")


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture(autouse=True)
def _own_artefacts(tmp_path: Path, settings: Any) -> None:
    settings.ARTEFACTS = tmp_path / "artefacts"
    settings.CHECKPOINT_KEY = tmp_path / "keys" / "checkpoint.pem"
    settings.CHECKPOINT_PUBLIC_KEY = tmp_path / "keys" / "checkpoint.pub.pem"
    settings.CHECKPOINT_PLACES = [tmp_path / "checkpoints", tmp_path / "witness"]
    settings.ERASURE_PLACES = [tmp_path, tmp_path / "witness"]


@pytest.fixture(autouse=True, scope="session")
def _signing_key() -> None:
    """The key that versions are signed with, made once: where settings say, as the first `genesis` makes it."""
    from mlops.services import manifests

    manifests.make_keys()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What one test put into a cache of the process, the next must not find; nor the language of its last page."""
    yield
    translation.deactivate()
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in OURS]
    for value in [value for module in modules for value in vars(module).values()]:
        if isinstance(value, functools._lru_cache_wrapper):
            value.cache_clear()
        elif type(value).__name__ == "Shelf":
            value.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Every test begins with an empty audit log: what the migrations made is not on record here.

    So the database is kept, and put back after every test that commits; a test that does not is rolled back.
    """
    from mlops import triggers
    from tests import pristine

    with django_db_blocker.unblock():
        triggers.drop(connection, events=("DELETE",))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM mlops_auditevent")
            cursor.execute("DELETE FROM mlops_capture")
        triggers.install(connection)
        put_back = pristine.kept()
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: put_back())
    yield
    patch.undo()
