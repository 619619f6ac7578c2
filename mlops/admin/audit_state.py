"""Where the audit log stands, for the top of its list: how long, last signed when, guarded, and what nobody answers for."""

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.admin import addresses
from mlops.admin.blocks import Cell, Facts, Shown
from mlops.admin.words import moment, whole
from mlops.models import AuditEvent, Capture, Checkpoint
from mlops.triggers import missing


@dataclass(frozen=True)
class State:
    """What is known of the log without reading it whole."""

    part: Facts


def state(request: HttpRequest) -> State:
    head = AuditEvent.objects.order_by("-seq").first()
    rows: list[tuple[str, Shown]] = [
        (_("Events"), whole(head.seq) if head else "0"),
        (_("Newest checkpoint"), _checkpoint(request, head.seq if head else 0)),
        (_("Guards"), _guards()),
        (_("Answered for by nothing yet"), _unsealed(request)),
    ]
    return State(Facts(rows))


def _checkpoint(request: HttpRequest, events: int) -> Cell:
    row = Checkpoint.objects.order_by("-pk").first()
    if row is None:
        return Cell(_("none: nothing is signed yet"), mark="gone" if events else "soft")
    since = events - row.size
    words = _("over %(n)s events, signed on %(at)s") % {"n": whole(row.size), "at": moment(row.signed_at)}
    news = ngettext("%(n)s event since", "%(n)s events since", max(since, 0)) % {"n": whole(max(since, 0))}
    behind = _("longer than the log is now") if since < 0 else news
    found = addresses.link(request, "checkpoint", row.pk, f"{words}; {behind}")
    return Cell(found.text, href=found.href, mark="gone" if since < 0 else "")


def _guards() -> Cell:
    lacking = missing(connection)
    if lacking:
        return Cell(_("missing or changed: %(names)s") % {"names": ", ".join(lacking)}, mark="gone")
    return Cell(_("all triggers are there, as they were written"))


def _unsealed(request: HttpRequest) -> Cell:
    many = Capture.objects.unsealed().count()
    if not many:
        return Cell(_("no change"))
    words = ngettext("%(n)s noted change", "%(n)s noted changes", many) % {"n": whole(many)}
    may = request.user.has_perm("mlops.view_capture")
    return Cell(words, href=addresses.rows("capture", "sealed=no") if may else "", mark="gone")
