"""Keeping films in a real browser: by presses, by keys, without scripts; and nothing said in the console."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from catalog.models import FilmList, Movie, User, Viewing
from tests.browser.conftest import Open
from tests.factories.catalog import make_member_rating
from tests.factories.keeping import make_list, make_viewing, make_watchlist

pytestmark = pytest.mark.browser


def order(made: FilmList) -> list[str]:
    return list(made.entries.order_by("position").values_list("title", flat=True))


def test_a_ribbon_is_pressed_a_list_ordered_by_keys_and_undone(
    films: list[Movie], visitor: User, open_page: Open
) -> None:
    page = open_page("/top", by=visitor)
    for film in films[:3]:
        page.locator(f"#keep-{film.pk}").click()
        expect(page.locator(f"#keep-{film.pk}")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#toast")).to_contain_text(f"{films[2].title} (1940) is on your watchlist")
    expect(page.locator(f"#keep-{films[2].pk}")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#toast")).to_be_empty()

    page.goto("/me/watchlist")
    kept = FilmList.objects.get(user=visitor)
    last = kept.entries.get(movie=films[2])
    page.locator(f"#up-{last.pk}").focus()
    for place in (2, 1):
        page.keyboard.press("Enter")
        expect(page.locator("#toast")).to_contain_text(f"is at place {place} now")
        expect(page.locator(f"#up-{last.pk}")).to_be_focused()
        expect(page.locator(".htmx-added")).to_have_count(0)  # until then a press is a plain form's, and a whole page
    assert order(kept) == [films[2].title, films[0].title, films[1].title]

    page.locator(f"#entry-{last.pk}").get_by_role("button", name="Take").click()
    undo = page.get_by_role("button", name=f"Undo {films[2].title}")
    expect(undo).to_be_focused()
    assert order(kept) == [films[0].title, films[1].title]
    page.keyboard.press("Enter")
    expect(page.locator(f"#entry-{last.pk}")).to_be_visible()
    assert order(kept)[0] == films[2].title


def test_a_film_is_noted_and_put_on_a_list_from_its_page(films: list[Movie], visitor: User, open_page: Open) -> None:
    page = open_page(films[4].get_absolute_url(), by=visitor, width=390, dark=True)
    page.locator("#keep-diary summary").click()
    page.get_by_label("Note").fill("With Anna")
    page.get_by_role("button", name="Into the diary").click()
    expect(page.locator(".seen-days")).to_contain_text("With Anna")
    page.locator("#keep-lists summary").click()
    page.get_by_label("A new list with it").fill("Rain")
    page.keyboard.press("Enter")
    expect(page.locator("#keep-lists")).to_contain_text("Take off")
    page.get_by_role("button", name="Take off Rain").click()
    expect(page.locator("#toast")).to_contain_text("is off the list")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("It is back")
    assert Viewing.objects.get().note == "With Anna"
    assert FilmList.objects.get().entries.count() == 1


def test_without_scripts_all_of_it_works_by_plain_forms(films: list[Movie], visitor: User, open_page: Open) -> None:
    made = make_list(visitor, title="Rain", films=films[:3])
    page = open_page(f"/me/lists/{made.pk}", by=visitor, scripts=False)
    page.get_by_role("button", name=f"Move {films[1].title} up").click()
    assert order(made)[0] == films[1].title
    page.get_by_role("button", name=f"Take {films[0].title} off").click()
    page.locator("#messages").get_by_role("button", name="Undo").click()
    assert order(made) == [films[1].title, films[0].title, films[2].title]
    page.goto(f"/me/lists/{made.pk}/add?q=reel+number+9")
    page.get_by_role("button", name="Put on").first.click()
    assert made.entries.count() == 4
    page.goto("/top")
    page.locator(f"#keep-{films[5].pk}").click()
    expect(page.locator("#messages")).to_contain_text("is on your watchlist")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)], ids=["wide and light", "narrow and dark"])
def test_pages_are_accessible_and_fit(
    films: list[Movie], visitor: User, open_page: Open, width: int, dark: bool
) -> None:
    made = make_list(visitor, title="Films for rainy Sundays", token="t" * 32, films=films[:3], numbered=True)
    made.entries.filter(position=2).update(note="With Anna, at the Rex", movie=None)
    make_watchlist(visitor, films=films[:2])
    for film in films[:2]:
        make_viewing(visitor, film, note="At the Rex")
        make_viewing(visitor, film, seen_on=None)
    make_member_rating(films[1], by=visitor)
    page: Any = open_page("/me/lists", by=visitor, width=width, dark=dark)
    entry = made.entries.get(position=1).pk
    line = Viewing.objects.first()
    assert line is not None
    below = [f"/me/lists/{made.pk}", f"/me/lists/{made.pk}/edit", f"/me/lists/{made.pk}/films/{entry}"]
    mine = ["/me/data", "/me/watchlist", "/me/diary", f"/me/diary/lines/{line.pk}", "/me/stats", "/me/removed", "/top"]
    for address in ["/me/lists", *below, *mine, f"/l/{made.token}", films[1].get_absolute_url()]:
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [(address, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        for here in page.locator(".masthead [aria-current], .mine-nav [aria-current]").all():
            expect(here).to_be_in_viewport(ratio=1)  # a menu that is drawn aside begins where one is
