"""Rating a film in a real browser: the numbers change at once as provisional, and return exactly."""

from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Movie, User
from catalog.selectors import films as reads
from tests.browser.conftest import Open
from tests.factories.catalog import make_edition
from tests.factories.mlops import NOON

pytestmark = pytest.mark.browser


def numbers(page: Any) -> str:
    """What the page says the film's numbers are."""
    return str(page.inner_text("#formula") + page.inner_text("#members"))


def rate(page: Any, value: int) -> None:
    page.get_by_role("radio", name=str(value), exact=True).check()
    page.get_by_role("button", name="Rate it").or_(page.get_by_role("button", name="Change it")).click()
    page.get_by_role("button", name="Take it back").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_numbers_change_at_once_and_return_exactly(
    films: list[Movie], visitor: User, open_page: Open, scripts: bool
) -> None:
    page = open_page(films[5].get_absolute_url(), by=visitor, scripts=scripts)
    printed = numbers(page)

    rate(page, 3)

    page.locator("#formula .proof").wait_for()
    assert "since edition 1: 1 vote more" in page.inner_text("#formula")
    assert "Provisional until the next edition" in page.inner_text("#rating-status")
    assert "1 rating by members" in page.inner_text("#members")
    assert reads.histogram(films[5])[2] == 1

    page.get_by_role("button", name="Take it back").click()

    page.get_by_role("button", name="Rate it").wait_for()
    assert numbers(page) == printed
    assert sum(reads.histogram(films[5])) == 0


def test_another_rating_replaces_the_first(films: list[Movie], visitor: User, open_page: Open) -> None:
    page = open_page(films[5].get_absolute_url(), by=visitor)
    rate(page, 3)
    rate(page, 9)
    page.get_by_text("The red bar holds your 9.").wait_for()
    assert reads.histogram(films[5]) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]


def test_the_next_edition_prints_what_was_provisional(films: list[Movie], visitor: User, open_page: Open) -> None:
    page = open_page(films[5].get_absolute_url(), by=visitor)
    rate(page, 10)
    provisional = page.inner_text("#formula .proof .result")

    make_edition(NOON.replace(hour=13))
    page.reload()

    assert page.locator("#formula .proof").count() == 0
    assert "Your rating is counted in edition 2." in page.inner_text("#rating-status")
    assert (
        page.inner_text("#formula .result")[:5] == provisional[:5]
    )  # C was counted anew, so the last digits may differ


def test_a_film_is_rated_by_keyboard_alone(films: list[Movie], visitor: User, open_page: Open) -> None:
    page = open_page(films[2].get_absolute_url(), by=visitor)
    page.locator("#value-1").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take it back").wait_for()
    assert reads.histogram(films[2])[6] == 1

    expect(page.locator("#value-7")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # take it back

    page.get_by_role("button", name="Rate it").wait_for()
    expect(page.locator("#rating-save")).to_be_focused()
    assert sum(reads.histogram(films[2])) == 0


def test_who_is_not_signed_in_is_led_through_the_door_and_back(
    films: list[Movie], visitor: User, open_page: Open
) -> None:
    page = open_page(films[4].get_absolute_url())
    page.get_by_role("link", name="Sign in to rate it").click()
    page.get_by_label("Username").fill(visitor.username)
    page.get_by_label("Password").fill("nine-reels-of-nitrate")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Rate it").wait_for()
    assert page.url.endswith(films[4].get_absolute_url())
