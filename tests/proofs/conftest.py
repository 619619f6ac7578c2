"""Proofs come in two lengths: the short one inside every test run, the long one by `make prove-…`, which prints figures."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.mlops.conftest import toy_recipes, toys  # noqa: F401 — fixtures

Tell = Callable[[str, object], None]


@pytest.fixture
def long() -> bool:
    """Whether this is the long form."""
    return os.environ.get("PROOFS") == "long"


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Write a figure down for whoever asked for the long form: what was measured, and what came out."""
    file = os.environ.get("PROOFS_FIGURES")

    def told(what: str, value: object) -> None:
        if file:
            line = {"proof": request.node.name, "database": connection.vendor, "what": what, "value": str(value)}
            with Path(file).open("a") as figures:
                figures.write(json.dumps(line, ensure_ascii=False) + "\n")

    return told


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What could not be proved on this machine is said where nobody overlooks it."""
    from tests.proofs.strace import NO_STRACE, may_trace

    if not may_trace():
        terminalreporter.section(NO_STRACE, sep="!", red=True, bold=True)
