"""What flow tests ask for: the site as visitors meet it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.flows.house import web


@pytest.fixture
def port(transactional_db: None, worker: servers.Worker, valkey: str, tmp_path: Path) -> Iterator[int]:
    """The port of a real web server beside a real worker."""
    with web(valkey, tmp_path) as found:
        yield found
