"""Rankings anyone can check, in a real browser: accessible, narrow enough, and knobs that answer in place."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from catalog.models import Movie
from tests.browser.conftest import Open, both_looks
from tests.browser.test_pages import too_wide, violations
from tests.factories.catalog import make_edition, make_imported_votes, make_movie
from tests.factories.mlops import NOON

pytestmark = pytest.mark.browser

PAGES = ["/top?at=2026-06-01", "/top?m=1300&floor=195000&c=votes", "/top?m=-1&c=fixed", "/top/alternative"]
PAGES += ["/editions", "/editions/1/diff/2", "/m/{}/rank", "/m/{}/rank?edition=1", "/m/{}/rank/history?from=1&to=2"]


@both_looks
def test_pages_are_accessible_and_nothing_is_wider_than_the_screen(
    films: list[Movie], open_page: Open, width: int, dark: bool
) -> None:
    make_imported_votes(make_movie("Those Magnificent Men in Their Flying Machines"), votes=900_000, mean=9.5)
    make_edition(NOON + timedelta(days=1))
    page = open_page("/", width=width, dark=dark)
    found = {}
    for address in PAGES:
        page.goto(address.format(films[3].pk))
        found[address] = violations(page)
        if width < 1000:
            page.set_viewport_size({"width": 320, "height": 900})
            found[address] += ["too wide"] * (too_wide(page) > 0)
            page.set_viewport_size({"width": width, "height": 900})
    assert {address: faults for address, faults in found.items() if faults} == {}


def test_a_turned_knob_answers_in_place_and_keeps_the_focus(films: list[Movie], open_page: Open) -> None:
    page = open_page("/top?m=1300")
    page.get_by_label("Least votes").fill("195000")
    page.get_by_label("Least votes").press("Enter")
    expect(page.get_by_role("status").filter(has_text="listed")).to_contain_text("6 films listed")
    expect(page).to_have_url(re.compile(r"/top\?m=1300&floor=195000&c=films&value=$"))
    expect(page.get_by_label("Least votes")).to_be_focused()
    page.get_by_label("Least votes").fill("0")
    page.get_by_label("Least votes").press("Enter")
    expect(page.get_by_text("a whole number from 1 to 1,000,000,000")).to_be_visible()
    expect(page.get_by_label("Added votes m")).to_have_value("1300")


def test_without_scripts_a_day_and_knobs_are_plain_forms(films: list[Movie], open_page: Open) -> None:
    page = open_page("/top", scripts=False)
    page.get_by_text("Another day, other rules").click()
    page.get_by_label("Added votes m").fill("7")
    page.get_by_role("button", name="Weigh anew").click()
    page.get_by_text("Not the official chart").wait_for()
    page.get_by_label("The chart as it stood on").fill("2026-06-01")
    page.get_by_role("button", name="Turn back").click()
    expect(page).to_have_url(re.compile("at=2026-06-01"))
    expect(page.get_by_label("Added votes m")).to_have_value("7")
    page.get_by_role("link", name="The official chart", exact=True).click()
    expect(page.get_by_text("Not the official chart")).to_have_count(0)
