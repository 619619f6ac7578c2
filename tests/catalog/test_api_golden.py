"""The API's own description is the committed one, whole, and without a doubt."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS

from catalog.api.schema import document
from tests.catalog.api_calls import Caller

pytestmark = pytest.mark.django_db


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
