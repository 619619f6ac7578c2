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
    "browse, nothing found": "/browse?genre=Animation&decade=1930",
    "search": "/search?q=reel",
    "search, nothing found": "/search?q=unheard",
    "search, nothing asked": "/search",
    "search, something near": "/search?q=rele+nubmer+7",
    "nothing there": "/m/99999/rele-nubmer-7",
    "method": "/how",
    "data": "/data",
    "editions": "/editions",
    "an edition": "/editions/1",
    "transparency": "/transparency",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "terms": "/terms",
    "developers": "/developers",
    "kinds of problem": "/api/v1/problems",
    "a kind of problem": "/api/v1/problems/bad_parameter",
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
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Documentary").click()
    page.get_by_role("heading", name="2 films").wait_for()
    expect(page).to_have_url(re.compile("genre=Documentary"))
    expect(page.locator("#found-count")).to_have_text("2 films found")
    expect(page.locator("#f-genre-Documentary")).to_be_focused()  # where the visitor was
    page.get_by_label("Order").select_option("year")
    expect(page).to_have_url(re.compile("genre=Documentary&sort=year"))
    page.locator("#chip-genre").click()
    expect(page.locator("#found-h")).to_be_focused()  # the chip is gone: on to what it left
    expect(page.locator("#found-count")).to_have_text("12 films found")
    page.go_back()
    page.get_by_role("heading", name="2 films").wait_for()
    assert page.evaluate("window.stayed")


def test_the_search_answers_while_one_types(films: list[Movie], open_page: Open) -> None:
    page = open_page("/search")
    page.get_by_role("searchbox").press_sequentially("reel nmber 7")
    expect(page.locator("#found-count")).to_contain_text("Did you mean The Reel Number 7?")
    expect(page).to_have_url(re.compile("q=reel(%20|[+])nmber(%20|[+])7"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert violations(page) == []


def test_without_scripts_one_finds_and_narrows_as_well(films: list[Movie], open_page: Open) -> None:
    page = open_page("/browse", scripts=False)
    page.get_by_role("link", name="Documentary").click()
    page.get_by_role("heading", name="2 films").wait_for()
    page.get_by_label("Order").select_option("year")
    page.get_by_role("button", name="Sort").click()
    assert "sort=year" in page.url
    page.get_by_role("searchbox").fill("reel nmber 7")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="No title fits").wait_for()
    page.goto("/m/999999/the-reel-numbr-7")
    page.get_by_role("link", name="The Reel Number 7").click()
    page.get_by_role("heading", name="The Reel Number 7").wait_for()


def test_search_is_the_first_thing_in_the_homes_content(films: list[Movie], open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    page.keyboard.press("Tab")
    page.keyboard.type("number 7")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="The Reel Number 7").wait_for()
