"""Recommendations in a real browser: a stranger's way to a list of their own, receipts that can be changed, choices kept."""

import pytest
from playwright.sync_api import expect

from catalog.models import Movie, Rating, User
from catalog.services import preferences
from tests.browser.conftest import Open, both_looks
from tests.browser.test_pages import too_wide, violations
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import PASSWORD, make_hidden, make_member_rating

pytestmark = pytest.mark.browser


@pytest.fixture
def fan(films: list[Movie], visitor: User) -> User:
    """A member who liked the first two films, while a learned version serves."""
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=8)
    return visitor


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_stranger_rates_five_sees_their_list_and_keeps_all_by_joining(
    films: list[Movie], open_page: Open, scripts: bool
) -> None:
    serve(small_model(films))
    page = open_page("/for-you", scripts=scripts)
    for count in range(1, 6):
        boxes = page.get_by_role("group", name=f"Your rating of The Reel Number {count}, from 1 to 10")
        boxes.get_by_role("button", name="9", exact=True).click()
        page.get_by_role("heading", name=f"{count} of 5" if count < 5 else "This list is yours").wait_for()
    if scripts:
        expect(page.get_by_role("button", name="Take it back")).to_be_focused()
    assert page.get_by_text("Unless you join or sign in they are gone after 14 days").is_visible()

    page.get_by_role("link", name="Join and keep them").click()
    page.get_by_label("Username").fill("zelda")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator(".form button").click()

    page.get_by_text("5 ratings you gave before are yours now.").wait_for()
    assert Rating.objects.filter(rater__user__username="zelda", value=9).count() == 5


def test_a_rating_changed_on_a_receipt_moves_the_film_and_is_undone(
    films: list[Movie], fan: User, open_page: Open
) -> None:
    page = open_page(f"/for-you/why/{films[3].pk}", by=fan)
    page.get_by_text("You gave it 8: change it").click()
    page.get_by_role("group", name="Your rating of The Reel Number 2").get_by_role("button", name="5").click()
    page.get_by_text("No. 2 of your list").wait_for()
    undo = page.get_by_role("button", name="Undo The Reel Number 2")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("No. 1 of your list").wait_for()

    page.goto("/for-you")
    page.get_by_role("button", name="Nobody").click()
    page.get_by_role("heading", name="Nobody recommends, as you chose").wait_for()
    expect(page.get_by_role("button", name="Nobody", pressed=True)).to_be_focused()


@both_looks
def test_what_is_chosen_and_compared_is_accessible(
    films: list[Movie], fan: User, open_page: Open, width: int, dark: bool
) -> None:
    make_hidden(fan, films[8])
    stranger, page = open_page("/for-you", width=width, dark=dark), open_page("/", by=fan, width=width, dark=dark)
    stranger.get_by_role("group", name="Your rating of The Reel Number 1,").get_by_role("button", name="9").click()
    stranger.get_by_role("heading", name="1 of 5").wait_for()
    found = {"a stranger's first": (violations(stranger), too_wide(stranger))}
    for held in (False, True):
        preferences.choose(by=fan, own_first=held, personal=not held)
        for address in (
            "/vs",
            f"/for-you/why/{films[3].pk}",
            "/me/hidden",
            films[4].get_absolute_url(),
            "/top",
            "/for-you",
        ):
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            found[f"{address} {held}"] = (violations(page), too_wide(page))
    assert {address: faults for address, faults in found.items() if faults != ([], 0)} == {}
