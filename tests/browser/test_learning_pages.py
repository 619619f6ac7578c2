"""The learned system's pages in a real browser: accessible, light and dark, narrow and wide, by keyboard, without scripts."""

from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Hidden, Movie, User
from tests.browser.conftest import Open, both_looks
from tests.browser.test_pages import too_wide, violations
from tests.catalog.learned import candidate, serve, small_model
from tests.factories.catalog import make_member_rating

pytestmark = pytest.mark.browser


@pytest.fixture
def fan(films: list[Movie], visitor: User) -> User:
    """A member who liked the first film, while a learned version serves."""
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    return visitor


def titles(page: Any) -> list[str]:
    return list(page.locator(".picks .chart-name > a").all_inner_texts())


def reel(*numbers: int) -> list[str]:
    return [f"The Reel Number {number}" for number in numbers]


@both_looks
def test_pages_are_accessible_and_say_nothing_to_the_console(
    films: list[Movie], fan: User, open_page: Open, width: int, dark: bool
) -> None:
    candidate(small_model(films, {(0, 1): 0.7}))
    Hidden.objects.create(user=fan, movie=films[3], hidden_at=fan.date_joined)
    addresses = ["/for-you", f"/for-you?rated={films[0].pk}", f"/for-you/why/{films[1].pk}", "/vs", "/models", "/"]
    addresses += ["/models/recommender", "/models/recommender/1", "/models/recommender/2", "/models/weighted-rating/1"]
    addresses += [films[1].get_absolute_url(), f"/m/{films[1].pk}/guess", f"/m/{films[0].pk}/similar", "/how"]
    page = open_page("/", by=fan, width=width, dark=dark)
    found = {}
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        found[address] = (violations(page), too_wide(page))
    assert {address: faults for address, faults in found.items() if faults != ([], 0)} == {}


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_without_a_list_are_accessible(films: list[Movie], visitor: User, open_page: Open, width: int) -> None:
    stranger, member = open_page("/for-you", width=width), open_page("/for-you", by=visitor, width=width)
    found = {"before approval": violations(stranger) + violations(member)}
    serve(small_model(films))
    for name, page in {"stranger": stranger, "member": member}.items():
        for address in ("/for-you", "/", "/vs"):
            page.goto(address)
            found[f"{name} {address}"] = violations(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_rating_on_the_list_changes_it_at_once(films: list[Movie], fan: User, open_page: Open, scripts: bool) -> None:
    page = open_page("/for-you", by=fan, scripts=scripts)
    assert titles(page) == reel(2, 3, 4)

    page.locator(f"#film-{films[1].pk} .rate-here summary").click()
    page.get_by_role("group", name="Your rating of The Reel Number 2").get_by_role("button", name="8").click()

    page.get_by_text("You gave The Reel Number 2 8.").wait_for()
    assert titles(page) == reel(4, 3)

    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("was taken back").wait_for()
    assert titles(page) == reel(2, 3, 4)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_film_is_put_away_and_back(films: list[Movie], fan: User, open_page: Open, scripts: bool) -> None:
    page = open_page("/for-you", by=fan, scripts=scripts)
    page.get_by_role("button", name="Not interested in The Reel Number 3").click()
    page.get_by_text("is put away").wait_for()
    assert titles(page) == reel(2, 4)

    page.locator("#put-away summary").click()
    page.get_by_role("button", name="Put it back The Reel Number 3").click()
    page.get_by_text("may be listed again").wait_for()
    assert titles(page) == reel(2, 3, 4)


def test_by_keyboard_the_way_back_is_under_the_finger(films: list[Movie], fan: User, open_page: Open) -> None:
    page = open_page("/for-you", by=fan)
    page.get_by_role("button", name="Not interested in The Reel Number 3").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice-line button")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("may be listed again").wait_for()
    assert titles(page) == reel(2, 3, 4)


def test_the_first_rating_makes_the_list(films: list[Movie], visitor: User, open_page: Open) -> None:
    serve(small_model(films))
    page = open_page("/for-you", by=visitor)
    page.get_by_role("group", name="Your rating of The Reel Number 1,").get_by_role("button", name="9").click()
    page.get_by_role("heading", name="The first 3").wait_for()
    assert titles(page) == reel(2, 3, 4)


def test_a_guess_opens_in_place_and_is_announced(films: list[Movie], fan: User, open_page: Open) -> None:
    page = open_page(films[3].get_absolute_url(), by=fan)
    assert page.get_by_text("Perhaps").count() == 0
    page.get_by_role("link", name="Show the guess").click()
    page.locator("#guess").get_by_text("Perhaps").wait_for()
    assert page.locator("#guess").get_attribute("role") == "status"
    assert violations(page) == []
