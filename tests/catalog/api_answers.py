"""Answers as golden files hold them: status, headers, body, and «…» for what is another one at every run."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.http import parse_http_date

from catalog.moments import moment
from tests.catalog.api_shapes import description, operations, validate
from tests.factories.mlops import NOON

GOLDEN = Path(__file__).parents[1] / "api_responses"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
CUT = "…"
# Every answer has these; a golden answer names them only where it has not, or has another one.
EVERYWHERE = {
    "Content-Language": "en-gb",
    "Content-Security-Policy": "base-uri 'none'; default-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' data:; media-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Retromovies-Version": "2026-11-01",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Request-Id": CUT,
}
# What the first request of a minute is told of its allowance, by its kind: so a golden answer names these seven headers.
FIRST = {
    kind: {
        "RateLimit": f'"{kind}";r={most - 1};t={CUT}',
        "RateLimit-Policy": f'"{kind}";q={most};w=60',
        "X-Quota-Limit": "1000000",
        "X-Quota-Used": "1",
        "X-RateLimit-Limit": str(most),
        "X-RateLimit-Remaining": str(most - 1),
        "X-RateLimit-Reset": CUT,
    }
    for kind, most in (("read", 600), ("write", 300))
}
# What the house's rows say happened before this, or ends years from now; whatever else is said of a time is of this run.
LATEST, SOON = NOON + timedelta(days=30), timedelta(days=30)
BY_CHANCE = (
    (re.compile(r"\b(imp|whk|evt|dlv)_[0-9A-Za-z]{22}(?![0-9A-Za-z])"), rf"\1_{CUT}"),
    (re.compile(r"\bwhsec_[0-9A-Za-z+/=]+"), f"whsec_{CUT}"),
    (re.compile(r"\bcursor=[^&>]+"), f"cursor={CUT}"),
)
STAMP = re.compile(r"(?:^|(?<=here it is ))\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
OPAQUE = ("request_id", "next_cursor", "evidence_digest")
HEADERS = {
    "ETag": (re.compile('"[^"]+"'), f'"{CUT}"'),
    "RateLimit": (re.compile(r"t=\d+"), f"t={CUT}"),
    "Retry-After": (re.compile(r"\d+"), CUT),
    "X-RateLimit-Reset": (re.compile(r"\d{10}"), CUT),
    "X-Request-Id": (re.compile("[0-9a-f]{32}"), CUT),
}


def told(answer: Any) -> dict[str, Any]:
    """What a golden file holds of an answer."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    given = {name: _header(name, value) for name, value in answer.headers.items()}
    if answer.get("Content-Length") == str(len(content)):
        del given["Content-Length"]
    assert not answer.cookies
    for kind, allowance in FIRST.items():
        if allowance.items() <= given.items():
            given = {name: value for name, value in given.items() if name not in allowance}
            given["RateLimit and more"] = f"the first {kind}"
    absent = {name: None for name in EVERYWHERE if name not in given}
    other = {name: value for name, value in given.items() if EVERYWHERE.get(name) != value}
    headers = dict(sorted((absent | other).items()))
    return {"status": answer.status_code, "headers": headers, "body": _body(answer, content)}


def _header(name: str, value: str) -> str:
    if name == "Content-Security-Policy":
        return "; ".join(sorted(value.split("; ")))  # no order of its own
    if name == "Last-Modified":
        return CUT if datetime.fromtimestamp(parse_http_date(value), UTC) > LATEST else value
    pattern, stead = HEADERS.get(name, (None, ""))
    return pattern.sub(stead, value) if pattern else without_chance(value)


def _body(answer: Any, content: bytes) -> Any:
    kind = answer.get("Content-Type", "")
    if not content:
        return None
    if kind == "application/x-ndjson":
        return [json.loads(line) for line in content.splitlines()]
    body = json.loads(content)
    return "docs/openapi.json" if body == description() else without_chance(body)


def without_chance(part: Any) -> Any:
    """The same, with «…» for what is by chance or of this moment."""
    if isinstance(part, dict):
        opaque = (*OPAQUE, "number") if "evidence_digest" in part else OPAQUE  # requests are numbered over all recipes
        return {name: CUT if name in opaque and one else without_chance(one) for name, one in part.items()}
    if isinstance(part, list):
        return [without_chance(one) for one in part]
    if not isinstance(part, str):
        return part
    for pattern, stead in BY_CHANCE:
        part = pattern.sub(stead, part)
    return STAMP.sub(lambda found: CUT if _of_this_run(found[0]) else found[0], part)


def _of_this_run(stamp: str) -> bool:
    at = moment(stamp)
    return at is not None and LATEST < at < datetime.now(UTC) + SOON


def check(name: str, method: str, answer: Any) -> None:
    """Fail unless the description says of the operation that it is answered so, with this body."""
    if answer.status_code == 405 and method != operations()[name][0]:
        shape: Any = PROBLEM  # there is no such operation
    else:
        said = operations()[name][2]["responses"][str(answer.status_code)]
        if "content" not in said:
            assert not answer.content
            return
        shape = said["content"][answer["Content-Type"]]["schema"]
    if not answer.streaming:
        validate(shape, answer.json())


def golden(name: str) -> Path:
    return GOLDEN / f"{name}.json"


def compare(name: str, found: dict[str, Any]) -> None:
    """Compare with the golden file; WRITE_GOLDEN=1 writes it anew."""
    if os.environ.get("WRITE_GOLDEN"):
        golden(name).write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    there = json.loads(golden(name).read_text())
    other = [case for case in {**there, **found} if there.get(case) != found.get(case)]
    words = f"{golden(name).name} has other answers: look, then write it anew"
    assert {case: found.get(case) for case in other} == {case: there.get(case) for case in other}, words
