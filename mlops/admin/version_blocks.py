"""The parts of a version's page."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops import store
from mlops.admin import addresses, evidence_blocks, metrics, review_blocks
from mlops.admin.actors import teller
from mlops.admin.blocks import Cell, Facts, Grid, Section, Shown, Words, digest, value
from mlops.admin.words import moment
from mlops.models import Deployment, GateReport, ModelVersion
from mlops.selectors import components
from mlops.selectors.review import events_of
from mlops.services import cards


def lead(row: ModelVersion) -> str:
    tell = teller(row.created_by)
    words = _("%(state)s. Registered on %(at)s by %(who)s.")
    return words % {"state": row.get_state_display(), "at": moment(row.created_at), "who": tell(row.created_by)}


def standing(request: HttpRequest, row: ModelVersion, why_not: str) -> list[Any]:
    """Return the requests for the version, its times of service, and why it cannot be asked for, if so."""
    deployments = row.deployments.order_by("-started_at", "-pk")
    asked = list(row.requests.order_by("-pk"))
    tell = teller(*(found.requested_by for found in asked))
    heads = [_("request"), _("state"), _("by"), _("reason"), _("asked")]
    wishes: list[Sequence[Shown]] = [
        [
            addresses.link(request, "promotionrequest", found.pk, _("request %(pk)s") % {"pk": found.pk}),
            found.get_state_display(),
            tell(found.requested_by),
            found.reason,
            moment(found.requested_at),
        ]
        for found in asked
    ]
    return [
        *([Words(why_not, "soft")] if why_not else []),
        Grid(_("Requests"), heads, wishes, _("Nobody has asked that it may serve.")),
        Grid(
            _("Times of service"),
            [_("deployment"), _("how"), _("from"), _("until")],
            [_service(request, found) for found in deployments],
            _("It has never served."),
        ),
    ]


def sections(request: HttpRequest, row: ModelVersion) -> list[Section]:
    """Return the model card, its numbers in the admin's own tables, and what is on record beside it."""
    report = GateReport.objects.filter(version=row).first()
    card = cards.card(row)
    measured: list[Any] = list(metrics.tables(row.run.metrics.order_by("pk"))) if row.run else []
    own = {"Gates": review_blocks.gates(report), "Evaluation": measured}
    tables = review_blocks.tables(report)
    objects = [f"version:{row.label}", *([f"run:{row.run_id}"] if row.run_id else [])]
    return [
        Section(_("The eight components"), [checklist(card.checklist)]),
        *(Section(part.title, own.get(part.title) or _card_part(part)) for part in card.sections),
        *([Section(_("What would change for people"), tables)] if tables else []),
        Section(_("Lineage"), [lineage(request, row)]),
        Section(_("History"), [review_blocks.events(request, events_of(objects))]),
    ]


def _card_part(part: cards.Section) -> list[Any]:
    """Return a part of the card as blocks: facts, tables, sentences."""
    facts = [Facts([(name, value(found)) for name, found in part.facts])] if part.facts else []
    grids = [Grid(table.title, table.head, table.rows) for table in part.tables]
    return [*facts, *grids, *(Words(note) for note in part.notes)]


def checklist(found: Sequence[components.Component]) -> Grid:
    """Return what proves each component; a version that lacks one cannot be requested."""
    lines: list[Sequence[Shown]] = [
        [
            component.title,
            Cell(_("there"), mark="new") if component.there else Cell(_("unknown"), mark="gone"),
            component.proof if component.there else "—",
        ]
        for component in found
    ]
    return Grid(_("The checklist of its card"), [_("component"), _("state"), _("proof")], lines)


def lineage(request: HttpRequest, row: ModelVersion) -> Facts:
    """Return version ← run ← dataset ← code."""
    run = row.run
    there = _("stored here") if store.has(row.artefact_digest) else _("not found in the store")
    rows: list[tuple[str, Shown]] = [
        (_("Artefact"), Cell(f"{row.artefact_digest} ({there})", code=True)),
        (_("Digest of its arrays"), digest(row.arrays_digest)),
        (_("Signature"), evidence_blocks.signature(request, row)),
        (_("Run"), addresses.link(request, "run", run.pk, str(run)) if run else _("none: a formula's first version")),
    ]
    if run:
        data = run.dataset
        rows.append((_("Dataset"), addresses.link(request, "dataset", data.pk, str(data)) if data else "—"))
        rows.append((_("Code"), digest(str(run.environment.get("commit") or ""))))
        rows.append((_("Lock file"), digest(str(run.environment.get("lock_digest") or ""))))
    return Facts(rows)


def _service(request: HttpRequest, row: Deployment) -> list[Shown]:
    return [
        addresses.link(request, "deployment", row.pk, row.get_role_display()),
        row.get_how_display(),
        moment(row.started_at),
        moment(row.ended_at) if row.ended_at else _("now"),
    ]
