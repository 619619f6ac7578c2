"""Golden answers of every operation: a change of what partners receive shows as a difference in a file.

WRITE_GOLDEN=1 writes them anew.
"""

import json
from typing import Any

import pytest
from jsonschema import ValidationError

from tests.catalog.api_answers import GOLDEN, check, compare, told
from tests.catalog.api_asks import asks
from tests.catalog.api_house import House
from tests.catalog.api_operations import OPERATIONS
from tests.catalog.api_shapes import of_body, operations, validate

MUST = {
    304: ("ETag", "Cache-Control", "Vary"),
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
}
# Refusals of the request as a whole; whatever else is wrong is named by its place.
WHOLE = ("bad_request", "unknown_version", "idempotency_key_missing", "idempotency_key_taken")


def test_every_operation_has_its_answers() -> None:
    assert set(operations()) == set(OPERATIONS)
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(OPERATIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPERATIONS)
def test_answers_are_the_golden_ones_and_what_the_description_says(name: str, valkey: str, settings: Any) -> None:
    settings.IMPORT_MOST_BYTES = 65_536  # what is too large is so for files too
    house, found = House(_scope(name)), {}
    for case, ask in asks(name).items():
        answer = house.answer(ask)
        found[case] = told(answer)
        check(name, ask.method, answer)
    compare(name, found)


def _scope(name: str) -> str:
    """The scope that an operation asks for."""
    scopes = [scope for one in operations()[name][2].get("security", []) for scope in one["partnerKey"]]
    return scopes[0] if scopes else "none"


@pytest.mark.parametrize("name", [name for name in OPERATIONS if isinstance(OPERATIONS[name].good.body, dict)])
def test_the_description_takes_what_is_taken_and_not_what_is_wrong(name: str) -> None:
    asked = asks(name)
    validate(of_body(name), asked["good"].body)
    for case in ("wrong body", "unknown field"):
        with pytest.raises(ValidationError):
            validate(of_body(name), asked[case].body)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_says_what_its_kind_must_say(name: str) -> None:
    for case, answer in json.loads((GOLDEN / f"{name}.json").read_text()).items():
        status, headers = answer["status"], answer["headers"]
        assert set(MUST.get(status, ())) <= headers.keys(), case
        if status >= 400:
            assert (headers["Cache-Control"], headers["Content-Type"]) == ("no-store", "application/problem+json"), case
            assert answer["body"]["errors"] or status not in (400, 422) or answer["body"]["code"] in WHOLE, case
        elif status in (204, 304):
            assert answer["body"] is None, case
