"""Catalogue editors change films: with a reason, and so that anybody can read later who changed what and why."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from catalog import groups
from catalog.models import Licence, Movie, Standing, Tally, User
from tests.catalog import staff
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return staff.member_of(groups.CATALOGUE_EDITORS, username="edith")


@pytest.fixture
def client(editor: User) -> Client:
    return staff.signed_in(editor)


@pytest.fixture
def film() -> Movie:
    return make.make_movie("The Third Man", year=1949, runtime=104, genres=["Drama"])


def form(film: Movie, **changed: Any) -> dict[str, Any]:
    """What the browser sends for an unchanged film, apart from what is given."""
    licences = list(film.licences.order_by("territory", "starts_on"))
    rows = {
        f"licences-{place}-{name}": value
        for place, row in enumerate(licences)
        for name, value in {
            "id": row.pk,
            "movie": film.pk,
            "territory": row.territory,
            "starts_on": row.starts_on.isoformat(),
            "ends_on": row.ends_on.isoformat(),
        }.items()
    }
    count = {"licences-TOTAL_FORMS": len(licences), "licences-INITIAL_FORMS": len(licences)}
    own = {
        "title": film.title,
        "year": film.year,
        "runtime": film.runtime or "",
        "certificate": film.certificate,
        "genres": list(film.genre_names),
        "reason": "",
    }
    return {**own, **count, **rows, **changed}


def change(client: Client, film: Movie, **changed: Any) -> Any:
    return client.post(f"/admin/catalog/movie/{film.pk}/change/", form(film, **changed), follow=True)


def titles(client: Client, query: str) -> list[str]:
    return [film.title for film in client.get(f"/admin/catalog/movie/?{query}").context["cl"].result_list]


def test_a_change_without_a_reason_is_not_made(client: Client, film: Movie) -> None:
    response = change(client, film, year=1950)
    assert "reason" in response.context["adminform"].form.errors
    film.refresh_from_db()
    assert film.year == 1949
    assert film.history.count() == 1


def test_a_change_is_in_the_history_with_its_person_and_reason(client: Client, editor: User, film: Movie) -> None:
    change(client, film, year=1950, genres=["Drama", "Action"], reason="released later")
    film.refresh_from_db()
    assert (film.year, film.genres) == (1950, "|Action|Drama|")
    record = film.history.first()
    assert (record.history_user_id, record.history_change_reason) == (editor.subject_id, "released later")
    assert record.history_user == editor


def test_the_history_page_shows_who_when_why_and_each_difference(client: Client, film: Movie) -> None:
    change(client, film, year=1950, genres=["Drama", "Action"], reason="released later")
    record = client.get(f"/admin/catalog/movie/{film.pk}/history/").context["page_obj"][0]
    assert (record.who, record.history_change_reason) == ("edith", "released later")
    shown = [(found.field, found.before, found.after) for found in record.differences]
    assert shown == [("Year", "1949", "1950"), ("Genres", "Drama", "Action, Drama")]


def test_the_history_of_an_erased_account_knows_its_subject_id_and_no_name(client: Client, film: Movie) -> None:
    gone = staff.member_of(groups.CATALOGUE_EDITORS, username="gone-tomorrow")
    change(staff.signed_in(gone), film, year=1950, reason="released later")
    subject = str(gone.subject_id)
    gone.delete()
    page = client.get(f"/admin/catalog/movie/{film.pk}/history/")
    assert page.context["page_obj"][0].who == f"{subject[:8]} (account gone)"
    assert "gone-tomorrow" not in page.content.decode()


def test_a_licence_changed_below_its_film_takes_the_films_reason_and_leaves_the_film_alone(
    client: Client, editor: User, film: Movie
) -> None:
    licence = make.make_licence(film)
    change(client, film, reason="contract renewed", **{"licences-0-ends_on": "2035-12-31"})
    licence.refresh_from_db()
    assert licence.ends_on == date(2035, 12, 31)
    record = licence.history.first()
    assert (record.history_user_id, record.history_change_reason) == (editor.subject_id, "contract renewed")
    assert film.history.count() == 1


def test_a_licence_that_ends_before_it_begins_is_refused_in_words(client: Client, film: Movie) -> None:
    make.make_licence(film)
    response = change(client, film, reason="contract renewed", **{"licences-0-ends_on": "1999-12-31"})
    assert "The last day is before the first" in response.content.decode()
    assert Licence.objects.get().ends_on == date(2030, 12, 31)


def test_an_earlier_state_is_put_back_with_a_reason(client: Client, film: Movie) -> None:
    change(client, film, year=1950, reason="released later")
    first = film.history.last().pk
    address = f"/admin/catalog/movie/{film.pk}/history/{first}/"
    client.post(address, {**form(film), "year": 1949})
    film.refresh_from_db()
    assert film.year == 1950, "without a reason nothing is put back"
    client.post(address, {**form(film), "year": 1949, "reason": "it was right"})
    film.refresh_from_db()
    assert (film.year, film.history.first().history_change_reason) == (1949, "it was right")


def test_who_may_only_look_can_put_nothing_back(film: Movie) -> None:
    reader = staff.in_group(groups.DATA_SCIENTISTS)
    address = f"/admin/catalog/movie/{film.pk}/history/{film.history.get().pk}/"
    assert reader.get(f"/admin/catalog/movie/{film.pk}/history/").status_code == 200
    assert reader.get(address).status_code == 403
    assert reader.post(address, {**form(film), "year": 1900, "reason": "because"}).status_code == 403
    assert change(reader, film, year=1900, reason="because").status_code == 403
    film.refresh_from_db()
    assert film.year == 1949


def test_a_film_is_deleted_only_with_a_reason(client: Client, film: Movie) -> None:
    address = f"/admin/catalog/movie/{film.pk}/delete/"
    response = client.post(address, {"post": "yes", "reason": " "}, follow=True)
    assert "a deletion needs a reason" in staff.said(response)
    assert Movie.objects.filter(pk=film.pk).exists()


def test_a_deleted_films_numbers_go_and_its_history_stays(client: Client, editor: User) -> None:
    film = make.small_catalogue(3)[1]
    make.make_member_rating(film)
    client.post(f"/admin/catalog/movie/{film.pk}/delete/", {"post": "yes", "reason": "not ours to show"})
    assert not Movie.objects.filter(pk=film.pk).exists()
    assert not Tally.objects.filter(movie_id=film.pk).exists()
    assert not Standing.objects.filter(movie_id=film.pk).exists()
    record = Movie.history.filter(id=film.pk).first()
    assert record is not None
    assert (record.history_type, record.history_user_id, record.history_change_reason) == (
        "-",
        editor.subject_id,
        "not ours to show",
    )
    assert client.get(f"/admin/catalog/movie/{film.pk}/history/").status_code == 200
    assert film.title in client.get("/admin/catalog/historicalmovie/?history_type__exact=-").content.decode()


def test_a_deleted_film_is_put_back_from_its_history(client: Client, film: Movie) -> None:
    number, whole = film.pk, form(film, reason="deleted by mistake")
    client.post(f"/admin/catalog/movie/{number}/delete/", {"post": "yes", "reason": "not ours to show"})
    first = Movie.history.filter(id=number).last()
    assert first is not None
    client.post(f"/admin/catalog/movie/{number}/history/{first.pk}/", whole)
    again = Movie.objects.get(pk=number)
    assert (again.title, again.year, again.search_title) == ("The Third Man", 1949, "the third man")
    assert [record.history_type for record in again.history.all()] == ["+", "-", "+"]


@pytest.mark.parametrize("end", ["x/history/", "0/history/", "1/history/x/", "99999999999999999999/history/"])
def test_an_address_that_names_no_history_is_not_found(client: Client, end: str) -> None:
    assert client.get(f"/admin/catalog/movie/{end}").status_code == 404


def test_films_are_not_deleted_by_the_handful(client: Client, film: Movie) -> None:
    client.post("/admin/catalog/movie/", {"action": "delete_selected", "_selected_action": [film.pk], "post": "yes"})
    assert Movie.objects.filter(pk=film.pk).exists()


@pytest.mark.parametrize("words", ["third man", "The Third Man", "Third Man, The", "THIRD  mán"])
def test_the_search_knows_articles_and_accents(client: Client, film: Movie, words: str) -> None:
    make.make_movie("The First Man")
    assert titles(client, f"q={words}") == ["The Third Man"]


def test_a_bare_number_finds_the_film_of_that_number(client: Client, film: Movie) -> None:
    make.make_movie("Modern Times")
    assert titles(client, f"q={film.pk}") == ["The Third Man"]


def test_filters_find_what_needs_work(client: Client) -> None:
    make.small_catalogue(3)
    bare = make.make_movie("Bare", year=1966, genres="", runtime=None)
    assert titles(client, "decade=1960") == ["Bare"]
    assert titles(client, "genre=none") == titles(client, "lacking=genre") == [bare.title]
    assert titles(client, "lacking=runtime") == titles(client, "ranked=no") == ["Bare"]
    assert titles(client, "playable=nowhere") == ["Bare"]
    assert titles(client, "genre=Romance") == ["The Reel Number 2"]
    assert len(titles(client, "playable=GB")) == len(titles(client, "ranked=yes")) == 3
    assert titles(client, "playable=JP") == []


@pytest.mark.parametrize(
    "query", ["decade=19x0", "decade=99999999999999999999", "genre=Noir", "playable=XX", "ranked=maybe"]
)
def test_a_filter_that_means_nothing_filters_nothing(client: Client, film: Movie, query: str) -> None:
    assert titles(client, query) == ["The Third Man"]


def test_the_form_shows_the_standing_and_leads_to_the_receipt(client: Client) -> None:
    film = make.small_catalogue(3)[0]
    page = client.get(f"/admin/catalog/movie/{film.pk}/change/").content.decode()
    assert "Rank 1 · weighted rating 8." in page
    assert f'href="/m/{film.pk}/rank"' in page
    assert f'href="{film.get_absolute_url()}"' in page


def test_a_film_is_added_without_a_reason_if_need_be(client: Client) -> None:
    empty = {"licences-TOTAL_FORMS": 0, "licences-INITIAL_FORMS": 0, "reason": ""}
    client.post("/admin/catalog/movie/add/", {"title": "Stalker", "year": 1979, "genres": ["Drama"], **empty})
    assert Movie.objects.get().history.get().history_user_id is not None
