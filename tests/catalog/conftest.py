"""What tests of the catalogue's pages begin with."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Movie, User
from tests.factories.catalog import make_edition, make_imported_votes, make_movie, make_user, small_catalogue
from tests.factories.mlops import NOON
from tests.receivers import Receiver, receiver


@pytest.fixture
def films() -> list[Movie]:
    """Twelve films in edition 1."""
    return small_catalogue(12)


@pytest.fixture
def visitor(client: Client) -> User:
    """A member who is signed in."""
    user = make_user()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def three(films: list[Movie]) -> list[Movie]:
    """Twelve films; edition 2, a day later, has a thirteenth on top; edition 3, another day later, lacks the second one."""
    make_imported_votes(make_movie("The Newcomer"), votes=900_000, mean=9.5)
    make_edition(NOON + timedelta(days=1))
    films[1].delete()
    make_edition(NOON + timedelta(days=2))
    return films


@pytest.fixture
def partner_server(settings: Any) -> Iterator[Receiver]:
    """A partner's server that takes everything; settings allow it although it is on this machine."""
    with receiver() as found:
        settings.WEBHOOK_ALLOW = found.allow
        yield found
