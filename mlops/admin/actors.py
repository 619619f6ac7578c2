"""Who an actor is, as far as the site's accounts know subject ids."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.ports import SYSTEM
from mlops.services.strays import UNKNOWN


def names(actors: Iterable[str]) -> dict[str, str]:
    """Return the usernames of actors that still have an account; none where accounts have no subject id."""
    accounts = get_user_model()
    try:
        accounts._meta.get_field("subject_id")
    except FieldDoesNotExist:
        return {}
    wanted = [actor for actor in set(actors) if _is_subject(actor)]
    found = accounts._default_manager.filter(subject_id__in=wanted) if wanted else accounts._default_manager.none()
    return {str(account.subject_id): account.get_username() for account in found}


def who(actor: str, known: dict[str, str]) -> str:
    """Return an actor as a person reads it: the system, nobody known, a username, or the beginning of a subject id."""
    if actor == SYSTEM.subject_id:
        return _("the system")
    if actor == UNKNOWN.subject_id:
        return _("nobody known")
    if actor in known:
        return known[actor]
    return _("%(id)s (account gone)") % {"id": actor[:8]} if actor else "—"


def teller(*actors: str) -> Callable[[str], str]:
    """Return the question who an actor is, its answers for these fetched by one statement."""
    known = names(actors)
    return lambda actor: who(actor, known)


def person(request: HttpRequest) -> Any:
    """Return who asks: the admin lets nobody in who is not signed in."""
    return request.user


def _is_subject(actor: str) -> bool:
    try:
        UUID(actor)
    except ValueError:
        return False
    return True
