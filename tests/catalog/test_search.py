"""Finding films: by title whatever the article, accent or case; and nothing a visitor types breaks it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.finding.asked import read
from catalog.models import Movie
from catalog.models.movies import NEAR
from catalog.selectors import films
from tests.catalog.page_words import text
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NAMES = [
    "My Godfather's Hat", "The Godfather Part II", "The Godfather", "L'Été meurtrier", "Amélie & Søren", "100% Wool",
    "100 Rifles", "Mr_Underscore", "$", "M*A*S*H", "8½", "羅生門", "The Thing",
]  # fmt: skip


@pytest.fixture(autouse=True)
def titles():
    """Films that differ where a search is tempted to be wrong; none has a rank, so ties stand in this order."""
    return [make.make_movie(name) for name in NAMES]


def found(query):
    return [film.title for film in films.search(query)]


# --- what is found -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["godfather", "GODFATHER", "  Godfather!  ", "god\x00father", "\x00godfather"])
def test_the_title_itself_comes_first_then_those_that_begin_so(query):
    assert found(query) == ["The Godfather", "The Godfather Part II", "My Godfather's Hat"]


@pytest.mark.parametrize(
    "query", ["The Godfather", "the godfather", "godfather, the", "Godfather, The", "GODFATHER, THE"]
)
def test_the_article_does_not_matter_wherever_it_stands(query):
    assert found(query) == ["The Godfather", "The Godfather Part II", "My Godfather's Hat"]  # «godfaTHEr» holds both


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("ete", "L'Été meurtrier"),
        ("l'ete", "L'Été meurtrier"),
        ("ÉTÉ MEURTRIER", "L'Été meurtrier"),
        ("e\u0301te\u0301", "L'Été meurtrier"),
        ("amelie and soren", "Amélie & Søren"),
        ("Søren & Amélie", "Amélie & Søren"),
        ("m*a*s*h", "M*A*S*H"),
        ("8½", "8½"),
        ("羅生門", "羅生門"),
        ("$", "$"),
        ("godfathers hat", "My Godfather's Hat"),
        ("hat godfather", "My Godfather's Hat"),
    ],
)
def test_accents_case_and_signs_do_not_matter(query, title):
    assert found(query)[0] == title


def test_every_word_must_be_in_the_title():
    assert found("ete") == ["L'Été meurtrier"]
    assert found("godfather part") == ["The Godfather Part II"]
    assert found("godfather wool") == []


def test_equally_close_titles_stand_by_rank():
    for name, mean in (("Godfather Blues", 5.0), ("Godfather Zither", 9.0)):
        make.make_imported_votes(make.make_movie(name), votes=50_000, mean=mean)
    make.make_edition()
    assert found("godfather") == [
        "The Godfather",
        "Godfather Zither",
        "Godfather Blues",
        "The Godfather Part II",
        "My Godfather's Hat",
    ]


# --- what is not -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["", " ", "\t\n", "\x00", "\x00 \x00"])
def test_nothing_asked_finds_nothing(query):
    assert found(query) == []


@pytest.mark.parametrize("query", ["%", "_", "%%", "%godfather%wool", "*", "'", '"', "\\", "';--", "[a-z]", "?"])
def test_signs_of_patterns_mean_themselves(query):
    assert found(query) == []


def test_a_per_cent_sign_beside_a_number_is_no_pattern():
    assert found("100%") == ["100% Wool", "100 Rifles"]
    assert found("the_godfather")[:2] == found("the%godfather")[:2] == found("the godfather")[:2]


@pytest.mark.parametrize("count", [3_000, 100_000])
def test_endless_searches_are_cut(count):
    assert set(found("godfather " * count)) == {"The Godfather", "The Godfather Part II", "My Godfather's Hat"}
    assert found("the thing " + "x" * count) == []
    assert found("the thing".ljust(101) + "x" * count) == ["The Thing"]
    assert len(films.search_words("b " * count)) == films.MOST_WORDS


# --- years, other names, slips of the pen --------------------------------------------------------------------------
@pytest.fixture
def hamlets():
    make.make_movie("Hamlet", year=1948)
    make.make_movie("Hamlet", year=1996)
    make.make_movie("1948", year=1996)
    make.make_movie("The Postman (Il Postino)", year=1994)
    make.make_movie("Seven (a.k.a. Se7en)", year=1995)
    make.make_movie("Rocky II", year=1979)


def dated(query):
    return [(film.title, film.year) for film in films.search(query)]


@pytest.mark.parametrize("query", ["hamlet 1996", "1996 hamlet", "Hamlet (1996)", "hamlet '96", "hamlet 96"])
@pytest.mark.usefixtures("hamlets")
def test_a_year_beside_the_title_is_the_films_year(query):
    assert dated(query) == [("Hamlet", 1996)]


@pytest.mark.usefixtures("hamlets")
def test_a_year_alone_is_a_title_first_and_then_every_film_of_it():
    assert dated("1948") == [("1948", 1996), ("Hamlet", 1948)]
    assert dated("hamlt 1948") == [("Hamlet", 1948)]  # near, and of that year alone


@pytest.mark.parametrize("query", ["postino", "il postino", "Postino, Il", "the postman"])
@pytest.mark.usefixtures("hamlets")
def test_names_in_parentheses_are_names(query):
    assert [film.closeness for film in films.search(query)] == [0]


def test_a_name_of_two_words_is_found_as_one_beside_a_longer_name_that_is_written_so():
    make.make_movie("Ghostbusters II")
    make.make_movie("Ghost Busters")
    assert found("ghostbusters") == ["Ghost Busters", "Ghostbusters II"]
    assert found("100rifles") == ["100 Rifles"]


@pytest.mark.parametrize("query", ["rocky 2", "rocky two", "ROCKY II", "Se7en", "seven 1995"])
@pytest.mark.usefixtures("hamlets")
def test_numbers_and_short_words_are_found_however_they_are_written(query):
    assert len(found(query)) == 1


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("godfahter", "The Godfather"),
        ("godfater", "The Godfather"),
        ("the godfathr part", "The Godfather Part II"),
        ("meurtier", "L'Été meurtrier"),
        ("god father", "The Godfather"),
        ("thegodfather", "The Godfather"),
        ("rifels", "100 Rifles"),
    ],
)
def test_what_was_nearly_typed_is_found_and_known_to_be_near_only(query, title):
    first = films.search(query)[0]
    assert first.title == title
    assert first.closeness >= NEAR


def test_nothing_near_is_offered_where_something_fits_nor_to_partners():
    assert [film.closeness for film in films.search("the godfather")] == [0, 1, 2]
    assert list(Movie.objects.search("godfahter", near=False)) == []


@pytest.mark.parametrize(
    "query", ['" OR x', "NEAR(a b)", "a* AND b", "'; --", "🎬 the thing", "a\\b", "& | !", "^", "((", "-"]
)
def test_no_sign_breaks_the_search(query):
    found(query)


def test_a_long_search_is_cut_and_tells_what_was_used():
    words = read("one two three four five six seven eight nine ten eleven")
    assert (words.text.split()[-1], words.cut) == ("ten", True)
    letters = read("x" * 200)
    assert (len(letters.text), letters.cut) == (100, True)
    assert not read(" the  thing ").cut


# --- the index is true whatever writes ------------------------------------------------------------------------------
def test_the_index_follows_every_way_of_writing_films():
    film = make.make_movie("Nosferatu")
    film.title = "Häxan"
    film.save()
    assert (found("nosferatu"), found("haxan")) == ([], ["Häxan"])
    many = Movie.objects.bulk_create([Movie(title="Faust", year=1926), Movie(title="Metropolis", year=1927)])
    assert found("faust") == ["Faust"]
    many[0].title = "Tartuffe"
    many[0].derive()
    fields = {
        "update_conflicts": True,
        "unique_fields": ["id"],
        "update_fields": ["title", "sort_title", "search_title"],
    }
    Movie.objects.bulk_create([many[0]], **fields)
    assert (found("faust"), found("tartufe")) == ([], ["Tartuffe"])
    Movie.objects.filter(title="Metropolis").delete()
    assert found("metropolis") == found("metropolsi") == []
    with connection.cursor() as cursor:
        index = "catalog_filmnames_index" if connection.vendor == "sqlite" else "catalog_filmnames"
        cursor.execute(f"SELECT count(*) FROM {index}")
        assert cursor.fetchone() == (Movie.objects.count(),)


# --- pages ---------------------------------------------------------------------------------------------------------
def test_the_page_says_what_was_meant_and_what_does_not_play_here(client):
    page = text(client.get("/search?q=godfahter"))
    assert "Did you mean The Godfather" in page
    assert "not playing here" in page
    make.make_licence(Movie.objects.get(title="The Godfather"))
    assert text(client.get("/search?q=godfahter")).count("not playing here") == page.count("not playing here") - 1


def test_the_page_says_what_of_a_long_search_was_looked_for(client):
    page = text(client.get("/search", {"q": "the thing " + "and " * 30}))
    assert "10 words and 100 letters at most" in page


@pytest.mark.parametrize("query", ['"', "NEAR", "*", "%", "🎬", "x" * 8_000, "a b " * 1_000])
def test_no_search_is_an_error(client, query):
    for address in ("/search", "/search.csv", "/search.json", "/search/suggest"):
        assert client.get(address, {"q": query}).status_code == 200


def test_a_search_is_a_file_and_a_browsers_suggestion_too(client):
    rows = client.get("/search.json?q=godfather").json()["rows"]
    assert [row["title"] for row in rows] == found("godfather")
    assert client.get("/search.csv?q=godfather").content.decode().splitlines()[1].split(",")[2] == "The Godfather"
    asked, names, _years, addresses = client.get("/search/suggest?q=godfa").json()
    assert (asked, set(names[:2])) == ("godfa", {"The Godfather", "The Godfather Part II"})
    assert client.get(addresses[0]).status_code == 200


def test_a_member_sees_what_they_gave_and_without_personalisation_no_rating_is_read(client):
    user = make.make_user()
    for film in Movie.objects.filter(title__contains="Godfather"):
        make.make_member_rating(film, by=user, value=9)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert text(client.get("/search?q=godfather")).count("you gave 9") == 3
    make.make_preferences(user, personal=False)
    with CaptureQueriesContext(connection) as asked:
        assert "you gave" not in text(client.get("/search?q=godfather"))
    assert not [query["sql"] for query in asked if "catalog_rating" in query["sql"]]
