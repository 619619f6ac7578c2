"""Golden bodies: a change of what partners receive shows as a difference in a file (WRITE_GOLDEN=1 writes them anew)."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator, ValidationError

from catalog.api.schema import document
from catalog.models import Movie
from tests.catalog.api_calls import Caller, five_films
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import make_licence

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
    "movie_similar": "movies/12/similar?limit=2",
    "movie_similar_unserved": "movies/16/similar",
    "models": "models",
    "movie_more": "movies/12?include=rights,histogram,rank_explanation",
    "movies_fields": "movies?fields=title,wr&limit=2",
    "lookup": "movies/lookup?title=rear+window&year=1954",
    "availability": "availability?territory=GB",
    "licence": "availability/1",
    "usage": "usage?until=2026-01-31",
    "status": "status",
    "problem": "problems/bad_parameter",
    "problems": "problems",
    "refused": "charts/top?limit=251&decade=fifties&colour=red",
}
POSTS: dict[str, Any] = {
    "recommendations": {"ratings": [{"movie": 11, "value": 9}, {"movie": 12, "value": 8}], "limit": 2},
    "recommendations_chart": {"ratings": [{"movie": 11, "value": 2}], "limit": 2},
    "recommendations_refused": {"ratings": [{"movie": 99, "value": 0, "weight": 2}], "limits": 3},
}


def site(name: str) -> None:
    """Five films and one without a vote; a learned version serves unless the name says otherwise."""
    films = five_films()
    make_licence(films[1], id=1)
    if not name.endswith("unserved"):
        serve(small_model(Movie.objects.order_by("pk")))


@pytest.mark.parametrize(("name", "address"), CALLS.items(), ids=CALLS)
def test_body_is_the_golden_one(name: str, address: str) -> None:
    site(name)
    body = Caller().get(address).json()
    opaque = {name: "…" for name in ("request_id", "next_cursor") if body.get(name)}
    body |= opaque
    _compare(name, body)


def test_the_schema_is_the_committed_one_byte_for_byte(tmp_path: Path) -> None:
    """A change of what partners may rely on shows as a difference in a file (`manage.py api_schema` writes it anew)."""
    if os.environ.get("WRITE_GOLDEN"):
        call_command("api_schema")
    call_command("api_schema", check=True)
    answer = Client().get("/api/v1/schema")
    assert answer.content == (Path(settings.BASE_DIR) / "docs/openapi.json").read_bytes()
    other = tmp_path / "openapi.json"
    with pytest.raises(CommandError, match="not what the code says"):
        call_command("api_schema", check=True, file=other)
    other.write_bytes(answer.content.replace(b'"minimum": 1', b'"minimum": 0', 1))
    with pytest.raises(CommandError, match="not what the code says"):
        call_command("api_schema", check=True, file=other)
    call_command("api_schema", file=other)
    assert other.read_bytes() == answer.content


def test_the_schema_is_made_without_a_doubt() -> None:
    """Two enums of one name, or a field of no known type, get names and types that change with the next release."""
    document()
    doubts = GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache
    assert [dict(found) for found in doubts] == [{}, {}]


def test_every_operation_stands_in_one_chapter_and_names_its_scope() -> None:
    schema = Caller().get("schema").json()
    chapters = {tag["name"] for tag in schema["tags"]}
    used = set()
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            assert len(operation["tags"]) == 1, path
            used |= set(operation["tags"])
            assert operation["summary"], path
            assert operation["description"], path
    assert used == chapters
    assert schema["paths"]["/api/v1/charts/top"]["get"]["security"] == [{"partnerKey": ["charts:read"]}]
    assert schema["paths"]["/api/v1/key"]["get"]["security"] == [{"partnerKey": []}]
    assert "security" not in schema["paths"]["/api/v1/status"]["get"]


@pytest.mark.parametrize(("name", "sent"), POSTS.items(), ids=POSTS)
def test_answer_to_a_body_is_the_golden_one(name: str, sent: Any) -> None:
    site(name)
    body = Caller().post("recommendations", sent).json()
    _compare(name, body | {name: "…" for name in ("request_id",) if body.get(name)})


@pytest.mark.parametrize(
    ("name", "address"), [*CALLS.items(), ("model", "models/recommender/1")], ids=[*CALLS, "model"]
)
def test_body_is_what_the_schema_says_and_nothing_more(name: str, address: str) -> None:
    site(name)
    api = Caller()
    schema = api.get("schema").json()
    response = api.get(address)
    assert (response.status_code == 200) == (name != "refused")
    _validate(schema, _shape(schema, f"/api/v1/{address.partition('?')[0]}", "get", response), response.json())


@pytest.mark.parametrize(("name", "sent"), POSTS.items(), ids=POSTS)
def test_what_is_sent_and_answered_is_what_the_schema_says(name: str, sent: Any) -> None:
    site(name)
    api = Caller()
    schema = api.get("schema").json()
    response = api.post("recommendations", sent)
    _validate(schema, _shape(schema, "/api/v1/recommendations", "post", response), response.json())
    wanted = schema["paths"]["/api/v1/recommendations"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    if response.status_code == 200:
        _validate(schema, wanted, sent)
    else:
        with pytest.raises(ValidationError):
            _validate(schema, wanted, sent)


def _validate(schema: dict[str, Any], shape: dict[str, Any], body: Any) -> None:
    Draft202012Validator(shape | {"components": _closed(schema["components"])}).validate(body)


def _shape(schema: dict[str, Any], path: str, method: str, response: Any) -> dict[str, Any]:
    """The schema's own word on an answer: by its path, method, status and media type."""
    template = re.sub(r"/(12|16|1)(?=/|$)", "/{number}", path).replace("models/recommender", "models/{recipe}")
    template = template.replace("bad_parameter", "{code}")
    answers = schema["paths"][template][method]["responses"]
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
