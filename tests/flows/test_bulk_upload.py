"""Files sent to a real server: without a length, in drips, and broken off in the middle."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from catalog.models import PartnerImport
from tests.catalog.api_calls import Caller
from tests.catalog.bulk import NDJSON, ndjson, rating
from tests.flows import bulk
from tests.flows.house import Visitor, until, web

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
PATH = "/api/v1/imports"


def head(caller: Caller, key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.plain}", "Content-Type": NDJSON, "Idempotency-Key": key}


@contextmanager
def unfinished(port: int, caller: Caller, key: str, start: bytes) -> Iterator[http.client.HTTPConnection]:
    """An upload that promises a million bytes and has sent these."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.putrequest("POST", PATH)
        for name, value in {**head(caller, key), "Content-Length": "1000000"}.items():
            line.putheader(name, value)
        line.endheaders(start)
        yield line


def test_a_file_without_a_length_is_read_to_its_end(valkey: str, tmp_path: Path) -> None:
    caller, rows = Caller(), [rating(f"viewer-{number}", 11, 5) for number in range(5_000)]
    with web(valkey, tmp_path) as port, bulk.connected(port) as line:
        pieces: Iterator[bytes] = (ndjson(*rows[at : at + 100]) for at in range(0, 5_000, 100))
        line.request("POST", PATH, pieces, head(caller, "chunked"), encode_chunked=True)
        assert line.getresponse().status == 202
    found = PartnerImport.objects.get()
    assert (tmp_path / "imports" / found.uid / "upload").read_bytes() == ndjson(*rows)


def test_a_file_that_never_ends_is_given_up_in_time(
    valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOAD_SECONDS", "2")
    caller = Caller()
    with web(valkey, tmp_path) as port:
        with unfinished(port, caller, "slow", b"{") as line:
            began = time.monotonic()
            answer = line.getresponse()
            assert (answer.status, json.loads(answer.read())["code"]) == (408, "too_slow")
            assert time.monotonic() - began < 10
        with bulk.connected(port) as other:
            other.request("POST", PATH, ndjson(rating("ann", 11, 5)), head(caller, "slow"))
            assert other.getresponse().status == 202, "the key is free for another try"
    assert len(list((tmp_path / "imports").iterdir())) == 1


def test_a_file_that_comes_in_drips_holds_nobody_up_and_broken_off_leaves_nothing(valkey: str, tmp_path: Path) -> None:
    caller = Caller()
    with web(valkey, tmp_path) as port:
        with unfinished(port, caller, "drips", ndjson(rating("ann", 11, 5)) * 5_000):
            until(lambda: list((tmp_path / "imports").glob("*/.draft")), lambda: "it is not read as it comes")
            began = time.monotonic()
            assert Visitor(port).get("/healthz")[0] in (200, 503)
            took = time.monotonic() - began
        until(lambda: not list((tmp_path / "imports").glob("*")), lambda: "what broke off is still there")
        assert took < 5
    assert not PartnerImport.objects.exists()
