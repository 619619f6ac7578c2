"""Ratings in bulk: what comes of a file, line by line; the same again changes nothing."""

from datetime import UTC, datetime

import pytest

from catalog.models import PartnerImport, Rater, Rating
from tests.catalog.api_calls import Caller
from tests.catalog.bulk import CSV, imported, kept, ndjson, outcome, rating, recounted, send, statuses, tallied, worked_off
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
DAY = "2026-05-01T12:00:00Z"


@pytest.fixture
def caller() -> Caller:
    for number in (11, 12, 13):
        make.make_movie(f"Film {number}", id=number)
    return Caller()


def test_a_file_is_taken_in_and_told_line_by_line(caller: Caller) -> None:
    answer = send(caller, ndjson(rating("ann", 11, 8, DAY), rating("bob", 11, 6), rating("ann", 99, 5), b"{"))
    assert answer.status_code == 202
    body = answer.json()
    assert (body["state"], body["lines"], body["result"], body["bytes_done"]) == ("created", 0, None, 0)
    worked_off()
    body, lines = caller.get(answer["Location"]).json(), []
    assert body["state"] == "completed"
    assert outcome(body) == {"added": 2, "not_found": 1, "rejected": 1}
    assert (body["lines"], body["progress"], body["bytes_done"]) == (4, 1.0, body["bytes"])
    assert kept(caller) == {("ann", 11): 8, ("bob", 11): 6}
    assert tallied(caller) == {11: (2, 140)} == recounted(caller)
    del lines
