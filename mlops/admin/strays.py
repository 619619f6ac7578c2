"""Changes of governed rows that nobody answered for: what changed, and the page on which a person accounts for it."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops import policies
from mlops.admin import addresses, captured, drafts
from mlops.admin.actors import person, teller
from mlops.admin.blocks import Act, Grid, Section, Shown, Words
from mlops.admin.forms import ReasonForm
from mlops.admin.words import whole
from mlops.models import AuditEvent, Capture
from mlops.selectors.review import MOST_EVENTS
from mlops.services import strays

MOST_OPEN = 10  # events whose changes one page lists
MOST_CHANGES = 20


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """List what nobody accounted for, with what changed, and what somebody did account for."""
    left = strays.left()
    sections = [_event(request, event) for event in left.events[:MOST_OPEN]]
    if left.unsealed:
        rows = Capture.objects.unsealed().order_by("pk")[:MOST_CHANGES]
        caption = _("Noted changes, oldest first: %(n)s") % {"n": whole(left.unsealed)}
        words = _("They are sealed as changes by nobody known within a minute; then somebody can account for them.")
        sections.append(Section(_("Not sealed yet"), [Words(words, "soft"), captured.listed(request, rows, caption)]))
    if left.erasures:
        words = ngettext("%(n)s erasure was left open.", "%(n)s erasures were left open.", left.erasures)
        words += " " + _("An erasure is open inside its own transaction alone: somebody wrote it by hand.")
        sections.append(Section(_("Erasures left open"), [Words(words % {"n": left.erasures}, "error")]))
    sections.append(Section(_("Accounted for"), [_accounted(request)]))
    result: HttpResponse = model_admin.page(request, _("Changed by nobody known"), sections, lead=_lead(left))
    return result


def account(model_admin: Any, request: HttpRequest, seq: int) -> HttpResponse:
    """Ask what the changes of an event were, beside the changes, and write the answer down."""
    event = AuditEvent.objects.filter(seq=seq, body__contains=f'"action":"{strays.UNSEALED}"').first()
    if not model_admin.has_view_permission(request) or not policies.may_account(person(request)):
        raise PermissionDenied
    if event is None:
        raise Http404
    back = addresses.act("capture", "strays")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        strays.account_for(seq=seq, by=person(request), at=timezone.now(), **given)
        return _("Event %(seq)s is accounted for.") % {"seq": seq}, back

    words = _(
        "Say who or what made these changes, and by which way. It undoes nothing: it is kept in the audit log beside the"
        " changes, under your subject id."
    )
    title = _("Account for event %(seq)s") % {"seq": seq}
    form = ReasonForm(request.POST or None, initial=drafts.kept(request, request.path))
    sections = [Section(_("What changed"), captured.sealed_changes(request, seq))]
    result: HttpResponse = model_admin.ask(request, title, words, form, back, act, proof=True, sections=sections)
    return result


def may_account_for(request: HttpRequest, event: AuditEvent) -> bool:
    """Whether an event waits for somebody to account for it, and this person may."""
    waits = event.action == strays.UNSEALED and event.seq in {one.seq for one in strays.left().events}
    return waits and policies.may_account(person(request))


def act_of(seq: int) -> Act:
    return Act(_("Account for it…"), addresses.act("capture", "account", seq), main=True)


def _lead(left: strays.Open) -> str:
    if not left:
        return _("Every change of a governed row was made by a service, or somebody has accounted for it.")
    return _(
        "Rows that only services change were changed by another way: by hand, by a script, or by an attack. Until"
        " somebody accounts for each, the site's health is red."
    )


def _event(request: HttpRequest, event: AuditEvent) -> Section:
    title = _("Event %(seq)s, sealed on %(at)s") % {"seq": event.seq, "at": event.at[:19].replace("T", " ") + " UTC"}
    acts = [act_of(event.seq)] if policies.may_account(person(request)) else []
    if request.user.has_perm("mlops.view_auditevent"):
        acts.append(Act(_("The event"), addresses.row("auditevent", event.seq)))
    return Section(title, captured.sealed_changes(request, event.seq, MOST_CHANGES), acts)


def _accounted(request: HttpRequest) -> Grid:
    events = AuditEvent.objects.filter(body__contains=f'"action":"{strays.ACCOUNTED}"').order_by("-seq")[:MOST_EVENTS]
    told = teller(*(event.actor for event in events))
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "auditevent", about, _("event %(seq)s") % {"seq": about})
            if about
            else event.object,
            event.reason,
            told(event.actor),
            event.at[:19].replace("T", " "),
        ]
        for event in events
        for about in [event.detail.get("event")]
    ]
    heads = [_("event"), _("what it was"), _("by"), _("when (UTC)")]
    return Grid(_("Newest first"), heads, lines, _("Nothing had to be accounted for yet."))
