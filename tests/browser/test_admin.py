"""The staff's pages in a real browser: they work under the admin's script policy and say nothing to the console."""

from pathlib import Path
from typing import Any

import pytest

from catalog import groups
from catalog.models import Movie, User
from tests.browser.conftest import Open
from tests.catalog import staff
from tests.factories.catalog import PASSWORD

pytestmark = pytest.mark.browser
HEAD = "id,title,year,runtime,certificate,genres"


@pytest.fixture(autouse=True)
def _own_state(settings: Any, tmp_path: Path) -> None:
    settings.STATE = tmp_path


@pytest.fixture
def editor(transactional_db: None) -> User:
    return staff.member_of(groups.CATALOGUE_EDITORS, username="edith")


@pytest.fixture
def boss(transactional_db: None) -> User:
    return staff.member_of(username="boss", is_superuser=True)


def too_wide(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_an_editor_signs_in_changes_a_film_and_reads_its_history(
    films: list[Movie], editor: User, open_page: Open
) -> None:
    page = open_page("/admin/")
    page.get_by_label("Username").fill(editor.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name=groups.CATALOGUE_EDITORS).wait_for()
    page.goto(f"/admin/catalog/movie/{films[0].pk}/change/")
    page.locator("[name=runtime]").fill("175")
    page.locator("[name=genres][value=Romance]").check()
    page.locator("[name=reason]").fill("The source had it wrong")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"/admin/catalog/movie/{films[0].pk}/history/")
    page.get_by_text("«The source had it wrong»").wait_for()
    newest = page.locator(".staff-history li").first.inner_text()
    assert "by edith" in newest
    assert "Runtime in minutes\t80\t175" in newest
    assert "Genres\tDrama\tDrama, Romance" in newest


def test_an_editor_imports_films_after_a_dry_run(
    films: list[Movie], editor: User, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "films.csv"
    file.write_text(f"{HEAD}\n{films[0].pk},The Reel Number 1,20260,,,\n")
    page = open_page("/admin/catalog/movie/import/", by=editor)
    page.locator("[name=import_file]").set_input_files(file)
    page.locator("[name=reason]").fill("autumn cleaning")
    page.get_by_role("button", name="Dry run").click()
    page.get_by_text("20260 is no year").wait_for()
    file.write_text(f"{HEAD}\n{films[0].pk},The Reel Number 1,1926,,,\n")
    page.locator("[name=import_file]").set_input_files(file)
    page.get_by_role("button", name="Dry run").click()
    page.get_by_role("button", name="Import all of it").click()
    page.get_by_text("changed: 1").wait_for()
    films[0].refresh_from_db()
    assert films[0].year == 1926


@pytest.mark.parametrize("width", [1280, 390])
def test_the_main_pages_fit_the_screen_and_say_nothing_to_the_console(
    films: list[Movie], boss: User, open_page: Open, width: int
) -> None:
    film = f"/admin/catalog/movie/{films[0].pk}"
    addresses = ["/admin/", "/admin/catalog/movie/", f"{film}/change/", f"{film}/history/", f"{film}/delete/"]
    addresses += ["/admin/catalog/movie/import/", "/admin/catalog/licence/", "/admin/catalog/chartedition/1/change/"]
    addresses += ["/admin/mlops/auditevent/", "/admin/mlops/auditevent/1/change/", "/admin/catalog/user/"]
    page = open_page("/admin/", by=boss, width=width)
    wide = []
    for address in addresses:
        page.goto(address)
        if too_wide(page):
            wide.append(address)
    assert wide == []
