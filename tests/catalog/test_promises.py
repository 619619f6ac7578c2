"""What the house promises visitors: the page says what the settings and services do, in both languages."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Movie, User
from moviesite import promises
from tests.catalog.page_words import text

pytestmark = pytest.mark.django_db


def test_every_cookie_that_is_set_is_told_and_for_how_long(
    films: list[Movie], client: Client, visitor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/territory", {"territory": "DE"})
    client.post("/language", {"language": "de", "next": "/"})
    client.post("/for-you/rate", {"film": films[0].pk, "value": 8})
    client.get(f"/m/{films[0].pk}/watch")
    client.force_login(visitor)
    client.get("/accounts/login/")
    page = client.get("/privacy")
    assert {name for name in client.cookies if f"<code>{name}</code>" not in page.content.decode()} == set()
    assert "Sprache, die du gewählt hast: 365 Tage" in text(page)
    client.cookies.clear()
    monkeypatch.setattr(promises, "KEPT", timedelta(days=7))
    assert "can be had back for 7 days" in text(client.get("/privacy"))


def test_whoever_runs_the_site_is_named_where_somebody_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("/privacy", "/accessibility"):
        assert "Nobody is named on this installation" in text(client.get(page))
        monkeypatch.setattr(settings, "CONTACT", "mailto:house@example.org")
        assert 'href="mailto:house@example.org"' in client.get(page).content.decode()
        monkeypatch.setattr(settings, "CONTACT", "")
