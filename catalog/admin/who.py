"""Who a subject id stands for, as far as may still be known."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.models import User


def short(subject_id: UUID | str) -> str:
    """Return the first signs of a subject id, enough to tell people apart on a page."""
    return str(subject_id)[:8]


def person(request: HttpRequest) -> User:
    """Return who asks: the admin lets nobody in who is not signed in."""
    return cast(User, request.user)


def names(subject_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the usernames of those accounts that still exist, by subject id, in one statement."""
    wanted = {subject_id for subject_id in subject_ids if subject_id}
    return dict(User.objects.filter(subject_id__in=wanted).values_list("subject_id", "username")) if wanted else {}


def who(subject_id: UUID | None, known: dict[UUID, str]) -> str:
    """Return a person as history shows them: by username while the account exists, by short subject id ever after."""
    if subject_id is None:
        return _("a command or a load")
    if subject_id in known:
        return known[subject_id]
    return _("%(id)s (account gone)") % {"id": short(subject_id)}
