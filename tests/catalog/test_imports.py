"""Ratings in bulk: what comes of a file, line by line; the same again changes nothing, a dry run tells the same."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.bulk import outcomes, reading
from catalog.bulk.lines import Line
from catalog.models import PartnerImport, Rater, Rating, Source
from catalog.services import import_rows, tallies
from catalog.services.import_rows import Owner
from tests.catalog import bulk
from tests.catalog.api_calls import Caller
from tests.catalog.bulk import (
    CSV,
    imported,
    kept,
    ndjson,
    outcome,
    rating,
    recounted,
    send,
    statuses,
    tallied,
    told,
    worked_off,
)
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
DAY, NEXT_DAY = "2026-05-01T12:00:00Z", "2026-05-02T12:00:00Z"
FILMS = (11, 12, 13)


@pytest.fixture
def caller() -> Caller:
    for number in FILMS:
        make.make_movie(f"Film {number}", id=number)
    return Caller()


def history() -> list[tuple[Any, ...]]:
    rows = Rating.history.order_by("history_id")
    return list(rows.values_list("history_type", "movie_id", "value", "rated_at", "history_change_reason"))


def test_a_file_is_taken_in_and_told_line_by_line(caller: Caller) -> None:
    answer = send(caller, ndjson(rating("ann", 11, 8, DAY), b"", rating("bob", 11, 6), rating("ann", 99, 5), b"{"))
    assert answer.status_code == 202
    body = answer.json()
    assert (body["state"], body["lines"], body["result"], body["bytes_done"]) == ("created", 0, None, 0)
    worked_off()
    body, lines = told(caller, answer["Location"])
    assert (body["state"], outcome(body)) == ("completed", {"added": 2, "not_found": 1, "rejected": 1})
    assert (body["lines"], body["progress"], body["bytes_done"]) == (4, 1.0, body["bytes"])
    assert [(line["line"], line["status"]) for line in lines] == [
        (1, "added"),
        (3, "added"),
        (4, "not_found"),
        (5, "rejected"),
    ]
    assert [line["problem"] and line["problem"]["code"] for line in lines] == [None, None, "unknown_movie", "not_json"]
    assert kept(caller) == {("ann", 11): 8, ("bob", 11): 6}
    assert tallied(caller) == {11: (2, 140)} == recounted(caller)
    assert tallies.differences() == [], "the chart's own tallies know nothing of it"


def test_what_is_kept_of_a_rating_is_what_the_file_says_and_when_it_came(caller: Caller) -> None:
    body, _ = imported(caller, ndjson(rating("ann", 11, 8, DAY), rating("ann", 12, 3)))
    first, second = Rating.objects.order_by("movie_id")
    rater = Rater.objects.get()
    assert (rater.kind, rater.partner, rater.reference, rater.test) == ("PARTNER", caller.key.partner, "ann", False)
    assert first.source == second.source == Source.objects.get(key=f"partner-{caller.key.partner.pk}")
    assert first.rated_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert second.rated_at == PartnerImport.objects.get(uid=body["id"]).created_at
    assert timezone.now() - first.recorded_at < timedelta(minutes=1)
    row = Rating.history.get(movie=11)
    same = ("id", "rater_id", "movie_id", "value", "rated_at", "recorded_at", "source_id")
    assert [getattr(row, name) for name in same] == [getattr(first, name) for name in same]
    assert (row.history_type, row.history_change_reason, row.history_date) == ("+", "bulk import", first.recorded_at)
    assert row.history_user_id is None


def test_a_rating_that_changed_is_updated_and_the_same_again_is_not(caller: Caller) -> None:
    imported(caller, ndjson(rating("ann", 11, 8, DAY), rating("ann", 12, 3, DAY)))
    again = ndjson(
        rating("ann", 11, 8, DAY), rating("ann", 11, 8), rating("ann", 12, 3, NEXT_DAY), rating("ann", 12, 5, NEXT_DAY)
    )
    _body, lines = imported(caller, again)
    assert statuses(lines) == ["unchanged", "unchanged", "updated", "updated"]
    assert kept(caller) == {("ann", 11): 8, ("ann", 12): 5}
    assert [row[:3] for row in history()] == [("+", 11, 8), ("+", 12, 3), ("~", 12, 3), ("~", 12, 5)]
    assert tallied(caller) == {11: (1, 80), 12: (1, 50)} == recounted(caller)


def test_of_two_lines_for_one_film_the_later_wins_and_both_are_told(caller: Caller) -> None:
    _, lines = imported(caller, ndjson(rating("ann", 11, 8), rating("ann", 11, 2), rating("ann", 11, 2)))
    assert statuses(lines) == ["added", "updated", "unchanged"]
    assert kept(caller) == {("ann", 11): 2}
    assert [row[:3] for row in history()] == [("+", 11, 8), ("~", 11, 2)]
    assert tallied(caller) == {11: (1, 20)}


def test_a_file_of_second_thoughts_sent_again_changes_nothing_and_over_two_chunks_shows_both(caller: Caller) -> None:
    first, last = rating("ann", 11, 8), rating("ann", 11, 3)
    imported(caller, ndjson(first, last))
    before = (history(), list(Rating.objects.values_list()))
    body, _ = imported(caller, ndjson(first, last))
    assert outcome(body) == {"unchanged": 2}
    assert (history(), list(Rating.objects.values_list())) == before
    body, _ = imported(caller, ndjson(first, *[last] * reading.ROWS))
    assert outcome(body) == {"unchanged": reading.ROWS + 1}
    body, lines = imported(caller, ndjson(*[first] * reading.ROWS, last))
    assert statuses(lines) == ["updated", *["unchanged"] * (reading.ROWS - 1), "updated"]
    assert [row[2] for row in history()] == [8, 3, 8, 3]


@pytest.mark.parametrize("kind", [CSV, bulk.NDJSON])
def test_the_same_file_again_changes_nothing(caller: Caller, kind: str) -> None:
    lines = [rating(f"viewer-{number % 40}", FILMS[number % 3], 1 + number % 10) for number in range(120)]
    data = ndjson(*lines)
    if kind == CSV:
        rows = [f"{line['user']},{line['movie']},{line['value']}" for line in lines]
        data = "\r\n".join(["\ufeffuser,movie,value", *rows]).encode()
    first, _ = imported(caller, data, kind)
    before = (history(), list(Rating.objects.order_by("pk").values_list()), tallied(caller))
    second, found = imported(caller, data, kind)
    assert (outcome(first), outcome(second)) == ({"added": 120}, {"unchanged": 120})
    assert {line["line"] for line in found} == set(range(1, 121) if kind == bulk.NDJSON else range(2, 122))
    assert (history(), list(Rating.objects.order_by("pk").values_list()), tallied(caller)) == before


def test_a_rating_still_to_come_is_rejected_and_one_of_this_minute_is_not(caller: Caller) -> None:
    now = datetime.now(UTC)
    near, far = ((now + timedelta(minutes=late)).isoformat() for late in (4, 8))
    _, lines = imported(caller, ndjson(rating("ann", 11, 8, near), rating("ann", 12, 8, far)))
    assert [line["problem"] and line["problem"]["code"] for line in lines] == [None, "too_late"]
    assert kept(caller) == {("ann", 11): 8}


def tricky(seed: int) -> bytes:
    """A file over several chunks: viewers who think again within a chunk and later, films that are not, lines that are none."""
    draw, rows = random.Random(seed), []
    for _ in range(2 * reading.ROWS + 300):
        chance = draw.random()
        film = 99 if chance < 0.02 else draw.choice(FILMS)
        when = draw.choice([None, DAY, NEXT_DAY])
        rows.append(b"{" if chance > 0.98 else rating(f"viewer-{draw.randrange(400)}", film, draw.randint(1, 10), when))
    return ndjson(*rows)


def test_a_dry_run_tells_what_a_real_one_does_and_writes_nothing(caller: Caller) -> None:
    imported(caller, tricky(1))
    before = (history(), Rater.objects.count(), tallied(caller))
    dry, foretold = imported(caller, tricky(2), dry=True)
    assert (history(), Rater.objects.count(), tallied(caller)) == before
    real, found = imported(caller, tricky(2))
    assert foretold == found
    assert outcome(dry) == outcome(real)
    assert set(outcome(real)) == set(PartnerImport.OUTCOMES)
    assert (dry["dry_run"], real["dry_run"]) == (True, False)
    assert tallied(caller) == recounted(caller)


def test_a_dry_run_of_a_new_partner_makes_neither_source_nor_viewer(caller: Caller) -> None:
    _, lines = imported(caller, ndjson(rating("ann", 11, 8), rating("ann", 11, 8)), dry=True)
    assert statuses(lines) == ["added", "unchanged"]
    assert not Rater.objects.exists()
    assert not Source.objects.exists()


def test_a_test_key_has_ratings_of_its_own_that_move_no_tally(caller: Caller) -> None:
    imported(caller, ndjson(rating("ann", 11, 8)))
    caller.key.test = True
    caller.key.save()
    body, _ = imported(caller, ndjson(rating("ann", 11, 3), rating("ann", 12, 3)))
    assert outcome(body) == {"added": 2}
    assert kept(caller) == {("ann", 11): 8}
    assert kept(caller, test=True) == {("ann", 11): 3, ("ann", 12): 3}
    assert tallied(caller) == {11: (1, 80)}
    assert [row["id"] for row in caller.get("imports").json()["data"]] == [body["id"]], "and imports of its own"


def test_two_partners_have_each_their_own_viewers(caller: Caller) -> None:
    other = Caller()
    imported(caller, ndjson(rating("ann", 11, 8)))
    body, _ = imported(other, ndjson(rating("ann", 11, 3)))
    assert outcome(body) == {"added": 1}
    assert (kept(caller), kept(other)) == ({("ann", 11): 8}, {("ann", 11): 3})
    assert (tallied(caller), tallied(other)) == ({11: (1, 80)}, {11: (1, 30)})


def test_a_csv_file_without_its_header_fails_in_words(caller: Caller) -> None:
    answer = send(caller, b"ann,11,8\n", CSV)
    worked_off()
    body = caller.get(answer["Location"]).json()
    assert (body["state"], body["lines"]) == ("failed", 0)
    assert "user, movie, value" in body["problem"]
    assert bulk.results(caller, body["result"]) == []


def test_what_was_planned_before_a_rating_changed_is_not_written(caller: Caller) -> None:
    imported(caller, ndjson(rating("ann", 11, 8, DAY)))
    owner, key, at = Owner(caller.key.partner, False), ("ann", 11), timezone.now()
    known = import_rows.known(owner, [key])
    plan = outcomes.plan([Line(1, "ann", 11, 9), Line(2, "bob", 11, 5)], known.ratings, FILMS, at)
    imported(caller, ndjson(rating("ann", 11, 4, DAY)))
    source = Source.objects.get(key=f"partner-{caller.key.partner.pk}")
    assert not import_rows.write(owner, plan, known.raters, source, at)
    assert kept(caller) == {("ann", 11): 4}
    known = import_rows.known(owner, [key])
    anew = outcomes.plan([Line(1, "ann", 11, 9)], known.ratings, FILMS, at)
    assert import_rows.write(owner, anew, known.raters, source, at)
    assert (kept(caller), tallied(caller)) == ({("ann", 11): 9}, {11: (1, 90)})
