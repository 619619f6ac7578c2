"""The API's own description, as tests hold bodies against it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from jsonschema import Draft202012Validator

PREFIX = "/api/v1/"
Json = dict[str, Any]


@cache
def description() -> Json:
    """The committed one, which test_api_golden holds against the code byte for byte."""
    found: Json = json.loads((Path(settings.BASE_DIR) / "docs/openapi.json").read_text())
    return found


@cache
def operations() -> dict[str, tuple[str, str, Json]]:
    """Every operation by its name: method, path, and what is said of it."""
    return {
        said["operationId"]: (method.upper(), path, said)
        for path, methods in description()["paths"].items()
        for method, said in methods.items()
    }


def validate(shape: Json, body: Any) -> None:
    """Raise ValidationError unless the body has this shape, and nothing more."""
    Draft202012Validator(shape | {"components": _components()}).validate(body)


def of_body(name: str) -> Json:
    """The shape of what an operation takes."""
    found: Json = operations()[name][2]["requestBody"]["content"]["application/json"]["schema"]
    return found


@cache
def _components() -> Any:
    return _closed(description()["components"])


def _closed(part: Any) -> Any:
    """The same schema, in which objects have no further properties."""
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {name: _closed(item) for name, item in part.items()}
    return found | {"additionalProperties": False} if part.get("type") == "object" and "properties" in part else found
