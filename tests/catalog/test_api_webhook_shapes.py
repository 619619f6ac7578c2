"""What the webhooks' addresses take is what the schema says, and nothing more."""

from typing import Any

import pytest
from jsonschema import ValidationError

from tests.catalog.api_calls import Caller
from tests.catalog.api_shapes import PREFIX, of_body, operations, validate
from tests.catalog.test_api_webhooks import WANTED, made, matching, patched, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Caller:
    return Caller()


BODIES = [
    ("createWebhook", WANTED, True),
    ("createWebhook", {"url": 5, "kinds": ["movie.updated"]}, False),
    ("createWebhook", {"url": "https://93.184.215.14/" + "x" * 500, "kinds": ["movie.updated"]}, False),
    ("createWebhook", WANTED | {"kinds": []}, False),
    ("createWebhook", WANTED | {"kinds": ["nothing"]}, False),
    ("createWebhook", WANTED | {"territories": ["XX"]}, False),
    ("createWebhook", WANTED | {"description": "x" * 201}, False),
    ("createWebhook", {"kinds": ["movie.updated"]}, False),
    ("changeWebhook", {}, True),
    ("changeWebhook", {"enabled": "no"}, False),
    ("changeWebhook", {"kinds": []}, False),
    ("rollWebhookSecret", {"overlap_hours": 0}, True),
    ("rollWebhookSecret", {"overlap_hours": 169}, False),
    ("rollWebhookSecret", {"overlap_hours": 1.5}, False),
    ("rollWebhookSecret", {}, False),
]


@pytest.mark.parametrize(("name", "body", "valid"), BODIES)
def test_what_the_schema_calls_invalid_is_refused(api: Caller, name: str, body: Any, valid: bool) -> None:
    uid, (method, path, _) = made(api)["id"], operations()[name]
    address = path.removeprefix(PREFIX).format(uid=uid)
    answer = patched(api, address, body, **matching(api, uid)) if method == "PATCH" else posted(api, address, body)
    if valid:
        validate(of_body(name), body)
        assert answer.status_code in (200, 201)
        return
    with pytest.raises(ValidationError):
        validate(of_body(name), body)
    assert answer.status_code == 422
