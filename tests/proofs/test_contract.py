"""The API against its own published description: thousands of requests made of it, right ones and wrong ones.

No answer is a fault of ours, none is another than described, nothing is accepted that the description forbids, and what
was made can be read, changed and deleted in the order that its links tell.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from catalog.models import Movie, PartnerKey
from catalog.services import limits
from tests.catalog.api_calls import five_films, new_key
from tests.catalog.learned import serve, small_model
from tests.factories import catalog as make
from tests.flows.house import web
from tests.proofs.conftest import Tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]
PHASES = "examples,coverage,fuzzing,stateful"
# Another partner's rows are asked for in the matrix of callers; a key that lacks a scope is refused before its body is read.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "missing_required_header"),
    *(
        "unsupported_method",
        "allow_header_conformance",
        "use_after_free",
        "ensure_resource_availability",
        "ignored_auth",
    ),
)
SEED = 1895
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = {"SCHEMATHESIS_HOOKS": "tests.proofs.contract_hooks", "PYTHONPATH": str(settings.BASE_DIR)}


@pytest.fixture
def served(valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A small site with everything on it, whose keys may ask as often as they like."""
    for name in ("API_PER_MINUTE", "API_WRITES_PER_MINUTE", "API_PER_MONTH"):
        monkeypatch.setenv(name, str(10**9))
    films = five_films()
    serve(small_model(Movie.objects.order_by("pk")))
    make.make_licence(films[0], id=1)
    make.make_member_rating(films[1], value=9)
    with web(valkey, tmp_path, workers=2) as port:
        yield port


def put(port: int, folder: Path, scopes: list[str], cases: int, phases: str = PHASES) -> list[dict[str, Any]]:
    """Have schemathesis ask the site with a key of these scopes; its events."""
    _, plain = new_key(*scopes)
    events = folder / f"{'-'.join(scopes).replace(':', '_')[:60]}.ndjson"
    program, site = Path(sys.executable).parent / "schemathesis", f"http://127.0.0.1:{port}/api/v1/schema"
    command = [program, "--config-file", CONFIG, "run", site]
    asked = ["--checks", ",".join(CHECKS), "--phases", phases, "--max-examples", str(cases), "--seed", str(SEED)]
    told = ["--report", "ndjson", "--report-ndjson-path", str(events), "--no-color", "--continue-on-failure"]
    header = ["--header", f"Authorization: Bearer {plain}", "--suppress-health-check", "all", "--request-timeout", "30"]
    ran = subprocess.run(
        [*map(str, command), *asked, *told, *header, "--workers", "1"],
        cwd=folder,
        env={**os.environ, **HOOKS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-4_000:]
    return [json.loads(line) for line in events.read_text().splitlines()]


def statuses(events: list[dict[str, Any]]) -> Counter[int]:
    """How many answers there were of each status."""
    found: Counter[int] = Counter()
    for event in events:
        for recorded in _interactions(event):
            found[recorded["response"]["status_code"]] += 1
    return found


def _interactions(part: Any) -> Any:
    if isinstance(part, dict):
        if isinstance(part.get("response"), dict) and "status_code" in part["response"]:
            yield part
        else:
            for below in part.values():
                yield from _interactions(below)
    elif isinstance(part, list):
        for below in part:
            yield from _interactions(below)


def test_the_api_is_what_its_description_says(served: int, tmp_path: Path, long: bool, tell: Tell) -> None:
    if not long:
        pytest.skip("the long form alone: `make prove-contract`")
    every = list(PartnerKey.Scope.values)
    found = statuses(put(served, tmp_path, every, 100))
    for scope in every:
        found += statuses(put(served, tmp_path, [scope], 10, "coverage,fuzzing"))
    assert limits.store() is not None
    assert not [status for status in found if status >= 500]
    assert found.total() >= 10_000
    tell("requests", f"{found.total():,}")
    tell("answers by status", dict(sorted(found.items())))
