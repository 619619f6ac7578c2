"""A member chooses for themself; nothing chosen is a newcomer's choice."""

import pytest
from django.test import Client
from django.urls import get_resolver

from catalog import titles
from catalog.errors import CatalogError
from catalog.models import Preferences, User
from catalog.selectors import preferences as reads
from catalog.services import preferences
from tests.factories.catalog import make_preferences, make_user

pytestmark = pytest.mark.django_db


def test_a_choice_leaves_the_others_as_they_were() -> None:
    user = make_user()
    make_preferences(user, record_plays=True)
    preferences.choose(by=user, personal=False)
    chosen = Preferences.objects.get()
    assert (chosen.personal, chosen.record_plays, chosen.own_first) == (False, True, False)


def test_nothing_chosen_is_a_newcomers_choice() -> None:
    user = make_user()
    assert (reads.of(user).personal, reads.of(user).record_plays) == (True, False)
    assert reads.of(None).personal
    assert not Preferences.objects.exists()  # reading writes nothing


def test_what_does_not_exist_cannot_be_chosen() -> None:
    with pytest.raises(CatalogError, match="colour is nothing one can choose"):
        preferences.choose(by=make_user(), colour="red")


def test_the_page_keeps_the_choices(client: Client, visitor: User) -> None:
    assert client.get("/me").status_code == 200
    client.post("/me", {"own_first": "on"})
    chosen = Preferences.objects.get(user=visitor)
    assert (chosen.personal, chosen.own_first, chosen.record_plays) == (False, True, False)


def test_a_stranger_is_led_to_the_door(client: Client) -> None:
    assert client.get("/me")["Location"].startswith("/accounts/login/")


def test_no_film_has_the_name_of_a_page_below_films() -> None:
    own = {
        str(pattern.pattern).removeprefix("m/<int:pk>/")
        for pattern in get_resolver("catalog.urls").url_patterns
        if str(pattern.pattern).startswith("m/<int:pk>/")
    }
    words = {address for address in own if "." not in address and "<" not in address and "/" not in address}
    assert words <= set(titles.RESERVED)
