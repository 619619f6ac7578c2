"""Secret addresses for programs: opened, renewed, closed."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import NotKept
from catalog.models import FeedLink, User
from catalog.services.lists import SECRET


def open_link(*, kind: str, by: User, at: datetime) -> FeedLink:
    """Make the secret address of one's diary or calendar; made already, it becomes another and the old one leads nowhere."""
    if kind not in FeedLink.Kind.values:
        raise NotKept(_("There is no secret address of this kind."))
    given = {"token": secrets.token_urlsafe(SECRET), "made_at": at}
    with transaction.atomic():
        return FeedLink.objects.update_or_create(user=by, kind=kind, defaults=given)[0]


def close_link(*, kind: str, by: User, at: datetime) -> bool:
    """Take the secret address away; say whether there was one."""
    with transaction.atomic():
        gone, _ = FeedLink.objects.filter(user=by, kind=kind).delete()
    return bool(gone)
