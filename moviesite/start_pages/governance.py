"""Start pages of those who decide and of those who check."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog import groups
from mlops.models import AuditEvent, ModelVersion, PromotionRequest
from moviesite.start_pages import waiting
from moviesite.start_pages.pieces import LAST, Links, Section, Table, figure, when


def approvers(links: Links, now: datetime) -> Section:
    tasks = waiting.decisions(links, now)
    candidates = ModelVersion.objects.filter(state=ModelVersion.State.CANDIDATE).count()
    open_requests = PromotionRequest.objects.open().count()
    purpose = (
        _("What waits for your decision stands first. Nobody decides on what they asked for or trained themselves.")
        if tasks
        else _("Nothing waits for your approval.")
    )
    figures = [
        figure(_("open requests"), open_requests, links.rows("mlops", "promotionrequest", "state__exact=OPEN")),
        figure(_("candidates"), candidates, links.rows("mlops", "modelversion", "state__exact=CANDIDATE")),
    ]
    tasks += waiting.candidates(links, now)
    return Section(groups.APPROVERS, purpose, figures, [_versions(links)], tasks=tasks)


def _versions(links: Links) -> Table:
    lines = [
        (
            links.row("mlops", "modelversion", row.pk),
            [
                row.label,
                row.get_state_display(),
                ", ".join(f"{name} = {_plain(value)}" for name, value in row.params.items()) or "—",
            ],
        )
        for row in ModelVersion.objects.order_by("recipe_key", "-number")[: 2 * LAST]
    ]
    return Table(
        _("Versions and their parameters"),
        [_("version"), _("state"), _("parameters")],
        lines,
        _("No version is registered."),
        links.rows("mlops", "modelversion"),
    )


def _plain(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number_format(value, force_grouping=True)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _since(at: str, now: datetime) -> str:
    try:
        return when(datetime.fromisoformat(at), now)
    except ValueError:  # the event was tampered with
        return "—"


def auditors(links: Links, now: datetime) -> Section:
    lines = [
        (
            links.row("mlops", "auditevent", row.seq),
            [str(row.seq), row.action, row.object, row.reason or "—", _since(row.at, now)],
        )
        for row in AuditEvent.objects.order_by("-seq")[: 2 * LAST]
    ]
    heads = [_("number"), _("action"), _("object"), _("reason"), _("when")]
    table = Table(_("Last events"), heads, lines, _("The log is empty."), links.rows("mlops", "auditevent"))
    acts = (
        [("verified", _("Verify the log"), reverse("admin:mlops_auditevent_verify_log"))]
        if links.may("mlops.view_auditevent")
        else []
    )
    figures = [
        figure(_("audit events"), AuditEvent.objects.count(), links.rows("mlops", "auditevent")),
        figure(
            _("of them by people"),
            AuditEvent.objects.exclude(body__contains='"actor":"system"').count(),
            links.rows("mlops", "auditevent", "by=people"),
        ),
        figure(_("promotion requests"), PromotionRequest.objects.count(), links.rows("mlops", "promotionrequest")),
    ]
    return Section(
        groups.AUDITORS, _("Check who decided what and why, and that the log holds."), figures, [table], acts
    )
