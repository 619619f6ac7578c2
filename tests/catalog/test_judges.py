"""Pick your judge, or none: each is a recipe with its own approved version, and with none no page reads one's ratings."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalog.models import Movie, Preferences, User
from catalog.recipes.recommender import Recommender
from catalog.selectors import judges
from catalog.services import preferences
from mlops import registry
from mlops.models import Outcome
from mlops.services import outcomes
from tests.catalog.learned import serve, small_model
from tests.catalog.page_words import text
from tests.catalog.test_for_you import listed, reel
from tests.factories.catalog import make_member_rating, make_preferences

pytestmark = pytest.mark.django_db
OTHER = {(0, 5): 0.5, (0, 6): 0.4}  # what the second judge learned


class Second(Recommender):
    """Another recipe over the same ratings."""

    key = "second"
    title = "Second opinion"


@pytest.fixture
def two(settings: Any) -> Any:
    """A site with a second learning recipe."""
    settings.MLOPS_RECIPES = [*settings.MLOPS_RECIPES, "tests.catalog.test_judges.Second"]
    registry.recipes.cache_clear()
    yield
    registry.recipes.cache_clear()


@pytest.fixture
def fan(films: list[Movie], client: Client, visitor: User) -> User:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    return visitor


def chosen(page: Any) -> list[str]:
    return [str(seat["title"]) for seat in page.context["seats"] if seat["chosen"]]


def test_the_judges_are_the_learning_recipes_of_settings(two: None) -> None:
    assert list(judges.named()) == ["recommender", "neighbours", "second"]


def test_each_judge_makes_its_own_list(two: None, films: list[Movie], fan: User, client: Client) -> None:
    serve(small_model(films, OTHER), recipe_key="second")
    assert (listed(client.get("/for-you")), chosen(client.get("/for-you"))) == (reel(2, 3, 4), ["Recommender"])

    page = client.post("/for-you/judge", {"judge": "second"}, follow=True)

    assert (listed(page), chosen(page)) == (reel(6, 7), ["Second opinion"])
    assert "second v1" in text(page)
    assert [pick.row.title for pick in client.get("/").context["picks"]] == reel(6, 7)
    assert client.get(f"/for-you/why/{films[5].pk}").context["judge"].label == "second v1"
    assert client.get("/top").content.count(b"chart-row") == 12  # the chart is always one


def test_what_a_judge_put_forward_is_counted_under_its_own_name(
    two: None, films: list[Movie], fan: User, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "_quiet_until", 0.0)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "judges"}}
    cache.clear()
    serve(small_model(films, OTHER), recipe_key="second")
    preferences.choose(by=fan, judge="second")

    client.get("/for-you")
    client.get(f"{films[5].get_absolute_url()}?from=for-you")
    client.post(f"/m/{films[5].pk}/rating", {"value": 5})
    client.post("/for-you/hide", {"film": films[6].pk, "from": "film"})

    outcomes.gather(at=timezone.now())
    counted = dict(Outcome.objects.filter(version_label="second v1").values_list("act", "count"))
    assert counted == {"SHOWN": 2, "OPENED": 1, "ANSWERED": 1, "HIDDEN": 1}
    assert not Outcome.objects.filter(version_label="recommender v1").exists()


def test_a_judge_that_serves_nothing_says_so_and_another_sits(two: None, fan: User, client: Client) -> None:
    page = client.post("/for-you/judge", {"judge": "second"}, follow=True)
    assert (listed(page), chosen(page)) == (reel(2, 3, 4), ["Second opinion"])
    assert "You chose «Second opinion», of which nothing serves now. Until it does, recommender v1 sits" in text(page)
    assert "Second opinion none approved yet" in text(page)


def test_a_choice_of_a_judge_that_is_no_more_counts_as_none(films: list[Movie], fan: User, client: Client) -> None:
    make_preferences(fan, judge="second")
    page = client.get("/for-you")
    assert (listed(page), chosen(page)) == (reel(2, 3, 4), ["Recommender"])
    refused = client.post("/for-you/judge", {"judge": "second"}, headers={"HX-Request": "true"})
    assert (refused.status_code, "There is no such judge any more" in text(refused)) == (422, True)


def test_a_stranger_picks_a_judge_for_their_session(two: None, films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    serve(small_model(films, OTHER), recipe_key="second")
    client.post("/for-you/judge", {"judge": "second"})
    page = client.post("/for-you/rate", {"film": films[0].pk, "value": 9}, follow=True)
    assert listed(page) == reel(6, 7)
    assert "Nobody recommends, as you chose" in text(client.post("/for-you/judge", {"judge": ""}, follow=True))


def test_with_nobody_the_chart_stands_there_and_says_so(films: list[Movie], fan: User, client: Client) -> None:
    page = client.post("/for-you/judge", {"judge": ""}, follow=True)
    assert chosen(page) == ["Nobody"]
    assert "Nobody recommends, as you chose" in text(page)
    assert page.context["starters"][0].title == "The Reel Number 1"  # what was rated is not known here
    assert Preferences.objects.get(user=fan).personal is False
    assert listed(client.post("/for-you/judge", {"judge": "recommender"}, follow=True)) == reel(2, 3, 4)


def test_a_film_page_looks_for_ones_rating_only_when_asked(films: list[Movie], fan: User, client: Client) -> None:
    preferences.choose(by=fan, personal=False)
    address = films[0].get_absolute_url()
    assert client.get(address).context["mine"] is None
    assert "Show what I gave it" in text(client.get(address))
    assert client.get(f"{address}?mine=1").context["mine"] == 9
    posted = client.post(f"/m/{films[0].pk}/rating", {"value": 4}, headers={"HX-Request": "true"})
    assert posted.context["mine"] == 4
