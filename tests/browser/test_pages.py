"""Every public page in a real browser: no violation of accessibility rules, a silent console, nothing wider than the screen."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from catalog.models import Movie, User
from tests.browser.conftest import Open, both_looks

pytestmark = pytest.mark.browser

PUBLIC = {
    "home": "/",
    "chart": "/top",
    "chart of a genre": "/top/drama",
    "browse": "/browse",
    "browse, filtered": "/browse?genre=Drama&sort=year",
    "browse, nothing found": "/browse?genre=Animation&longest=1",
    "search": "/search?q=reel",
    "search, nothing found": "/search?q=unheard",
    "search, nothing asked": "/search",
    "method": "/how",
    "data": "/data",
    "editions": "/editions",
    "an edition": "/editions/1",
    "transparency": "/transparency",
    "sign in": "/accounts/login/",
    "join": "/accounts/signup/",
}


def violations(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]


def too_wide(page: Any) -> int:
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@both_looks
def test_public_pages_are_accessible_and_say_nothing_to_the_console(
    films: list[Movie], open_page: Open, width: int, dark: bool
) -> None:
    addresses = {**PUBLIC, "a film": films[0].get_absolute_url(), "a receipt": f"/m/{films[3].pk}/rank"}
    page = open_page("/", width=width, dark=dark)
    found = {}
    for name, address in addresses.items():
        page.goto(address)
        found[name] = violations(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_signed_in_visitors_film_page_is_accessible(films: list[Movie], visitor: User, open_page: Open) -> None:
    page = open_page(films[0].get_absolute_url(), by=visitor, width=390)
    page.get_by_role("radio", name="8").check()
    page.get_by_role("button", name="Rate it").click()
    page.get_by_role("button", name="Take it back").wait_for()
    assert violations(page) == []


def test_nothing_is_wider_than_a_small_phone(films: list[Movie], visitor: User, open_page: Open) -> None:
    Movie.objects.filter(pk=films[1].pk).update(title="Those Magnificent Men in Their Flying Machines, Extraordinarily")
    films[1].refresh_from_db()
    addresses = [*PUBLIC.values(), films[1].get_absolute_url(), f"/m/{films[1].pk}/rank"]
    page = open_page("/", by=visitor, width=320)
    found = {}
    for address in addresses:
        page.goto(address)
        found[address] = too_wide(page)
    assert {address: pixels for address, pixels in found.items() if pixels > 0} == {}


def test_browse_narrows_down_without_leaving_the_page(films: list[Movie], open_page: Open) -> None:
    page = open_page("/browse")
    page.get_by_label("Genre", exact=True).select_option("Documentary")
    page.get_by_role("heading", name="2 films").wait_for()
    expect(page).to_have_url(re.compile("genre=Documentary"))
    assert page.locator("#found-count").text_content() == "2 films found"


def test_search_is_the_first_thing_in_the_homes_content(films: list[Movie], open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    page.keyboard.press("Tab")
    page.keyboard.type("number 7")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="The Reel Number 7").wait_for()
