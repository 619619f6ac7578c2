"""What every rule asks first: a person, whose account is active, with the right."""

from collections.abc import Callable
from typing import Any

from mlops.errors import Refused
from mlops.ports import SYSTEM, Actor


def check_person(by: Actor, act: str) -> None:
    """A person with an active account; the system decides nothing."""
    if str(by.subject_id) in ("", SYSTEM.subject_id):
        raise Refused(f"the system may not {act}: a person must.")
    if not getattr(by, "is_active", False):
        raise Refused(f"this account is not active and may not {act}.")


def check_right(by: Actor, right: str, act: str) -> None:
    """Such a person with a right, given as a codename of mlops."""
    check_person(by, act)
    has_perm: Callable[[str], bool] | None = getattr(by, "has_perm", None)
    if has_perm is None or not has_perm(f"mlops.{right}"):
        raise Refused(f"you may not {act}: that needs the right «mlops.{right}».")


def allowed(check: Callable[..., None], *asked: Any) -> bool:
    """Whether a check raises nothing."""
    try:
        check(*asked)
    except Refused:
        return False
    return True
