"""The whole way of a visitor, once without scripts and once by keyboard alone: find, rate, see why, watch, take it along."""

import io
import zipfile
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Movie, Rating, User
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
FOCUSED = """() => { const one = document.activeElement;
    return [one.tagName, one.innerText || one.value || '', one.getAttribute('aria-label') || '', one.id || ''].join('|') }"""
MOST_TABS = 80


def tab_to(page: Any, words: str) -> None:
    """Press Tab until what has the focus says these words; every stop on the way must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            return
    pytest.fail(f"no Tab leads to «{words}» on {page.url}")


def zipped(download: Any) -> zipfile.ZipFile:
    with open(download.path(), "rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_without_scripts_one_finds_rates_sees_why_watches_and_takes_it_along(
    films: list[Movie], visitor: User, open_page: Open
) -> None:
    page = open_page("/", by=visitor, scripts=False)
    page.get_by_role("searchbox").first.fill("reel number 7")
    page.get_by_role("button", name="Find").first.click()
    page.get_by_role("link", name="The Reel Number 7", exact=True).first.click()
    page.get_by_role("radio", name="9", exact=True).check()
    page.get_by_role("button", name="Rate it").click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    page.get_by_role("link", name="The whole receipt").click()
    expect(page.get_by_role("heading", name="The Reel Number 7").first).to_be_visible()
    page.goto(films[6].get_absolute_url())
    page.get_by_role("link", name="Watch it").click()
    expect(page.locator("video[controls]")).to_be_visible()
    page.goto("/me/data")
    with page.expect_download() as waiting:
        page.locator('a[href$=".zip"], button:has-text("ZIP")').first.click()
    assert b'"value": 9' in zipped(waiting.value).read("ratings.ndjson").replace(b'"value":9', b'"value": 9')


def test_by_keyboard_alone_one_finds_rates_and_sees_why(films: list[Movie], visitor: User, open_page: Open) -> None:
    page = open_page("/", by=visitor)
    tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("reel number 7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=**")
    tab_to(page, "The Reel Number 7")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{films[6].get_absolute_url()}")
    tab_to(page, "value-1")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    tab_to(page, "Rate it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    assert Rating.objects.get().value == 8
    assert page.evaluate(FOCUSED).split("|")[0] == "BUTTON"  # the focus is where it was, not at the top of the page
    page.goto(films[6].get_absolute_url())
    tab_to(page, "The whole receipt")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rank")
