"""What the feed and the webhooks' addresses take and answer is what the schema says, and nothing more."""

from typing import Any

import pytest
from django.utils import timezone
from jsonschema import ValidationError

from catalog.models import Event
from tests.catalog.api_calls import Caller
from tests.catalog.test_api_golden import _validate
from tests.catalog.test_api_webhooks import WANTED, deleted, made, matching, patched, posted
from tests.catalog.webhooks import listening
from tests.factories import partners as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Caller:
    return Caller()


@pytest.fixture
def schema(api: Caller) -> dict[str, Any]:
    found: dict[str, Any] = api.get("schema").json()
    return found


def check(schema: dict[str, Any], path: str, method: str, answer: Any) -> None:
    """The answer's status, media type and body are those of the schema."""
    answers = schema["paths"][f"/api/v1/{path}"][method]["responses"]
    told = answers[str(answer.status_code)]
    if answer.status_code in (204, 304):
        assert answer.content == b""
        return
    _validate(schema, told["content"][answer["Content-Type"]]["schema"], answer.json())


def test_every_read_answers_in_its_shape(api: Caller, schema: dict[str, Any]) -> None:
    for kind in Event.Kind.values:
        make.make_event(kind, data={"movie": 1}, territory="DE", written_at=timezone.now())
    assert api.get("changes").json()["data"]
    endpoint, _ = listening("https://93.184.215.14/", api.key)
    delivery = make.make_delivery(endpoint)
    make.make_attempt(delivery, status=None, problem="no answer within 15 s")
    base = f"webhooks/{endpoint.uid}"
    for path, address in (
        ("changes", "changes"),
        ("changes/latest", "changes/latest"),
        ("webhooks", "webhooks"),
        ("webhooks/{uid}", base),
        ("webhooks/{uid}/deliveries", f"{base}/deliveries"),
        ("webhooks/{uid}/deliveries/{dlv}", f"{base}/deliveries/{delivery.uid}"),
    ):
        answer = api.get(address)
        assert answer.status_code == 200, path
        check(schema, path, "get", answer)
        check(schema, path, "get", api.get(address, headers={"If-None-Match": answer["ETag"]}))
        check(schema, path, "get", api.get(address, colour="red"))
        check(schema, path, "get", Caller("charts:read").get(address))
    check(schema, "webhooks/{uid}", "get", api.get("webhooks/whk_unknown"))


def test_every_change_answers_in_its_shape(api: Caller, schema: dict[str, Any]) -> None:
    uid = made(api)["id"]
    base = f"webhooks/{uid}"
    check(schema, "webhooks", "post", posted(api, "webhooks", WANTED))
    check(schema, "webhooks", "post", posted(api, "webhooks", WANTED | {"url": "https://localhost/"}))
    check(schema, "webhooks", "post", api.post("webhooks", WANTED))
    check(schema, "webhooks/{uid}", "patch", patched(api, base, {"description": "x"}))
    check(schema, "webhooks/{uid}", "patch", patched(api, base, {"description": "x"}, **{"If-Match": '"other"'}))
    check(schema, "webhooks/{uid}", "patch", patched(api, base, {"description": "x"}, **matching(api, uid)))
    check(schema, "webhooks/{uid}", "patch", patched(api, base, {"id": "x"}, **matching(api, uid)))
    check(schema, "webhooks/{uid}/secret", "post", posted(api, f"{base}/secret", {"overlap_hours": 2}))
    test = posted(api, f"{base}/test")
    check(schema, "webhooks/{uid}/test", "post", test)
    replay = f"{base}/deliveries/{test.json()['id']}/replay"
    check(schema, "webhooks/{uid}/deliveries/{dlv}/replay", "post", posted(api, replay))
    patched(api, base, {"enabled": False}, **matching(api, uid))
    check(schema, "webhooks/{uid}/test", "post", posted(api, f"{base}/test"))
    check(schema, "webhooks/{uid}", "delete", deleted(api, base))
    check(schema, "webhooks/{uid}", "delete", deleted(api, base, **matching(api, uid)))


BODIES = [
    ("webhooks", "post", WANTED, True),
    ("webhooks", "post", {"url": 5, "kinds": ["movie.updated"]}, False),
    ("webhooks", "post", {"url": "https://93.184.215.14/" + "x" * 500, "kinds": ["movie.updated"]}, False),
    ("webhooks", "post", WANTED | {"kinds": []}, False),
    ("webhooks", "post", WANTED | {"kinds": ["nothing"]}, False),
    ("webhooks", "post", WANTED | {"territories": ["XX"]}, False),
    ("webhooks", "post", WANTED | {"description": "x" * 201}, False),
    ("webhooks", "post", {"kinds": ["movie.updated"]}, False),
    ("webhooks/{uid}", "patch", {}, True),
    ("webhooks/{uid}", "patch", {"enabled": "no"}, False),
    ("webhooks/{uid}", "patch", {"kinds": []}, False),
    ("webhooks/{uid}/secret", "post", {"overlap_hours": 0}, True),
    ("webhooks/{uid}/secret", "post", {"overlap_hours": 169}, False),
    ("webhooks/{uid}/secret", "post", {"overlap_hours": 1.5}, False),
    ("webhooks/{uid}/secret", "post", {}, False),
]


@pytest.mark.parametrize(("path", "method", "body", "valid"), BODIES)
def test_what_the_schema_calls_invalid_is_refused(
    api: Caller, schema: dict[str, Any], path: str, method: str, body: Any, valid: bool
) -> None:
    shape = schema["paths"][f"/api/v1/{path}"][method]["requestBody"]["content"]["application/json"]["schema"]
    uid = made(api)["id"]
    address = path.format(uid=uid)
    answer = patched(api, address, body, **matching(api, uid)) if method == "patch" else posted(api, address, body)
    if valid:
        _validate(schema, shape, body)
        assert answer.status_code in (200, 201)
        return
    with pytest.raises(ValidationError):
        _validate(schema, shape, body)
    assert answer.status_code == 422
