"""Golden bodies: a change of what partners receive shows as a difference in a file (WRITE_GOLDEN=1 writes them anew)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.catalog.api_calls import Caller, five_films

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[1] / "api_responses"

CALLS = {
    "charts_top": "charts/top?limit=2",
    "charts_top_part": "charts/top?decade=1950s&genre=romance",
    "movies": "movies?limit=2&sort=-wr",
    "movies_without_votes": "movies?q=unseen",
    "movie": "movies/12",
    "movie_rank": "movies/12/rank",
    "editions": "editions",
    "edition": "editions/1",
    "problem": "problems/bad_parameter",
    "refused": "charts/top?limit=251&decade=fifties&colour=red",
}


@pytest.mark.parametrize(("name", "address"), CALLS.items(), ids=CALLS)
def test_body_is_the_golden_one(name: str, address: str) -> None:
    five_films()
    body = Caller().get(address).json()
    opaque = {name: "…" for name in ("request_id", "next_cursor") if body.get(name)}
    body |= opaque
    _compare(name, body)


def test_schema_is_the_golden_one() -> None:
    _compare("schema", Caller().get("schema").json())


@pytest.mark.parametrize(("name", "address"), CALLS.items(), ids=CALLS)
def test_body_is_what_the_schema_says_and_nothing_more(name: str, address: str) -> None:
    five_films()
    api = Caller()
    schema = api.get("schema").json()
    response = api.get(address)
    shape = _shape(schema, f"/api/v1/{address.partition('?')[0]}", response)
    Draft202012Validator(shape | {"components": _closed(schema["components"])}).validate(response.json())


def _shape(schema: dict[str, Any], path: str, response: Any) -> dict[str, Any]:
    """The schema's own word on an answer: by its path, status and media type."""
    template = path.replace("/12", "/{number}").replace("editions/1", "editions/{number}")
    template = template.replace("bad_parameter", "{code}")
    answers = schema["paths"][template]["get"]["responses"]
    found: dict[str, Any] = answers[str(response.status_code)]["content"][response["Content-Type"]]["schema"]
    return found


def _closed(part: Any) -> Any:
    """The same schema, in which objects have no further properties."""
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(item) for name, item in part.items()}
    return closed | {"additionalProperties": False} if part.get("type") == "object" and "properties" in part else closed


def _compare(name: str, body: Any) -> None:
    path = GOLDEN / f"{name}.json"
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text)
    assert json.loads(path.read_text()) == body, f"{path.name} is another body: look, then write it anew"
