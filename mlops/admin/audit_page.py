"""The page of one audit event: what it says, what it answers for, and how it hangs in the chain."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.admin import addresses, captured, strays
from mlops.admin.actors import teller
from mlops.admin.blocks import Act, Cell, Facts, Log, Section, Shown, Words, digest
from mlops.admin.words import moment, whole
from mlops.models import AuditEvent, Capture, Checkpoint
from mlops.models.audit import leaf
from mlops.services import sealing

PAGES = {
    "request": "promotionrequest",
    "policy-request": "policyrequest",
    "run": "run",
    "deployment": "deployment",
    "erasure": "erasure",
    "job": "job",
}  # pages of objects that an event names by their number
MOST_DIGESTED = 5000  # noted changes whose digest is computed while a person waits


def page(model_admin: Any, request: HttpRequest, row: AuditEvent) -> HttpResponse:
    tell = teller(row.actor)
    lead = _("%(who)s, on %(at)s: %(what)s of %(about)s.")
    said = {
        "who": tell(row.actor),
        "at": row.at[:19].replace("T", " ") + " UTC",
        "what": row.action,
        "about": row.object,
    }
    sections = [
        Section(_("What happened"), [_facts(request, row, tell(row.actor)), *_details(row)]),
        Section(_("What it answers for"), _sealed(request, row)),
        Section(_("In the chain"), [_chained(request, row), Log(_("Exact text that was hashed"), row.body, open=True)]),
    ]
    acts = [
        *([strays.act_of(row.seq)] if strays.may_account_for(request, row) else []),
        Act(_("Verify the log"), addresses.act("auditevent", "verify_log_from_event", row.pk)),
        *([Act(_("The event before"), addresses.row("auditevent", row.seq - 1))] if row.seq > 1 else []),
        *([Act(_("The next event"), addresses.row("auditevent", row.seq + 1))] if _followed(row) else []),
    ]
    title = _("Event %(seq)s: %(what)s") % {"seq": row.seq, "what": row.action}
    result: HttpResponse = model_admin.page(request, title, sections, lead=lead % said, acts=acts)
    return result


def sealed_in_words(row: AuditEvent) -> str:
    """Return how many noted changes an event answers for, as its text says; nothing when it answers for none."""
    rows = _seal(row).get("rows")
    return (
        ngettext("%(n)s change", "%(n)s changes", rows) % {"n": whole(rows)} if isinstance(rows, int) and rows else ""
    )


def _facts(request: HttpRequest, row: AuditEvent, who: str) -> Facts:
    rows: list[tuple[str, Shown]] = [
        (_("Who"), who),
        (_("Subject id"), digest(row.actor)),
        (_("Action"), row.action),
        (_("Object"), _object(request, row.object)),
        (_("Reason"), row.reason or "—"),
        (_("When"), row.at),
    ]
    return Facts(rows)


def _object(request: HttpRequest, name: str) -> Cell:
    kind, _colon, key = name.partition(":")
    if kind in PAGES and key.isascii() and key.isdigit():
        return addresses.link(request, PAGES[kind], key, name)
    return Cell(name)


def _details(row: AuditEvent) -> list[Log]:
    if not row.detail:
        return []
    return [Log(_("Details"), json.dumps(row.detail, indent=2, ensure_ascii=False), open=True)]


def _sealed(request: HttpRequest, row: AuditEvent) -> list[Any]:
    """Return the noted changes that it sealed, and whether they are still those whose digest was hashed."""
    said = _seal(row)
    if not said and not Capture.objects.filter(seal=row.seq).exists():
        return [Words(_("It tells of an act that changed no governed row."), "soft")]
    words, tone = _digest_in_words(row, said)
    return [Words(words, tone), *captured.sealed_changes(request, row.seq)]


def _digest_in_words(row: AuditEvent, said: dict[str, Any]) -> tuple[str, str]:
    if isinstance(said.get("rows"), int) and said["rows"] > MOST_DIGESTED:
        return _("So many changes are checked by «audit verify», not on a page."), "soft"
    if sealing.sealed(Capture.objects.filter(seal=row.seq)).told() == said:
        return _("Holds: these are the changes whose digest was hashed into the event."), ""
    return _("Does not hold: these are not the changes whose digest was hashed into the event."), "error"


def _chained(request: HttpRequest, row: AuditEvent) -> Facts:
    prev, own = bytes(row.prev), bytes(row.hash)
    holds = own == leaf(prev, row.seq, row.body)
    words = _("is the hash of its text") if holds else _("is not the hash of its text: it was tampered with")
    covering = Checkpoint.objects.filter(size__gte=row.seq).order_by("pk").first()
    rows: Sequence[tuple[str, Shown]] = [
        (_("Its hash"), Cell(words, mark="new" if holds else "gone")),
        (_("Hash"), digest(own.hex())),
        (_("Hash of the event before"), digest(prev.hex())),
        (_("First checkpoint with it"), _covered(request, covering)),
    ]
    return Facts(rows)


def _covered(request: HttpRequest, row: Checkpoint | None) -> Cell:
    if row is None:
        return Cell(_("none yet: it is signed within a minute or two"), mark="soft")
    words = _("signed on %(at)s over %(n)s events") % {"at": moment(row.signed_at), "n": whole(row.size)}
    return addresses.link(request, "checkpoint", row.pk, words)


def _seal(row: AuditEvent) -> dict[str, Any]:
    found = row.facts.get("sealed")
    return found if isinstance(found, dict) else {}


def _followed(row: AuditEvent) -> bool:
    return AuditEvent.objects.filter(seq=row.seq + 1).exists()
