"""A film plays in a real browser: piece by piece, by keys, from where it stopped; with scripts and without."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from catalog.models import Alert, Licence, Movie, Play, User
from catalog.reels import library
from tests.browser.conftest import Open
from tests.factories.catalog import make_play, make_preferences
from tests.factories.mlops import NOON

pytestmark = pytest.mark.browser
PIECE = 2**16
FILM = "document.getElementById('film')"
STATE = f"(f => f && JSON.stringify([f.currentTime, f.readyState, f.paused, f.error && f.error.message]))({FILM})"


def at(page: Any) -> float:
    return float(page.evaluate(f"{FILM}.currentTime"))


def until(page: Any, what: str) -> None:
    """Wait for the film to be there, and something to be true of it; asked from outside, as the page allows no evaluation."""
    for _ in range(600):
        if page.evaluate(f"(film => film && ({what}))({FILM})"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {what}; {page.evaluate(STATE)}")


def goes_back_by_a_key(page: Any) -> None:
    """Stop, go back, and play on: while it stands still, a slow machine sees the same place as a quick one."""
    page.keyboard.press("Space")
    until(page, "film.paused")
    place = at(page)
    page.keyboard.press("ArrowLeft")
    until(page, f"Math.abs(film.currentTime - {place - 10}) < 0.5 && !film.seeking && film.readyState >= 2")
    page.keyboard.press("Space")
    until(page, "!film.paused")


def try_the_keys(page: Any) -> None:
    """Captions, sound, help; and on a button its own key, not the film's."""
    page.keyboard.press("c")
    assert page.evaluate(f"{FILM}.textTracks[0].mode") == "showing"
    until(page, "film.textTracks[0].activeCues && film.textTracks[0].activeCues.length === 1")
    page.keyboard.press("m")
    assert page.evaluate(f"{FILM}.muted")
    assert page.inner_text("#said") == "Sound off"
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys").focus()
    page.keyboard.press("Space")  # the button's own key: the film plays on
    assert page.get_by_role("dialog", name="Keys").is_visible()
    assert not page.evaluate(f"{FILM}.paused")
    page.keyboard.press("Escape")


def is_a_piece(address: str) -> bool:
    return "/reel/" in address and not address.endswith(".vtt")


def check_pieces(pieces: list[Any]) -> None:
    assert {answer.status for answer in pieces} == {206}
    assert all(int(answer.headers["content-length"]) <= PIECE for answer in pieces)
    assert len({answer.headers["content-range"] for answer in pieces}) >= 3


def is_told(page: Any, stopped: int) -> None:
    """Wait until the site knows where the film stopped."""
    for _ in range(600):
        if Play.objects.filter(position__gte=stopped - 1, position__lte=stopped + 1).exists():
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never told: {stopped}; {list(Play.objects.values())}")


def goes_on_and_starts_over(page: Any, position: int) -> None:
    page.get_by_role("link", name="Go on").first.click()
    until(page, f"Math.abs(film.currentTime - {position}) < 1.5 && film.readyState >= 2")
    assert page.evaluate(f"{FILM}.paused")
    page.get_by_role("link", name="Start over").click()
    until(page, "film.currentTime < 1")


def test_a_film_plays_seeks_and_is_gone_on_with(
    films: list[Movie], visitor: User, open_page: Open, settings: Any
) -> None:
    settings.REELS = {**settings.REELS, "PIECE": PIECE}  # the clip takes seven pieces
    make_preferences(visitor, record_plays=True)
    film = films[3]
    page = open_page("/", by=visitor)
    pieces: list[Any] = []
    page.on("response", lambda answer: pieces.append(answer) if is_a_piece(answer.url) else None)
    page.goto(film.get_absolute_url())
    page.get_by_role("link", name="Watch it").click()
    until(page, "film.readyState >= 1")
    assert page.evaluate(f"[{FILM}.paused, {FILM}.currentTime, Math.round({FILM}.duration)]") == [True, 0, 96]

    page.keyboard.press("Space")
    until(page, "!film.paused && film.currentTime > 0.3")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(page, "film.currentTime > 50 && !film.seeking && film.readyState >= 2")
    goes_back_by_a_key(page)
    try_the_keys(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    until(page, "film.paused")
    stopped = round(at(page))
    is_told(page, stopped)

    check_pieces(pieces)
    page.goto("/")
    play = Play.objects.get()
    assert abs(play.position - stopped) <= 1
    assert play.furthest >= 50

    goes_on_and_starts_over(page, play.position)


def test_without_scripts_a_film_goes_on_too_and_rows_are_changed(
    films: list[Movie], visitor: User, open_page: Open
) -> None:
    make_preferences(visitor, record_plays=True)
    play = make_play(visitor, films[0], position=40, furthest=40, length=96)
    page = open_page("/", by=visitor, scripts=False)
    page.get_by_role("link", name="Go on").first.click()
    assert "#t=40" in (page.get_attribute("video", "src") or "")
    assert page.locator("video[controls]").count() == 1
    assert page.get_by_role("button", name="Keys").count() == 0
    page.goto("/")
    page.get_by_role("button", name="Remove").click()
    assert "Taken out of the row" in page.inner_text(f"#play-{play.pk}")
    page.get_by_role("button", name="Put it back").click()
    page.get_by_role("button", name="Mark as seen").click()
    assert "Marked as seen" in page.inner_text(f"#play-{play.pk}")
    page.get_by_role("button", name="Not seen after all").click()
    page.get_by_label("Yes, delete all").check()
    page.get_by_role("button", name="Delete it").click()
    assert Play.objects.count() == 0


def test_rows_change_in_place_and_keep_the_focus(films: list[Movie], visitor: User, open_page: Open) -> None:
    make_preferences(visitor, record_plays=True)
    make_play(visitor, films[0])
    page = open_page("/", by=visitor)
    page.get_by_role("button", name="Remove").click()
    back = page.get_by_role("button", name="Put it back")
    back.wait_for()
    assert back.evaluate("button => button === document.activeElement")
    back.click()
    page.get_by_role("progressbar").wait_for()
    Licence.objects.filter(movie=films[1]).delete()
    page.goto(films[1].get_absolute_url())
    page.get_by_role("button", name="Tell me when it plays here").click()
    off = page.get_by_role("button", name="No, do not tell me")
    off.wait_for()
    assert off.evaluate("button => button === document.activeElement")
    assert Alert.objects.get().movie == films[1]
    off.click()
    page.get_by_role("button", name="Tell me when it plays here").wait_for()
    assert Alert.objects.count() == 0


def test_an_address_that_is_refused_is_changed_for_a_new_one(
    films: list[Movie], chromium: Any, live_server: Any
) -> None:
    context = chromium.new_context(base_url=live_server.url)  # not open_page: here the console may say 403
    page = context.new_page()
    page.goto(f"/m/{films[0].pk}/watch")
    until(page, "film.readyState >= 1")
    page.evaluate(f"{FILM}.src = {FILM}.src.replace('/reel/', '/reel/x')")
    until(page, "!film.src.includes('/reel/x') && film.readyState >= 1 && !film.error")
    Licence.objects.all().delete()
    page.reload()
    assert "does not play here tonight" in page.inner_text("h1")
    assert page.locator("video").count() == 0
    context.close()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)], ids=["wide and light", "narrow and dark"])
def test_every_page_can_be_read_by_everybody_and_fits(
    films: list[Movie], visitor: User, open_page: Open, width: int, dark: bool
) -> None:
    make_preferences(visitor, record_plays=True)
    make_play(visitor, films[0])
    make_play(visitor, films[2], finished_at=NOON)
    Licence.objects.filter(movie=films[1]).delete()
    page = open_page("/", by=visitor, width=width, dark=dark)
    places = [films[0].get_absolute_url(), films[1].get_absolute_url(), f"/m/{films[0].pk}/watch"]
    for place in [*places, "/leaving", "/leaving?days=90", "/new", "/me/watching", "/me/notices"]:
        page.goto(place)
        expect(page.locator("dialog[open], dialog:not([open]):visible")).to_have_count(0)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{place}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_the_demo_says_how_long_its_clip_is() -> None:
    reel = library().reel(1)
    assert reel is not None
    assert (reel.seconds, reel.size < 450_000) == (96, True)
