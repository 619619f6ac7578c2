"""Every request that tests make of an operation: well, and in every way that it can be refused."""

from dataclasses import replace
from typing import Any

from tests.catalog.api_house import Ask, at_work, used_up
from tests.catalog.api_operations import OPERATIONS, WANTED, Operation, post
from tests.catalog.api_shapes import operations


def asks(name: str) -> dict[str, Ask]:
    """Every request that is made of an operation, by what is asked for."""
    method, path, said = operations()[name]
    operation = OPERATIONS[name]
    found = {"good": operation.good, **operation.more}
    good = replace(operation.good, meanwhile=None)
    if method == "GET":
        found["not modified"] = replace(good, earlier=(operation.good,), headers={"If-None-Match": "{ETag}"})
    if "security" in said:
        found |= _of_keys(good, said)
    query = "&" if "?" in good.address else "?"
    if operation.absent:
        found["not there"] = replace(good, address=operation.absent)
    if operation.wrong and isinstance(operation.wrong, str):
        found["wrong parameters"] = replace(good, address=f"{good.address.partition('?')[0]}?{operation.wrong}")
    found["unknown parameter"] = replace(good, address=f"{good.address}{query}colour=red")
    named = {parameter["name"] for parameter in said.get("parameters", ())}
    if "cursor" in named:
        found["foreign cursor"] = replace(good, address=f"{good.address}{query}cursor=x")
    found["no JSON wanted"] = replace(good, headers={**good.headers, "Accept": "application/xml"})
    if _methods(path)[0] == method:
        found["other method"] = Ask(good.address, "PUT" if "PATCH" in _methods(path) else "PATCH")
    return found | _of_bodies(operation, said) | _of_headers(good, named, said)


def _methods(path: str) -> list[str]:
    return [method for method, where, _ in operations().values() if where == path]


def _of_keys(good: Ask, said: dict[str, Any]) -> dict[str, Ask]:
    found = {"no key": replace(good, key=""), "unknown key": replace(good, key="unknown")}
    scopes = said["security"][0]["partnerKey"]
    if scopes:
        found["scope missing"] = replace(good, key="narrow")
    bucket = "write" if scopes and scopes[0].endswith(":write") else "read"
    return found | {"minute used up": replace(good, meanwhile=used_up(bucket))}


def _of_bodies(operation: Operation, said: dict[str, Any]) -> dict[str, Ask]:
    good = operation.good
    if "requestBody" not in said:
        return {}
    found = {
        "no body": replace(good, body=None),
        "too large": replace(good, body=" " * 65_537),
        "other media type": replace(good, kind="text/plain"),
    }
    if isinstance(good.body, dict):
        found["no JSON"] = replace(good, body="{")
        found["unknown field"] = replace(good, body={**good.body, "colour": "red"})
        found["wrong body"] = replace(good, body=operation.wrong)
    return found


def _of_headers(good: Ask, named: set[str], said: dict[str, Any]) -> dict[str, Ask]:
    found = {}
    if "If-Match" in named:
        found["another state"] = replace(good, headers={"If-Match": '"other"'})
        if any(one["name"] == "If-Match" and one.get("required") for one in said["parameters"]):
            found["no state"] = replace(good, headers={})
    if "Idempotency-Key" in named:
        other = post("webhooks", WANTED | {"description": "weekly"})
        found |= {
            "no Idempotency-Key": replace(good, headers={}),
            "sent again": replace(good, earlier=(good,)),
            "Idempotency-Key of another": replace(good, earlier=(other,)),
            "first still at work": replace(good, earlier=(good,), meanwhile=at_work),
        }
    return found
