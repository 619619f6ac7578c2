"""Privacy, accessibility, terms: every page leads there, and every number they promise is the one the code keeps."""

import re
from datetime import timedelta

import pytest

from catalog import tasks
from catalog.models import Attempt, removals
from catalog.selectors import tickets
from catalog.services import attempts, moves
from catalog.territories import COUNTRIES
from catalog.views.house_rules import cookies
from tests.catalog.page_words import text
from tests.factories.catalog import PASSWORD, make_source, make_user
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
PLACES = ("/privacy", "/accessibility", "/terms", "/developers")


@pytest.mark.parametrize("place", PLACES)
def test_they_are_linked_from_every_page_and_in_the_sitemap(client, place):
    assert client.get(place).status_code == 200
    assert f'href="{place}"' in client.get("/how").content.decode()
    assert f"http://testserver{place}</loc>" in client.get("/sitemap.xml").content.decode()


@pytest.mark.parametrize("place", PLACES)
def test_they_can_be_read_where_the_data_may_not_be_shown(client, settings, place):
    make_source(permitted_use="NONCOMMERCIAL")
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    assert client.get(place).status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_they_name_whom_to_write_to_or_say_that_nobody_was_named(client, settings, place):
    assert "named no address" in text(client.get(place))
    settings.CONTACT = "mailto:house@example.org"
    assert 'href="mailto:house@example.org">house@example.org<' in client.get(place).content.decode()


def test_what_is_kept_is_told_as_long_as_it_is_kept(client, settings, monkeypatch):
    for place, days in enumerate(("SESSION", "CSRF", "CHOICE", "LANGUAGE", "KNOWN"), 2):
        setattr(settings, f"{days}_COOKIE_AGE", place * 86_400)
    monkeypatch.setattr(removals, "KEPT", timedelta(days=7))
    monkeypatch.setattr(moves, "KEPT", timedelta(days=8))
    monkeypatch.setattr(attempts, "KEPT", timedelta(minutes=9))
    main = text(client.get("/privacy")).partition("Cookies")[2]
    assert re.findall(r"(\d+) (?:day|minute)s", main) == ["2", "3", "4", "5", "6", "7", "8", "9"]


def test_every_cookie_that_is_set_is_told_of(client, films):
    client.post("/territory", {"territory": "GB"})
    client.post("/language", {"language": "en-gb", "next": "/"})
    client.post("/for-you/rate", {"film": films[0].pk, "value": 8})
    client.post(f"/m/{films[0].pk}/alert")  # says something on the next page
    client.get(f"/m/{films[0].pk}/watch")
    person = make_user("ida")
    client.post("/accounts/login/", {"login": "ida", "password": PASSWORD})
    assert person.pk == int(client.session["_auth_user_id"])
    shown = client.get("/privacy").content.decode()
    set_ = {cookie.key for cookie in client.cookies.values()}
    assert {"sessionid", "csrftoken", "known", "territory", "viewer"} < set_
    assert {name for name in set_ if f"<code>{name}</code>" not in shown} == set()
    assert re.findall(r"<code>(\w+)</code>", shown) == [*cookies().values()]


def test_a_failed_sign_in_is_forgotten_though_nobody_else_signs_in():
    make_attempt = Attempt.objects.create
    make_attempt(key="x", at=NOON - timedelta(minutes=61))
    make_attempt(key="x", at=NOON - timedelta(minutes=59))
    tasks._forget(NOON)
    assert Attempt.objects.get().at == NOON - timedelta(minutes=59)


def test_a_cookie_lasts_as_long_as_the_page_says(client, settings):
    settings.CHOICE_COOKIE_AGE = 5 * 86_400
    client.post("/territory", {"territory": "FR"})
    assert client.cookies["territory"]["max-age"] == 5 * 86_400


def test_the_terms_tell_how_long_an_address_lasts_and_in_how_many_countries(client, monkeypatch):
    assert f"{len(COUNTRIES)} in all" in text(client.get("/terms"))
    monkeypatch.setattr(tickets, "LASTS", timedelta(hours=4))
    assert "4 hours at most" in text(client.get("/terms"))


def test_no_number_of_theirs_is_typed():
    for name in ("privacy", "accessibility", "terms"):
        with open(f"templates/catalog/{name}.html") as file:
            words = re.sub(r"\{\{.*?\}\}|</?h[12].*?>|\bversion 2\.2\b|\bi18n\b", "", file.read())
        assert re.findall(r"\d+", words) == []
