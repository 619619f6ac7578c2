"""What tests of the catalogue's pages begin with."""

import pytest
from django.test import Client

from catalog.models import Movie, User
from tests.factories.catalog import make_user, small_catalogue


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
