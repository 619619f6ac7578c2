"""What the description says of bodies that are sent: there must be one, and a name that is not in it is refused."""

from typing import Any


def close_bodies(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Close every object that a request body is made of: a hook of the schema's generator."""
    components = result.get("components", {}).get("schemas", {})
    waiting = [_named(media) for media in _bodies(result)]
    closed: set[str] = set()
    while waiting:
        for name in waiting.pop() - closed:
            closed.add(name)
            waiting.append(_named(components[name]))
    for body in _bodies(result):
        body["required"] = True
    for name in closed:
        if components[name].get("type") == "object":
            components[name]["additionalProperties"] = False
    return result


def _bodies(result: dict[str, Any]) -> list[Any]:
    operations = [one for path in result["paths"].values() for one in path.values() if isinstance(one, dict)]
    return [one["requestBody"] for one in operations if "requestBody" in one]


def _named(part: Any) -> set[str]:
    """Return the components that a part of the schema refers to."""
    if isinstance(part, dict):
        here = {part["$ref"].rpartition("/")[2]} if "$ref" in part else set()
        return here.union(*map(_named, part.values()))
    return set().union(*map(_named, part)) if isinstance(part, list) else set()
