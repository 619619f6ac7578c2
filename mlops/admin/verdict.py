"""Verifying the audit log from the admin: the same as by command, and what was found in words."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.admin.words import whole
from mlops.errors import MlopsError
from mlops.models import AuditEvent
from mlops.services import verification
from mlops.services.verification import Finding, Report

READ_WHOLE = 100_000  # events that are read while a person waits
LAST = 10_000  # of a longer log
MOST_TOLD = 10  # findings


def tell(request: HttpRequest) -> None:
    """Verify the log, of a very long one its end, and say what was found."""
    head = AuditEvent.objects.order_by("-seq").first()
    last = LAST if head and head.seq > READ_WHOLE else None
    try:
        report = verification.verify(last=last)
    except MlopsError as error:
        messages.error(request, _("The log could not be verified: %(why)s") % {"why": error})
        return
    for finding in report.findings[:MOST_TOLD]:
        messages.error(request, in_words(finding))
    if len(report.findings) > MOST_TOLD:
        messages.error(request, _("There are %(n)s findings.") % {"n": whole(len(report.findings))})
    if report.holds:
        messages.success(request, _holds(report))


def in_words(finding: Finding) -> str:
    titles = {
        "TAMPERED": _("Tampered with"),
        "NOTES": _("Signed notes"),
        "UNSEALED": _("Not answered for"),
        "UNTOLD": _("Not told by the log"),
        "LIVE": _("Not what was last noted"),
        "UNGUARDED": _("Unguarded"),
    }
    title = titles.get(finding.kind.value, finding.kind.value)
    if finding.seq:
        title = _("%(title)s at event %(seq)s") % {"title": title, "seq": finding.seq}
    return f"{title}: {finding.words}."


def _holds(report: Report) -> str:
    words = ngettext(
        "The log holds: %(n)s event, head %(head)s.", "The log holds: %(n)s events, head %(head)s.", report.events
    )
    signed = ngettext("%(n)s signed note agrees.", "%(n)s signed notes agree.", report.notes)
    facts = {"n": whole(report.events), "head": report.head.hex()}
    found = f"{words % facts} {signed % {'n': whole(report.notes)}}"
    if report.after:
        some = _("Read were the events from %(n)s on, which a signed note precedes; the command reads all.")
        found += " " + some % {"n": whole(report.after + 1)}
    return found
