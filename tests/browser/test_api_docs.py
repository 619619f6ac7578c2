"""The API to try out, in a real browser: it draws every operation, breaks no rule of the policy, and asks nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from catalog.models import Movie
from tests.browser.conftest import Open
from tests.browser.test_pages import too_wide
from tests.catalog.api_calls import new_key

pytestmark = pytest.mark.browser
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text())
# Of Swagger UI itself, which no setting of it mends: pale words, headings in no order, buttons in buttons, a nameless choice.
SWAGGERS = {"color-contrast", "heading-order", "nested-interactive", "region", "select-name"}
OPERATIONS = [operation["operationId"] for path in SCHEMA["paths"].values() for operation in path.values()]


def opened(open_page: Open, **how: Any) -> Any:
    page = open_page("/api/docs", **how)
    page.locator(".opblock").first.wait_for()
    return page


def test_it_draws_every_operation_and_asks_no_other_site(films: list[Movie], open_page: Open, live_server: Any) -> None:
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() == len(OPERATIONS)
    assert page.locator(".errors-wrapper").count() == 0
    foreign = [url for url in asked if not url.startswith((live_server.url, "data:"))]
    assert (foreign, len(asked) > 4) == ([], True)


def test_an_operation_is_tried_out_with_a_key_by_keyboard_alone(films: list[Movie], open_page: Open) -> None:
    _key, plain = new_key()
    page = opened(open_page)
    page.get_by_role("button", name="Authorize").first.focus()
    page.keyboard.press("Enter")
    page.locator(".auth-container input").focus()
    page.keyboard.type(plain)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Close").last.press("Enter")
    page.locator("#operations-Charts-topChart .opblock-summary-control").press("Enter")
    page.get_by_role("button", name="Try it out").press("Enter")
    page.get_by_role("button", name="Execute").press("Enter")
    page.locator(".live-responses-table .response-col_status").filter(has_text="200").wait_for()
    answer = page.locator(".live-responses-table").inner_text()
    assert films[0].title in answer or '"edition"' in answer
    assert "ratelimit" in answer or "etag" in answer  # the headers are shown too


@pytest.mark.parametrize("width", [1280, 320])
def test_rules_of_accessibility_are_broken_by_nothing_of_ours(films: list[Movie], open_page: Open, width: int) -> None:
    page = opened(open_page, width=width)
    ours = Axe().run(page, context={"exclude": [[".swagger-ui"]]}).response["violations"]
    assert [fault["id"] for fault in ours] == []
    swaggers = {fault["id"] for fault in Axe().run(page).response["violations"]}
    assert swaggers <= SWAGGERS
    assert page.locator("html").get_attribute("lang") == "en-gb"
    assert too_wide(page) <= 0


def test_without_scripts_it_leads_to_the_description(films: list[Movie], open_page: Open) -> None:
    page = open_page("/api/docs", scripts=False)
    page.get_by_role("link", name="The description itself").click()
    assert page.url.endswith("/api/v1/schema")
