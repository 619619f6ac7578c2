"""Imports at the API: what is taken in and what is refused, whose they are, called off, let go."""

import io
import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from catalog.models import IdempotentCall, PartnerImport
from catalog.services import imports
from mlops import work
from tests.catalog.api_calls import BASE, Caller, refusal
from tests.catalog.bulk import CSV, NDJSON, imported, kept, ndjson, rating, send, worked_off
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
GOOD = ndjson(rating("ann", 11, 8))


@pytest.fixture
def caller() -> Caller:
    make.make_movie("Film 11", id=11)
    return Caller()


def folders(settings: Any) -> list[str]:
    return sorted(path.name for path in Path(settings.IMPORTS).glob("*"))


# --- what is taken in ---------------------------------------------------------------------------------------------
def test_an_upload_is_answered_with_its_import_and_its_address(caller: Caller) -> None:
    answer = send(caller, GOOD)
    body = answer.json()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/imports/{body['id']}")
    assert caller.get(answer["Location"]).json() == body
    assert body["digest"] == PartnerImport.objects.get().digest
    assert body["bytes"] == len(GOOD)
    assert caller.get("imports").json()["data"] == [body]


@pytest.mark.parametrize("kind", ["text/csv; charset=utf-8", 'TEXT/CSV;charset="UTF-8"', NDJSON])
def test_these_are_kinds_of_files(caller: Caller, kind: str) -> None:
    assert send(caller, GOOD, kind).status_code == 202


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "text/csv; charset=latin-1", "multipart/form-data; boundary=x", "x"]
)
def test_other_kinds_of_files_are_refused(caller: Caller, kind: str) -> None:
    refusal(send(caller, GOOD, kind), 415, "media_type")


def test_a_file_that_is_empty_or_too_large_leaves_nothing(caller: Caller, settings: Any) -> None:
    refusal(send(caller, b""), 400, "bad_request")
    settings.IMPORT_MOST_BYTES = len(GOOD)
    assert send(caller, GOOD).status_code == 202
    assert "bytes" in refusal(send(caller, GOOD + b"\n"), 413, "too_large")["detail"]
    settings.IMPORT_MOST_BYTES, settings.IMPORT_MOST_LINES = 1_000, 1
    assert "lines" in refusal(send(caller, GOOD + GOOD), 413, "too_large")["detail"]
    assert folders(settings) == [PartnerImport.objects.get().uid]


def test_a_body_without_a_length_is_read_where_the_server_ends_it(caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {caller.plain}", "Idempotency-Key": "chunked"}
    more: Any = {"wsgi.input": io.BytesIO(GOOD), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = caller.client.post(BASE + "imports", GOOD, content_type=NDJSON, headers=headers, **more)
    assert (answer.status_code, answer.json()["bytes"]) == (202, len(GOOD))


class Drips(io.BytesIO):
    """A body of a server's: read returns when all that was asked for is there. look: is called whenever somebody reads."""

    def __init__(self, body: bytes, last: Event, look: Callable[[], None] = lambda: None) -> None:
        super().__init__(body)
        self.last, self.look = last, look

    def read(self, size: int | None = -1) -> bytes:
        self.look()
        assert self.last.wait(30)
        return super().read(size)


def send_from(caller: Caller, body: Drips, key: str) -> Any:
    headers = {"Authorization": f"Bearer {caller.plain}", "Idempotency-Key": key}
    more: Any = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    return caller.client.post(BASE + "imports", GOOD, content_type=NDJSON, headers=headers, **more)


def test_a_body_that_is_not_here_in_time_is_refused_and_leaves_nothing(caller: Caller, settings: Any) -> None:
    settings.UPLOAD_SECONDS, last = 1, Event()
    detail = refusal(send_from(caller, Drips(GOOD, last), "slow"), 408, "too_slow")["detail"]
    assert "1 second" in detail
    assert folders(settings) == []
    assert not IdempotentCall.objects.exists()
    last.set()
    assert send_from(caller, Drips(GOOD, last), "slow").status_code == 202, "the key is free for another try"


@pytest.mark.django_db(transaction=True)
def test_while_a_body_comes_in_no_connection_to_the_database_is_held(caller: Caller) -> None:
    last, mine, held = Event(), connections["default"], []
    last.set()
    body = Drips(GOOD, last, lambda: held.append(mine.connection is not None))
    answer = send_from(caller, body, "once")
    assert (answer.status_code, set(held)) == (202, {False})
    assert send_from(caller, Drips(GOOD, last), "once")["Idempotent-Replayed"] == "true"


def test_parameters_and_key_are_checked_before_the_body(caller: Caller, settings: Any) -> None:
    refusal(caller.post("imports?dry_run=yes", GOOD, NDJSON, **{"Idempotency-Key": "a"}), 400, "bad_parameter")
    refusal(caller.post("imports?dry=true", GOOD, NDJSON, **{"Idempotency-Key": "a"}), 400, "unknown_parameter")
    refusal(caller.post("imports", GOOD, NDJSON), 400, "idempotency_key_missing")
    refusal(caller.get("imports?dry_run=true"), 400, "unknown_parameter")
    refusal(send(Caller("ratings:read"), GOOD), 403, "scope_missing")
    refusal(Caller("catalog:read").get("imports"), 403, "scope_missing")
    assert folders(settings) == []
    assert not IdempotentCall.objects.exists()


def test_sent_twice_under_one_key_it_is_one_import(caller: Caller, settings: Any) -> None:
    first, second = send(caller, GOOD, key="once"), send(caller, GOOD, key="once")
    assert (second.status_code, second.json(), second["Location"]) == (202, first.json(), first["Location"])
    assert second["Idempotent-Replayed"] == "true"
    refusal(send(caller, GOOD + GOOD, key="once"), 422, "idempotency_key_taken")
    refusal(send(caller, GOOD, CSV, key="once"), 422, "idempotency_key_taken")
    refusal(send(caller, GOOD, dry=True, key="once"), 422, "idempotency_key_taken")
    assert folders(settings) == [PartnerImport.objects.get().uid]


def test_so_many_may_be_open_and_no_more(caller: Caller, settings: Any) -> None:
    for _ in range(imports.MOST_OPEN):
        assert send(caller, GOOD).status_code == 202
    refusal(send(caller, GOOD), 409, "too_many_imports")
    assert send(Caller(), GOOD).status_code == 202, "another partner has a count of its own"
    assert len(folders(settings)) == imports.MOST_OPEN + 1
    worked_off()
    assert send(caller, GOOD).status_code == 202


def test_imports_of_a_partner_come_one_after_the_other(caller: Caller) -> None:
    for value in (3, 5, 7):
        send(caller, ndjson(rating("ann", 11, value)))
    assert work.Job.objects.count() == 1, "the next is offered when the one before has ended"
    worked_off()
    assert kept(caller) == {("ann", 11): 7}
    ended = PartnerImport.objects.order_by("pk").values_list("state", "started_at", "ended_at")
    assert {state for state, *_ in ended} == {"COMPLETED"}
    assert all(before[2] <= after[1] for before, after in itertools.pairwise(ended))


# --- whose they are -----------------------------------------------------------------------------------------------
def test_anothers_import_is_as_if_it_were_not(caller: Caller) -> None:
    body, _ = imported(caller, GOOD)
    other = Caller()
    for path in (f"imports/{body['id']}", f"imports/{body['id']}/result", f"imports/imp_{'0' * 22}", "imports/imp_1"):
        refusal(other.get(path), 404, "not_found")
        refusal(other.send("delete", path.removesuffix("/result")), 404, "not_found")
    assert other.get("imports").json()["data"] == []


def test_the_list_is_walked_newest_first(caller: Caller) -> None:
    ids = [imported(caller, GOOD)[0]["id"] for _ in range(5)]
    assert [row["id"] for row in caller.walk("imports", limit=2)] == ids[::-1]


# --- results ------------------------------------------------------------------------------------------------------
def test_results_come_when_the_import_has_ended(caller: Caller) -> None:
    address = send(caller, GOOD)["Location"]
    refusal(caller.get(f"{address}/result"), 409, "import_open")
    worked_off()
    answer = caller.get(f"{address}/result")
    size = len(b"".join(answer.streaming_content))
    assert int(answer["Content-Length"]) == size
    assert caller.get(f"{address}/result", {"Accept": NDJSON}).status_code == 200
    again = caller.get(f"{address}/result", {"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    head = caller.send("head", f"{address}/result")
    assert (head.status_code, head["Content-Length"], b"".join(head.streaming_content)) == (200, str(size), b"")


def test_an_upload_is_gone_when_its_import_has_ended(caller: Caller, settings: Any) -> None:
    for dry in (False, True):
        body, _ = imported(caller, GOOD, dry=dry)
        left = [path.name for path in (Path(settings.IMPORTS) / body["id"]).iterdir()]
        assert left == ["000001.ndjson"]


def test_results_are_let_go_after_a_week(caller: Caller, settings: Any) -> None:
    body, _ = imported(caller, GOOD)
    row = PartnerImport.objects.get()
    assert row.ended_at is not None
    imports.tend(at=row.ended_at + imports.KEPT - timedelta(seconds=1))
    assert caller.get(body["result"]).status_code == 200
    imports.tend(at=row.ended_at + imports.KEPT)
    refusal(caller.get(body["result"]), 410, "result_gone")
    now = caller.get(f"imports/{body['id']}").json()
    assert (now["state"], now["result"], now["added"]) == ("expired", None, 1)
    assert folders(settings) == []


def test_results_that_are_past_their_time_are_gone_before_anybody_tidies(caller: Caller) -> None:
    body, _ = imported(caller, GOOD)
    PartnerImport.objects.update(ended_at=timezone.now() - imports.KEPT)
    refusal(caller.get(body["result"]), 410, "result_gone")


def test_folders_of_nobody_go_after_a_day(caller: Caller, settings: Any) -> None:
    stray = Path(settings.IMPORTS) / "imp_stray"
    stray.mkdir(parents=True)
    imports.tend(at=timezone.now() + timedelta(hours=23))
    assert stray.exists()
    imports.tend(at=timezone.now() + timedelta(hours=25))
    assert not stray.exists()


# --- called off, come to a halt -----------------------------------------------------------------------------------
def test_an_import_that_waits_is_called_off_and_the_next_has_its_turn(caller: Caller, settings: Any) -> None:
    first, second = (send(caller, ndjson(rating("ann", 11, value))) for value in (3, 5))
    answer = caller.send("delete", first["Location"])
    assert (answer.status_code, answer.content) == (204, b"")
    worked_off()
    body = caller.get(first["Location"]).json()
    assert (body["state"], body["lines"], body["problem"]) == ("cancelled", 0, "Called off by the partner.")
    assert caller.get(body["result"]).status_code == 200
    assert caller.get(second["Location"]).json()["state"] == "completed"
    assert kept(caller) == {("ann", 11): 5}
    refusal(caller.send("delete", first["Location"]), 409, "import_ended")
    refusal(caller.send("delete", second["Location"]), 409, "import_ended")
    assert not list(Path(settings.IMPORTS).rglob("upload"))


def test_an_upload_that_is_gone_fails_in_words_and_the_next_has_its_turn(caller: Caller, settings: Any) -> None:
    first, second = send(caller, GOOD), send(caller, GOOD)
    (Path(settings.IMPORTS) / first.json()["id"] / "upload").unlink()
    worked_off()
    body = caller.get(first["Location"]).json()
    assert body["state"] == "failed"
    assert "send the file again" in body["problem"]
    assert caller.get(second["Location"]).json()["state"] == "completed"


@pytest.mark.parametrize("state", ["QUARANTINED", "CANCELLED"])
def test_an_import_whose_work_was_set_apart_failed_and_the_next_has_its_turn(caller: Caller, state: str) -> None:
    first, second = send(caller, GOOD), send(caller, GOOD)
    ended = {"finished_at": timezone.now()} if state == "CANCELLED" else {}
    work.Job.objects.update(state=state, **ended)
    imports.tend(at=timezone.now())
    assert caller.get(first["Location"]).json()["state"] == "failed"
    worked_off()
    assert caller.get(second["Location"]).json()["state"] == "completed"


def test_tending_leaves_alone_what_goes_well(caller: Caller) -> None:
    for _ in range(2):
        send(caller, GOOD)
    imports.tend(at=timezone.now())
    assert work.Job.objects.count() == 1
    assert set(PartnerImport.objects.values_list("state", flat=True)) == {"CREATED"}


def test_the_database_lets_one_import_of_a_partner_be_at_work(caller: Caller) -> None:
    from django.db import IntegrityError

    send(caller, GOOD)
    send(caller, GOOD)
    with pytest.raises(IntegrityError):
        PartnerImport.objects.update(state="RUNNING")
