"""The receipt of a film in any edition: what it says, what it refuses, what would lift the film."""

import re
import weakref
from datetime import timedelta

import pytest
from django.test import Client

from catalog.models import ImportedVotes, Movie
from catalog.recsys import columns
from catalog.selectors import past, receipts
from tests.catalog.page_words import text
from tests.factories.catalog import make_edition, make_imported_votes, make_member_rating, make_movie
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- the receipt -------------------------------------------------------------------------------------------------
def test_a_receipt_of_an_older_edition_says_what_held_then(three: list[Movie], client: Client) -> None:
    then, now = (text(client.get(f"/m/{three[2].pk}/rank{query}")) for query in ("?edition=1", ""))
    assert "This is the receipt of edition 1. Edition 3 is in force now." in then
    assert "No. 3 of 12" in then
    assert "No. 3 of 12" in now  # one came in above, one above went
    assert "This is the receipt" not in now
    assert "No. 4 of 13" in text(client.get(f"/m/{three[2].pk}/rank?edition=2"))


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [("x", 400, "must be the number"), ("99", 404, "the newest is 3"), ("1" + 5_000 * "0", 400, "must be the number")],
)
def test_an_edition_that_is_none_is_refused_with_the_remedy(
    three: list[Movie], client: Client, query: str, status: int, words: str
) -> None:
    response = client.get(f"/m/{three[0].pk}/rank?edition={query}")
    assert response.status_code == status
    assert words in text(response)


def test_a_receipt_brings_the_commands_for_this_film(films: list[Movie], client: Client) -> None:
    page = client.get(f"/m/{films[3].pk}/rank").content.decode()
    assert "curl -o artefact.ndjson http://testserver/editions/1/artefact.ndjson" in page
    assert (
        f"grep &#x27;&quot;id&quot;:{films[3].pk},&#x27; artefact.ndjson" in page
        or f"""'"id":{films[3].pk},'""" in page
    )


def test_the_tie_break_that_was_used_is_named(client: Client) -> None:
    for title, votes, year in (("Elder", 500, 1940), ("Younger", 500, 1950), ("Twin", 500, 1950)):
        make_imported_votes(make_movie(title, year=year), votes=votes, mean=6.0)
    make_edition()
    page = text(client.get(f"/m/{Movie.objects.get(title='Younger').pk}/rank"))
    assert "Elder stands before Younger as the older film: 1940 and 1950." in page
    assert "Younger stands before Twin by its number" in page


def test_what_it_would_take_is_said_for_the_first_and_for_those_that_are_there(
    films: list[Movie], client: Client
) -> None:
    assert "It is first: there is no higher place." in text(client.get(f"/m/{films[0].pk}/rank"))
    page = text(client.get(f"/m/{films[11].pk}/rank"))
    assert re.search(r"One place up [\d,]+ tens? With them it is No. 11", page)
    assert "Into the first 100 It is there already, at No. 12." in page


def test_neighbours_that_cannot_be_told_apart_are_marked_and_the_ranks_within_are_named(client: Client) -> None:
    for votes in (500, 501):
        make_imported_votes(votes=votes, mean=7.0)
    far = make_imported_votes(votes=400_000, mean=9.0).movie
    make_edition()
    assert "between No. 1 and No. 1" in text(client.get(f"/m/{far.pk}/rank"))
    near = text(client.get(f"/m/{Movie.objects.get(imported__votes=500).pk}/rank"))
    assert "between No. 2 and No. 3" in near
    assert near.count("not told apart,") == 1


def test_rounding_counts_for_imported_votes_alone(client: Client) -> None:
    made = make_imported_votes(votes=400, mean=7.0)
    make_imported_votes(votes=300, mean=6.0)
    make_edition()
    before = re.search(r"±(0\.\d+) of rating", text(client.get(f"/m/{made.movie.pk}/rank")))
    ImportedVotes.objects.filter(movie=made.movie).delete()
    make_member_rating(made.movie, value=7)
    make_edition(NOON + DAY)
    after = re.search(r"±(0\.\d+) of rating", text(client.get(f"/m/{made.movie.pk}/rank?edition=1")))
    assert before and after and float(after[1]) < float(before[1])  # noqa: PT018


def test_lifts_that_were_worked_out_hold_no_rows_of_editions(client: Client) -> None:
    """Whoever walks through all editions leaves no more of them in memory than are kept at once."""
    film, most = make_movie(), past.rows.cache_info().maxsize or 0
    make_member_rating(make_movie(), value=9)
    seen = []
    for day in range(most + 8):
        make_member_rating(film, value=1 + day % 3)
        edition = make_edition(NOON + timedelta(days=day))
        receipts.lifts(edition, film.pk)
        seen.append(weakref.ref(past.columns(edition)))
    past.rows.cache_clear()
    columns.order.cache_clear()
    columns.mean_sum.cache_clear()
    assert [one for one in seen if one()] == []
