"""What a request was made on, and whether the rows still say so."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops import policies, store
from mlops.admin import addresses
from mlops.admin.acting import sentence
from mlops.admin.blocks import Cell, Facts, Grid, Section, Shown, Words, digest, value
from mlops.errors import BadArtefact, Refused
from mlops.models import ModelVersion, PromotionRequest
from mlops.services import evidence as service
from mlops.services import manifests


@dataclass(frozen=True)
class Standing:
    """Whether the evidence of a request holds. now: as the rows tell it; None of a request that is closed."""

    words: str
    holds: bool
    now: dict[str, Any] | None


def standing(row: PromotionRequest) -> Standing:
    """Read the evidence of an open request again, and say in the service's words whether it holds."""
    if row.state != PromotionRequest.State.OPEN:
        return Standing(_("The request is closed: this is what it was made on."), True, None)
    now = service.evidence(row.version)
    try:
        service.check_unchanged(row)
        policies.check_may_promote(row.version)
    except Refused as refusal:
        return Standing(sentence(refusal), False, now)
    return Standing(_("The evidence holds: the rows say now what they said when it was asked."), True, now)


def section(request: HttpRequest, row: PromotionRequest, found: Standing) -> Section:
    words = _("A vote repeats the digest: it counts for exactly this artefact, dataset, gate report, code and policy.")
    facts = Facts([(_("Digest"), digest(row.evidence_digest)), *_artefact(request, row.version)])
    return Section(
        _("Evidence"),
        [Words(found.words, "" if found.holds else "error"), facts, _table(row, found), Words(words, "soft")],
    )


def _table(row: PromotionRequest, found: Standing) -> Grid:
    """Return each thing the decision rests on, as it was asked and, of an open request, as it is now."""
    names = {**row.evidence, **(found.now or {})}
    heads = [_("what"), _("as it was asked"), *([_("now")] if found.now is not None else [])]
    lines = [[service.WORDS.get(name, name.replace("_", " ")), *_sides(name, row, found.now)] for name in names]
    return Grid(_("What the decision rests on"), heads, lines)


def _sides(name: str, row: PromotionRequest, now: dict[str, Any] | None) -> list[Shown]:
    asked = _told(row.evidence.get(name))
    if now is None:
        return [asked]
    if now.get(name) == row.evidence.get(name):
        return [asked, Cell(_("the same"), mark="soft")]
    return [asked, Cell(_told(now.get(name)).text, mark="changed")]


def _told(found: Any) -> Cell:
    cell = value(found)
    return Cell(cell.text, code=cell.code)


def _artefact(request: HttpRequest, version: ModelVersion) -> list[tuple[str, Shown]]:
    there = (
        _("stored here, read again when you vote")
        if store.has(version.artefact_digest)
        else _("not found in the store")
    )
    return [
        (_("Artefact"), Cell(there, mark="" if store.has(version.artefact_digest) else "gone")),
        (_("Signature"), signature(request, version)),
    ]


def signature(request: HttpRequest, version: ModelVersion) -> Cell:
    """Return whether the version's manifest is signed by a key that is trusted here, as of this moment."""
    kept = getattr(version, "manifest", None)
    try:
        manifests.checked(version)
    except BadArtefact as fault:
        return Cell(sentence(fault), mark="gone" if kept else "soft")
    assert kept is not None
    words = _("Holds: signed by key %(key)s…") % {"key": kept.key_id[:12]}
    return addresses.link(request, "manifest", kept.pk, words)
