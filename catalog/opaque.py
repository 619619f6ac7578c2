"""Ids that tell nothing: of what a partner owns, so that no number can be counted up to somebody else's."""

import re
import secrets
import string

SIGNS = string.digits + string.ascii_uppercase + string.ascii_lowercase  # base 62: a double click selects the whole id
RANDOM = 22  # signs, 131 random bits
LONGEST = 40
MOST_REFERENCE = 64
VIEWER = re.compile(r"(/api/v1/users/)[^/?\s]+")
# A partner's word for a viewer; no @: what stands for somebody must not be their address.
REFERENCE = re.compile(rf"[0-9A-Za-z._~-]{{1,{MOST_REFERENCE}}}")


def new(kind: str) -> str:
    """Return a fresh id of a kind: imp_4kQ…"""
    return f"{kind}_{''.join(secrets.choice(SIGNS) for _ in range(RANDOM))}"


def pattern(kind: str) -> str:
    """Return the regular expression of ids of a kind."""
    return rf"{kind}_[0-9A-Za-z]{{{RANDOM}}}"


def is_one(text: str, kind: str) -> bool:
    """Say whether a text can be an id of this kind."""
    return re.fullmatch(pattern(kind), text) is not None


def import_id() -> str:
    return new("imp")


def endpoint_id() -> str:
    return new("whk")


def event_id() -> str:
    return new("evt")


def delivery_id() -> str:
    return new("dlv")


def masked(text: str) -> str:
    """Return a text without a partner's word for a viewer: it is in no record that may outlive them."""
    return VIEWER.sub(r"\1…", text)
