"""Where the audit log stands, for the top of its list: how long, last signed when, guarded, and what nobody answers for."""

from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.admin import addresses
from mlops.admin.acting import sentence
from mlops.admin.blocks import Cell, Facts, Shown
from mlops.admin.words import moment, whole
from mlops.models import AuditEvent, Checkpoint
from mlops.models.audit import GENESIS
from mlops.services import chain, checkpoints, strays
from mlops.triggers import missing

NEWEST = 200  # events whose hashes the page recomputes


@dataclass(frozen=True)
class State:
    """What is known of the log without reading it whole."""

    part: Facts


def state(request: HttpRequest) -> State:
    head = AuditEvent.objects.order_by("-seq").first()
    rows: list[tuple[str, Shown]] = [
        (_("Events"), whole(head.seq) if head else "0"),
        (_("Chain"), _chain(head.seq if head else 0)),
        (_("Newest checkpoint"), _checkpoint(request, head.seq if head else 0)),
        (_("Signing"), _signing()),
        (_("Guards"), _guards()),
        (_("Changed by nobody known"), _strays(request)),
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


def _chain(events: int) -> Cell:
    """Recompute the hashes of the newest events, in the time that a page has."""
    begin = max(0, events - NEWEST)
    before = AuditEvent.objects.filter(seq=begin).first()
    prev = bytes(before.hash) if before else GENESIS
    try:
        for seq, row in enumerate(chain.rows(begin), start=begin + 1):
            if why := chain.fault(row, seq, prev):
                return Cell(_("tampered with at event %(seq)s: %(why)s") % {"seq": seq, "why": why}, mark="gone")
            prev = bytes(row.hash)
    except DatabaseError as error:
        return Cell(_("an event cannot be read: %(why)s") % {"why": error}, mark="gone")
    words = _("the newest %(n)s hold, read just now; «Verify the log» reads all of it, with its signed notes")
    return Cell(words % {"n": whole(events - begin)})


def _signing() -> Cell:
    try:
        fault = checkpoints.fault(timezone.now())
    except ValueError:  # the event that waits was tampered with, and says no moment
        fault = _("the event that waits for its signature cannot be read")
    return Cell(fault, mark="gone") if fault else Cell(_("nothing waits for its signature for long"))


def _guards() -> Cell:
    lacking = missing(connection)
    if lacking:
        return Cell(_("missing or changed: %(names)s") % {"names": ", ".join(lacking)}, mark="gone")
    return Cell(_("all triggers are there, as they were written"))


def _strays(request: HttpRequest) -> Cell:
    left = strays.left()
    if not left:
        return Cell(_("nothing that nobody accounted for"))
    may = request.user.has_perm("mlops.view_capture")
    return Cell(sentence(left), href=addresses.act("capture", "strays") if may else "", mark="gone")
