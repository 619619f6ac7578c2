"""Second factors on record: when a staff account gains, loses or replaces one, the audit log says who did it."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from catalog.errors import CatalogError
from catalog.models import User
from catalog.services.leftovers import end_sessions
from mlops import audit
from mlops.ports import Actor

ADDED = "account.second-factor-added"
REMOVED = "account.second-factor-removed"
CODES_MADE = "account.recovery-codes-made"
RESET = "account.second-factor-reset"
SET_BY_ANOTHER = "account.password-set"


@transaction.atomic
def note(action: str, *, user: User, by: Actor, at: datetime, reason: str = "", **facts: str) -> bool:
    """Record an act on how a staff account signs in, inside its transaction; visitors' own acts are not on record."""
    if user.is_staff:
        audit.record(action, f"account:{user.subject_id}", by=by, at=at, reason=reason, **facts)
    return bool(user.is_staff)


def reset(*, user: User, by: User, at: datetime, reason: str) -> None:
    """Take away a lost second factor and end the account's sessions: the act of a superuser who is somebody else."""
    if by.pk == user.pk:
        raise CatalogError("Nobody resets their own second factor: another superuser does.")
    if not (by.is_active and by.is_superuser):
        raise CatalogError(f"{by.get_username()} may not reset a second factor: an active superuser does.")
    if not reason.strip():
        raise CatalogError("A reset needs a reason: it is kept in the audit log.")
    with transaction.atomic():
        held = list(Authenticator.objects.select_for_update().filter(user=user))
        if not held:
            raise CatalogError(f"{user.get_username()} has no second factor.")
        kinds = ", ".join(sorted(authenticator.type for authenticator in held))
        Authenticator.objects.filter(user=user).delete()
        audit.record(RESET, f"account:{user.subject_id}", by=by, at=at, reason=reason.strip(), kinds=kinds)
    end_sessions(user)  # whoever found the telephone may have found one open
