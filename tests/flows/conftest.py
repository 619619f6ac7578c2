"""What flow tests ask for: the site as visitors meet it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.models import Movie, PartnerKey
from tests import servers
from tests.catalog.api_calls import five_films, new_key
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import make_licence
from tests.flows.house import web


@pytest.fixture
def port(transactional_db: None, worker: servers.Worker, valkey: str, tmp_path: Path) -> Iterator[int]:
    """The port of a real web server beside a real worker."""
    with web(valkey, tmp_path) as found:
        yield found


@dataclass(frozen=True)
class PartnerApi:
    """The API of a running server: its address, and a key that may read all that the usual one may."""

    url: str
    key: str


@pytest.fixture
def partner_api(transactional_db: None, valkey: str, tmp_path: Path) -> Iterator[PartnerApi]:
    """A real web server with a small chart, a learned version in service, and more films than fit on a page."""
    films = five_films()
    make_licence(films[1])
    Movie.objects.bulk_create([Movie(title=f"Reel number {n}", year=1950) for n in range(260)])
    serve(small_model(Movie.objects.filter(pk__lte=16).order_by("pk")))
    _key, plain = new_key(*PartnerKey.READ)
    with web(valkey, tmp_path) as port:
        yield PartnerApi(f"http://127.0.0.1:{port}/api/v1", plain)
