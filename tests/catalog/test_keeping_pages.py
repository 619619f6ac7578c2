"""The pages of what members keep: by plain forms and by fragments, as files, for programs, behind a link."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from catalog.models import FeedLink, FilmList, Movie, Rating, Removal, User, Viewing
from catalog.services import lists
from tests.catalog.page_words import text
from tests.factories.catalog import make_licence, make_member_rating, make_movie, make_user
from tests.factories.keeping import make_entry, make_feed_link, make_list, make_viewing, make_watchlist
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TOKEN = "t" * 32


def page(client: Client, address: str, **given: Any) -> str:
    response = client.get(address, **given)
    assert response.status_code == 200
    return text(response)


def undo_of(response: Any) -> str:
    """The address of the one Undo that a page offers."""
    words = response.content.decode()
    at = words.index('action="/me/undo/') + len('action="')
    return words[at : words.index('"', at)]


def test_one_press_keeps_a_film_and_the_next_takes_it_off_with_the_way_back(
    films: list[Movie], client: Client, visitor: User
) -> None:
    film = films[2]
    assert f'id="keep-{film.pk}" name="keep"' in client.get("/top").content.decode()
    client.post("/me/watchlist/keep", {"keep": film.pk, "next": "/top"})
    listed = client.get("/top").content.decode()
    assert f'id="keep-{film.pk}" name="drop"' in listed
    assert f"{film} is on your watchlist." in listed
    off = client.post("/me/watchlist/keep", {"drop": film.pk, "next": "/top"}, follow=True)
    assert off.redirect_chain[-1][0] == f"/top#film-{film.pk}"
    assert page(client, "/me/watchlist").count(film.title) == 0
    back = client.post(undo_of(off), {"next": "/top"})
    assert back["Location"] == f"/top#film-{film.pk}"
    assert film.title in page(client, "/me/watchlist")


def test_a_press_by_htmx_answers_with_the_button_and_tells_it(
    films: list[Movie], client: Client, visitor: User
) -> None:
    answer = client.post("/me/watchlist/keep", {"keep": films[0].pk}, headers=HTMX).content.decode()
    assert f'id="keep-{films[0].pk}" name="drop"' in answer
    assert 'aria-pressed="true" hx-swap-oob="true"' in answer
    assert "is on your watchlist" in answer[answer.index('id="toast"') :]


def test_strangers_see_no_buttons_and_are_led_to_the_door(films: list[Movie], client: Client) -> None:
    assert 'class="keep"' not in client.get("/top").content.decode()
    for address in ("/me/watchlist", "/me/lists", "/me/diary", "/me/stats", "/me/removed", "/me/lists/1"):
        assert client.get(address)["Location"].startswith("/accounts/login/")
    assert client.post("/me/watchlist/keep", {"keep": films[0].pk})["Location"].startswith("/accounts/login/")


def test_a_title_that_looks_like_markup_stays_a_title(client: Client, visitor: User, films: list[Movie]) -> None:
    film = make_movie("<b>--> & \"x\" <!-- 'y'")
    make_watchlist(visitor, films=[film])
    found = client.post("/me/watchlist/keep", {"drop": film.pk}, headers=HTMX).content.decode()
    assert "<b>" not in found
    assert "&lt;b&gt;--&gt; &amp;" in found


def test_a_film_is_kept_from_its_own_page(films: list[Movie], client: Client, visitor: User) -> None:
    film, act = films[3], f"/m/{films[3].pk}/keep"
    client.post(act, {"new": "1", "title": "Rainy days"})
    made = FilmList.objects.get(user=visitor)
    assert (made.title, list(made.entries.values_list("movie_id", flat=True))) == ("Rainy days", [film.pk])
    client.post(act, {"see": "1", "seen_on": "1999-12-31", "note": "at midnight"})
    client.post(act, {"see": "1", "seen_on": ""})
    shown = page(client, film.get_absolute_url())
    assert "Seen on 31 December 1999 · again · at midnight" in shown
    assert "Seen, day unknown" in shown
    wrong = client.post(act, {"see": "1", "seen_on": "31.12.1999"})
    assert wrong.status_code == 422
    assert "Write the day as year-month-day" in text(wrong)
    ahead = client.post(act, {"see": "1", "seen_on": "2999-01-01"}, headers=HTMX)
    assert ahead.status_code == 422
    assert "still to come" in text(ahead)
    off = client.post(act, {"off": made.entries.get().pk}, headers=HTMX)
    assert "is off the list" in text(off)
    client.post(undo_of(off))
    assert made.entries.get().movie == film


@pytest.mark.parametrize(("hour", "territory", "ahead"), [(20, "JP", 1), (20, "GB", 0), (2, "US", -1), (2, "JP", 0)])
def test_today_is_the_day_it_is_where_one_watches(
    client: Client, visitor: User, monkeypatch: pytest.MonkeyPatch, hour: int, territory: str, ahead: int
) -> None:
    film, now = make_movie(), timezone.now().replace(hour=hour, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: now)
    client.cookies["territory"] = territory
    for address in (film.get_absolute_url(), f"/m/{film.pk}/keep"):
        assert f'name="seen_on" value="{now.date() + timedelta(ahead)}"' in client.get(address).content.decode()


def test_a_press_too_many_is_told_and_breaks_nothing(films: list[Movie], client: Client, visitor: User) -> None:
    made = make_list(visitor, title="Mine", films=films[:2])
    entry = made.entries.get(position=1).pk
    for headers in ({}, HTMX):
        client.post(f"/me/lists/{made.pk}/films", {"off": entry})
        again = client.post(f"/me/lists/{made.pk}/films", {"off": entry}, headers=headers, follow=True)
        assert again.status_code == 200
        assert "This film is not on your list any more." in text(again)
    assert made.entries.count() == 1


def test_a_list_is_moved_and_cleared_by_plain_buttons(films: list[Movie], client: Client, visitor: User) -> None:
    made = make_list(visitor, title="Mine", films=films[:3])
    entry = made.entries.get(position=3)
    moved = client.post(f"/me/lists/{made.pk}/films", {"up": entry.pk})
    assert moved["Location"] == f"/me/lists/{made.pk}?page=1#entry-{entry.pk}"
    assert f"{entry.title} is at place 2 now." in page(client, moved["Location"].partition("#")[0])
    fragment = client.post(f"/me/lists/{made.pk}/films", {"up": entry.pk}, headers=HTMX).content.decode()
    assert f'id="up-{entry.pk}" name="up" value="{entry.pk}" aria-disabled="true"' in fragment
    changed = client.post(f"/me/lists/{made.pk}/films/{entry.pk}", {"place": "3", "note": "last"}, follow=True)
    assert changed.redirect_chain[-1][0].endswith(f"#entry-{entry.pk}")
    assert [e.title for e in made.entries.order_by("position")][2] == entry.title
    gone = client.post(f"/me/lists/{made.pk}/films", {"off": entry.pk, f"row-{entry.pk}": "2"}, headers=HTMX)
    assert "was taken off" in text(gone)
    client.post(f"/me/undo/{Removal.objects.get().pk}", {"next": f"/me/lists/{made.pk}"})
    assert made.entries.order_by("-position")[0].note == "last"
    assert client.get(f"/me/lists/{made.pk}/films")["Location"] == f"/me/lists/{made.pk}"


def test_a_long_list_turns_to_the_page_where_the_film_went(client: Client, visitor: User) -> None:
    made = make_list(visitor, films=[make_movie() for _ in range(51)])
    first = made.entries.get(position=1)
    client.post(f"/me/lists/{made.pk}/films/{first.pk}", {"place": "51", "note": ""})
    up = client.post(f"/me/lists/{made.pk}/films", {"up": first.pk, "page": "2"})
    assert up["Location"] == f"/me/lists/{made.pk}?page=1#entry-{first.pk}"
    assert page(client, f"/me/lists/{made.pk}?page=2").count("Take ") >= 1
    for order in ("added", "leaving", "rank", "year", "nonsense"):
        assert "51 films" in page(client, f"/me/lists/{made.pk}?order={order}")


def test_how_far_one_is_through_a_list(films: list[Movie], client: Client, visitor: User) -> None:
    made = make_list(visitor, films=films[:4])
    make_viewing(visitor, films[0])
    make_member_rating(films[1], by=visitor)
    make_member_rating(films[2])  # another's
    assert "4 films · seen 2 of 4 (50 %)" in page(client, f"/me/lists/{made.pk}")


def test_another_members_pages_are_not_there(client: Client, visitor: User) -> None:
    theirs = make_list(films=[make_movie()])
    line = make_viewing()
    entry = theirs.entries.get().pk
    for address in ("", "/edit", "/add", ".csv", ".json", f"/films/{entry}"):
        assert client.get(f"/me/lists/{theirs.pk}{address}").status_code == 404
    assert client.get(f"/me/diary/lines/{line.pk}").status_code == 404
    for address in ("films", "share", "delete"):
        assert client.post(f"/me/lists/{theirs.pk}/{address}", {"off": entry}).status_code == 404
    assert theirs.entries.count() == 1


def test_what_is_behind_a_link_is_the_list_and_no_more(films: list[Movie], client: Client) -> None:
    owner = make_user("zyxowner")
    made = make_list(owner, title="Rain", note="All wet", token=TOKEN)
    make_entry(made, films[0], note="the first")
    make_member_rating(films[0], by=owner)
    make_list(owner, title="Zyxsecret")
    response = client.get(f"/l/{TOKEN}")
    shown = text(response)
    assert "Rain" in shown
    assert "the first" in shown
    for secret in ("zyxowner", "Zyxsecret", "You have seen"):
        assert secret not in response.content.decode()
    for address in (f"/l/{TOKEN}", f"/l/{TOKEN}/list.csv", f"/l/{TOKEN}/list.json", f"/l/{TOKEN}/feed.rss"):
        answer = client.get(address)
        assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")
        assert "private" in answer["Cache-Control"]
        assert b"zyxowner" not in answer.content
    lists.unshare_list(list_id=made.pk, by=owner, at=NOON)
    for address in (f"/l/{TOKEN}", f"/l/{TOKEN}/list.csv", f"/l/{TOKEN}/feed.rss", "/l/nothing"):
        assert client.get(address).status_code == 404


def test_a_link_is_made_and_a_copy_taken(films: list[Movie], client: Client, visitor: User) -> None:
    made = make_list(visitor, title="Mine", films=films[:2])
    client.post(f"/me/lists/{made.pk}/share", {"open": "1"})
    made.refresh_from_db()
    assert f"/l/{made.token}" in client.get(f"/me/lists/{made.pk}").content.decode()
    assert "This is what others see." in page(client, f"/l/{made.token}")
    theirs = make_list(title="Theirs", token=TOKEN, films=films[:2])
    copy = client.post(f"/l/{TOKEN}/clone")
    mine = FilmList.objects.exclude(pk__in=[made.pk, theirs.pk]).get()
    assert (mine.user, mine.title, copy["Location"]) == (visitor, "Theirs", f"/me/lists/{mine.pk}")
    client.post(f"/me/lists/{mine.pk}/delete")
    assert not FilmList.objects.filter(pk=mine.pk).exists()
    again = client.post(f"/me/undo/{Removal.objects.get().pk}")
    assert again["Location"] == f"/me/lists/{mine.pk}"
    assert client.post("/l/nothing/clone").status_code == 404


def test_lists_and_diary_are_files_too(films: list[Movie], client: Client, visitor: User) -> None:
    made = make_list(visitor, title="Mine", films=films[:2])
    make_watchlist(visitor, films=films[3:4])
    make_viewing(visitor, films[0], seen_on=date(2026, 3, 1), note="=2+2")
    make_viewing(visitor, films[0], seen_on=None)
    make_member_rating(films[0], by=visitor, value=9)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/me/lists/{made.pk}.csv").content.decode())))
    assert [(row["place"], row["title"], row["film"]) for row in rows] == [
        ("1", films[0].title, str(films[0].pk)),
        ("2", films[1].title, str(films[1].pk)),
    ]
    assert client.get("/me/watchlist.json").json()["rows"][0]["title"] == films[3].title
    assert [row["list"] for row in client.get("/me/lists.json").json()["rows"]] == [made.pk]
    assert client.get("/me/lists.csv").status_code == 200
    diary = client.get("/me/diary.json").json()["rows"]
    assert [(row["seen_on"], row["again"], row["rating"]) for row in diary] == [
        ("2026-03-01", True, 9),
        (None, False, 9),
    ]
    assert "'=2+2" in client.get("/me/diary/2026/3.csv").content.decode()
    assert client.get("/me/diary/2025.json").json()["rows"] == []


def test_the_diary_by_month_is_corrected_and_cleared(films: list[Movie], client: Client, visitor: User) -> None:
    line = make_viewing(visitor, films[0], seen_on=date(2026, 3, 9))
    make_viewing(visitor, films[1], seen_on=None)
    shown = page(client, "/me/diary")
    assert shown.index("March 2026") < shown.index(films[0].title) < shown.index("Day unknown")
    assert films[1].title not in page(client, "/me/diary/2026")
    assert "Nothing noted for this time" in page(client, "/me/diary/2026/4")
    assert client.get("/me/diary/2026/13").status_code == 404
    client.post(f"/me/diary/lines/{line.pk}", {"seen_on": "2026-04-01", "note": "late"})
    assert films[0].title in page(client, "/me/diary/2026/4")
    gone = client.post(f"/me/diary/lines/{line.pk}", {"out": "1"}, follow=True)
    assert not Viewing.objects.filter(pk=line.pk).exists()
    back = client.post(undo_of(gone), {"next": "/me/diary"})
    assert back["Location"] == f"/me/diary#line-{line.pk}"
    assert Viewing.objects.get(pk=line.pk).note == "late"


def test_a_rating_taken_back_can_be_had_again(films: list[Movie], client: Client, visitor: User) -> None:
    film = films[4]
    for headers in ({}, HTMX):
        make_member_rating(film, by=visitor, value=9, at=NOON)
        gone = client.post(f"/m/{film.pk}/rating", {"withdraw": "1"}, headers=headers, follow=True)
        assert not Rating.objects.exists()
        back = client.post(undo_of(gone), {"next": film.get_absolute_url()})
        assert back["Location"] == f"{film.get_absolute_url()}#rating"
        assert (Rating.objects.get().value, Rating.objects.get().rated_at) == (9, NOON)


def test_what_was_taken_away_is_listed_with_its_way_back(films: list[Movie], client: Client, visitor: User) -> None:
    assert "Nothing waits here" in page(client, "/me/removed")
    make_watchlist(visitor, films=films[:1])
    client.post("/me/watchlist/keep", {"drop": films[0].pk})
    assert films[0].title in page(client, "/me/removed")
    address = f"/me/undo/{Removal.objects.get().pk}"
    client.post(address)
    assert "brought back already" in text(client.post(address, follow=True))


def test_feeds_open_by_their_secret_alone(films: list[Movie], client: Client, visitor: User) -> None:
    make_viewing(visitor, films[0], note="a < b and \u202ealtered \U0001f3de")
    client.post("/me/feeds/DIARY", {"open": "1"})
    token = FeedLink.objects.get().token
    assert token in client.get("/me/diary").content.decode()
    client.logout()
    feed = client.get(f"/feeds/diary/{token}.rss")
    assert feed["X-Robots-Tag"] == "noindex"
    assert films[0].title in feed.content.decode()
    assert client.get(f"/feeds/leaving/{token}.ics").status_code == 404  # a secret opens one thing
    FeedLink.objects.all().delete()
    assert client.get(f"/feeds/diary/{token}.rss").status_code == 404


def test_the_calendar_tells_the_last_days_of_the_watchlist(client: Client, visitor: User) -> None:
    today = timezone.localdate()
    soon, ended, nowhere = make_movie("Soon"), make_movie("Ended"), make_movie("Nowhere")
    make_licence(soon, starts_on=today - timedelta(9), ends_on=today + timedelta(days=5))
    make_licence(ended, starts_on=today - timedelta(9), ends_on=today - timedelta(days=1))
    for_ever = make_movie("For Ever")
    make_licence(for_ever, ends_on=date.max)
    make_watchlist(visitor, films=[soon, ended, nowhere, for_ever])
    token = make_feed_link(visitor, kind=FeedLink.Kind.LEAVING).token
    client.logout()
    calendar = Calendar.from_ical(client.get(f"/feeds/leaving/{token}.ics?territory=GB").content)
    events = [(str(event["SUMMARY"]), event["DTSTART"].dt) for event in calendar.walk("VEVENT")]
    assert events == [(f"Last day: {soon}", today + timedelta(days=5))]
    elsewhere = Calendar.from_ical(client.get(f"/feeds/leaving/{token}.ics?territory=JP").content)
    assert list(elsewhere.walk("VEVENT")) == []
