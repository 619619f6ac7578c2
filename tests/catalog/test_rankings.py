"""Rankings anyone can check, as pages: any edition's receipt, causes of moves, other days, other rules, two editions beside."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from catalog.models import ChartEdition, ImportedVotes, Movie
from catalog.services import editions, tallies
from mlops.ports import SYSTEM
from tests.catalog.page_words import text
from tests.factories.catalog import make_edition, make_imported_votes, make_member_rating, small_catalogue
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "rerank.py"


def order(response: Any) -> list[int]:
    """The numbers of the films of a chart's page, in its order."""
    return [int(number) for number in re.findall(r'id="film-(\d+)"', response.content.decode())]


def rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


# --- causes ------------------------------------------------------------------------------------------------------
def test_a_history_names_the_cause_of_each_move(three: list[Movie], client: Client) -> None:
    answer = client.get(f"/m/{three[2].pk}/rank/history.json").json()
    third, second, first = answer["rows"]
    assert [row["edition"] for row in (third, second, first)] == [3, 2, 1]
    assert (second["before"], second["after_own"], second["after_others"], second["after"]) == (3, 3, 4, 4)
    assert (third["before"], third["after_others"], third["after_terms"], third["after"]) == (4, 3, 3, 3)
    assert (first["before"], first["after"], first["after_own"]) == (None, 3, None)
    page = text(client.get(f"/m/{three[2].pk}/rank/history"))
    assert "Between No. 3 and No. 4, editions 1 to 3" in page
    assert "Other films' votes, those that came or went included ▼ down 1 No. 4" in page.replace("&#x27;", "'")
    assert rows(client.get(f"/m/{three[2].pk}/rank/history.csv"))[1]["after_others"] == "4"


def test_the_causes_between_any_two_editions(three: list[Movie], client: Client) -> None:
    page = text(client.get(f"/m/{three[0].pk}/rank/history?from=3&to=1"))
    assert "From edition 3 to edition 1: 2 → 1" in page


def test_a_thinned_edition_says_why_its_causes_are_gone_and_keeps_the_move(
    three: list[Movie], client: Client, settings: Any
) -> None:
    settings.EDITION_KEEP = {"all_days": 0, "daily_days": 0}
    editions.thin(by=SYSTEM, at=NOON + 10 * DAY)
    page = text(client.get(f"/m/{three[2].pk}/rank/history"))
    assert "thinned" in page
    assert "let go by age; its digests are kept for ever. So the causes can no longer be counted" in page
    for address in (
        f"/m/{three[2].pk}/rank?edition=1",
        "/editions/1/diff/3",
        f"/top?at={NOON:%Y-%m-%d}",
        "/top.csv?at=2026-06-01",
    ):
        response = client.get(address)
        assert response.status_code == 410, address
        assert "The rows of edition 1 are gone" in text(response)


# --- the time machine --------------------------------------------------------------------------------------------
def test_the_chart_of_a_day_is_the_edition_that_was_in_force_at_its_end(three: list[Movie], client: Client) -> None:
    first = [film.pk for film in three]
    first[1] = order(client.get(f"/top?at={NOON:%Y-%m-%d}"))[1]  # deleted since: it stays with its number
    page = client.get(f"/top?at={NOON:%Y-%m-%dT%H:%M}")
    assert order(page) == first
    assert f"film {first[1]}, no longer here" in text(page)
    assert "It is no longer in force: edition 3 is." in text(page)
    assert len(order(client.get(f"/top?at={NOON + DAY:%Y-%m-%d}"))) == 13
    later = client.get("/top?at=2099-01-01")
    assert order(later) == order(client.get("/top"))
    assert "No later edition has been printed" in text(later)


@pytest.mark.parametrize(
    "at", ["2026-06-01T11:59:59Z", "2026-05-31", "2026-06-01T13:59:59+02:00", "2026-06-01T13:59:59 02:00"]
)
def test_before_the_first_edition_there_is_no_chart_and_the_page_says_from_when_on(
    films: list[Movie], client: Client, at: str
) -> None:
    response = client.get("/top", {"at": at})
    assert response.status_code == 400
    assert "The first edition was printed on 1 June 2026, 12:00:00 UTC: choose that day or a later one." in text(
        response
    )
    assert client.get("/top.json", {"at": at}).status_code == 400


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-99-99T99"])
def test_what_is_no_day_is_refused_with_an_example(films: list[Movie], client: Client, at: str) -> None:
    response = client.get("/top", {"at": at})
    assert response.status_code == 400
    assert re.search("Give a day or a time, such as|The first edition was printed", text(response))


def test_the_time_machine_keeps_to_a_decade_and_a_genre(three: list[Movie], client: Client) -> None:
    decade = {film.pk for film in three if 1930 <= film.year < 1940 and film.pk}
    assert decade <= set(order(client.get("/top/1930s?at=2026-06-01")))
    drama = order(client.get("/top/drama?at=2026-06-01"))
    assert drama == [film.pk for film in three if film.pk and "Drama" in film.genre_names]
    assert [int(row["film"]) for row in rows(client.get("/top/drama.csv?at=2026-06-01"))] == drama


# --- knobs -------------------------------------------------------------------------------------------------------
def test_other_rules_sort_anew_and_say_plainly_what_they_are(client: Client) -> None:
    seen = make_imported_votes(votes=100_000, mean=9.0).movie
    liked = make_imported_votes(votes=20_000, mean=9.9).movie
    make_imported_votes(votes=500, mean=2.0)
    make_edition()
    assert order(client.get("/top"))[0] == seen.pk
    page = client.get("/top?m=1300&floor=1000&c=films")
    assert order(page) == [liked.pk, seen.pk]
    words = text(page)
    assert "Not the official chart" in words
    assert "▲ up 1 officially No. 2" in words
    assert "python3 rerank.py artefact.ndjson --m 1300 --floor 1000 --c films" in words
    assert order(client.get("/top/alternative")) == [liked.pk, seen.pk]
    assert [int(row["film"]) for row in rows(client.get("/top/alternative.csv"))] == [liked.pk, seen.pk]
    answer = client.get("/top.json?m=1300&floor=1000").json()
    assert answer["official"] is False
    assert [row["official_rank"] for row in answer["rows"]] == [2, 1]


def test_the_official_settings_give_the_official_order_and_say_so(films: list[Movie], client: Client) -> None:
    page = client.get("/top?m=25000&floor=1&c=films")
    assert order(page) == order(client.get("/top"))
    assert "These are the official settings" in text(page)
    assert client.get("/top.json").json()["official"] is True


@pytest.mark.parametrize(
    ("query", "field", "remedy"),
    [
        ({"m": "-1"}, "m", "a whole number from 0 to 1,000,000,000"),
        ({"m": "1000000001"}, "m", "a whole number from 0 to 1,000,000,000"),
        ({"m": "1.5"}, "m", "a whole number from 0"),
        ({"floor": "0"}, "floor", "a whole number from 1"),
        ({"floor": "200001"}, "floor", "the most voted has 200,000. Give a lower number."),
        ({"c": "median"}, "c", "choose one of the list"),
        ({"c": "fixed"}, "value", "Give the number that C is to be"),
        ({"c": "fixed", "value": "10.5"}, "value", "from 1 to 10 with four decimals"),
        ({"c": "fixed", "value": "6.12345"}, "value", "from 1 to 10 with four decimals"),
        ({"c": "fixed", "value": "nan"}, "value", "from 1 to 10 with four decimals"),
    ],
)
def test_a_bad_knob_names_its_field_and_the_remedy_and_loses_nothing(
    films: list[Movie], client: Client, query: dict[str, str], field: str, remedy: str
) -> None:
    given = {"m": "7", "floor": "3", **query}
    response = client.get("/top", given)
    page = response.content.decode()
    assert response.status_code == 400
    error = re.search(rf'id="chart-{field}_error">(.*?)</div>', page, re.DOTALL)
    assert error and remedy in error[1]  # noqa: PT018
    for name, value in given.items():
        assert f'value="{value}"' in page or name == "c"
    refusal = client.get("/top.csv", given)
    assert (refusal.status_code, refusal.content.decode().startswith(f"{field}: ")) == (400, True)


def test_the_script_is_handed_out_and_prints_the_order_of_the_page(
    films: list[Movie], client: Client, tmp_path: Path
) -> None:
    assert client.get("/rerank.py").content.decode() == SCRIPT.read_text()
    assert len(SCRIPT.read_text().splitlines()) <= 120
    (tmp_path / "artefact.ndjson").write_bytes(client.get("/editions/1/artefact.ndjson").content)
    options = ["--m", "90000", "--floor", "195000", "--c", "6.5"]
    ran = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(tmp_path / "artefact.ndjson"), *options],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("C = 6.5000, 6 films")
    page = client.get("/top?m=90000&floor=195000&c=fixed&value=6.5")
    assert [int(line.split()[1]) for line in lines[1:]] == order(page)
    bad = subprocess.run(
        [sys.executable, str(SCRIPT), "nothing", "--c", "11"], capture_output=True, text=True, check=False
    )
    assert bad.returncode == 2


# --- two editions ------------------------------------------------------------------------------------------------
def test_two_editions_beside_each_other(three: list[Movie], client: Client) -> None:
    page = text(client.get("/editions/1/diff/3"))
    assert "Films that came: 1, that went: 1." in page
    answer = client.get("/editions/1/diff/3.json").json()
    assert answer["to"]["chain_digest"] == ChartEdition.objects.get(pk=3).chain_digest
    moved = [row for row in answer["rows"] if row["places"]]
    assert [(row["film"], row["places"]) for row in moved] == [(three[0].pk, -1)]
    came = [row for row in answer["rows"] if row["before"] is None]
    assert [row["title"] for row in came] == ["The Newcomer"]
    assert len(rows(client.get("/editions/1/diff/3.csv"))) == len(answer["rows"]) == 3
    assert client.get("/editions/diff?from=3&to=1")["Location"] == "/editions/3/diff/1"
    assert "they are the same chart" in text(client.get("/editions/2/diff/2"))
    assert client.get("/editions/1/diff/9").status_code == 404


def test_moves_are_sorted_by_size(client: Client) -> None:
    films = small_catalogue(9)
    for _ in range(3):
        make_member_rating(films[8], value=10)
    ImportedVotes.objects.filter(movie=films[7]).update(votes=900_000, mean_tenths=99)
    tallies.rebuild()
    make_edition(NOON + DAY)
    places = [row["places"] for row in json.loads(client.get("/editions/1/diff/2.json").content)["rows"]]
    assert places[0] == 7
    assert places == sorted(places, key=lambda far: -abs(far))


# --- what it costs -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "most"),
    [("/m/{}/rank", 9), ("/m/{}/rank/history", 7), ("/top?m=1", 10), ("/editions/1/diff/2", 5), ("/top.csv?m=1", 7)],
)
def test_these_pages_cost_a_fixed_number_of_queries(
    client: Client, django_assert_max_num_queries: Any, address: str, most: int
) -> None:
    film = small_catalogue(60)[30]
    make_member_rating(film, value=10)
    make_edition(NOON + DAY)
    with django_assert_max_num_queries(most):
        assert client.get(address.format(film.pk)).status_code == 200
