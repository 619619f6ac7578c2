"""Many calls of one partner at the same moment, over the wire, to a site of two processes."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from catalog.models import PartnerImport
from tests.catalog.api_calls import Caller, five_films
from tests.catalog.bulk import NDJSON, ndjson, rating
from tests.flows.house import web

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
CLIENTS = 25


def asked(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        line.request(method, f"/api/v1/{path}", body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status


def at_once(ask: Callable[[], int], times: int) -> Counter[int]:
    """The statuses of so many calls by clients that all begin together."""
    gate = threading.Barrier(CLIENTS)

    def client(_: int) -> list[int]:
        gate.wait(timeout=30)
        return [ask() for _ in range(times // CLIENTS)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(status for told in pool.map(client, range(CLIENTS)) for status in told)


def test_of_500_calls_at_once_on_a_limit_of_100_exactly_100_pass(
    valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_PER_MINUTE", "100")
    five_films()
    caller = Caller()

    def ask() -> int:
        return asked(port, "GET", "movies", None, {"Authorization": f"Bearer {caller.plain}"})

    with web(valkey, tmp_path, workers=2) as port:
        if (over := time.time() % 60) > 30:  # all within one minute of the counter
            time.sleep(60.5 - over)
        began = time.time()
        told = at_once(ask, 500)
        assert began // 60 == time.time() // 60, "the machine was too slow to ask within a minute"
    assert told == {200: 100, 429: 400}


def test_one_upload_sent_many_times_at_once_is_one_import(valkey: str, tmp_path: Path) -> None:
    caller, file = Caller(), ndjson(rating("anna", 11, 8))
    headers = {"Authorization": f"Bearer {caller.plain}", "Content-Type": NDJSON, "Idempotency-Key": "once"}

    def ask() -> int:
        return asked(port, "POST", "imports", file, headers)

    with web(valkey, tmp_path, workers=2) as port:
        told = at_once(ask, CLIENTS)
    assert told.keys() <= {202, 409}
    assert told[202] >= 1
    assert PartnerImport.objects.count() == 1
