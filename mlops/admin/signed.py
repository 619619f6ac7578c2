"""What is signed: checkpoints of the audit log, and manifests of versions; for looking."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from mlops.admin import addresses, evidence_blocks
from mlops.admin.actors import teller
from mlops.admin.blocks import Cell, Facts, Log, Section, Shown, digest
from mlops.admin.paged import Paged
from mlops.admin.words import moment, whole
from mlops.models import AuditEvent, Checkpoint, Manifest


@admin.register(Checkpoint)
class CheckpointAdmin(Paged):
    list_display = ("name", "events", "short_root", "signed_at", "short_key")
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("root",)
    ordering = ("-pk",)

    @display(description=_("checkpoint"), ordering="pk")
    def name(self, obj: Checkpoint) -> str:
        return f"{obj.get_kind_display()} {obj.pk}"

    @display(description=_("events"), ordering="size")
    def events(self, obj: Checkpoint) -> str:
        return whole(obj.size)

    @display(description=_("root"))
    def short_root(self, obj: Checkpoint) -> str:
        return f"{obj.root[:12]}…"

    @display(description=_("key"))
    def short_key(self, obj: Checkpoint) -> str:
        return f"{obj.key_id[:12]}…"

    def row_page(self, request: HttpRequest, row: Checkpoint) -> HttpResponse:
        head = AuditEvent.objects.filter(seq=row.size).first()
        facts: list[tuple[str, Shown]] = [
            (gettext("Kind"), row.get_kind_display()),
            (
                gettext("Events"),
                addresses.link(request, "auditevent", row.size, whole(row.size)) if head else _gone(row),
            ),
            (gettext("Root of the tree"), digest(row.root)),
            (gettext("Signed on"), moment(row.signed_at)),
            (gettext("Signed by key"), digest(row.key_id)),
        ]
        lead = gettext(
            "How long the audit log was, and which root its tree had, signed by a process that is not this one."
        )
        sections = [
            Section(gettext("What was signed"), [Facts(facts), Log(gettext("The signed note"), row.note, open=True)])
        ]
        return self.page(request, gettext("Checkpoint %(pk)s") % {"pk": row.pk}, sections, lead=lead)


@admin.register(Manifest)
class ManifestAdmin(Paged):
    list_display = ("version", "signed_at", "short_key")
    list_select_related = ("version",)
    search_fields = ("version__recipe_key", "key_id")
    ordering = ("-pk",)

    @display(description=_("key"))
    def short_key(self, obj: Manifest) -> str:
        return f"{obj.key_id[:12]}…"

    def row_page(self, request: HttpRequest, row: Manifest) -> HttpResponse:
        lead = gettext("Which artefact the version is, signed when it was registered, and checked again as you look.")
        sections = [
            Section(gettext("What was signed"), [manifest(request, row.version)]),
            Section(gettext("The bundle"), [Log(gettext("As it was signed"), row.bundle)]),
        ]
        return self.page(
            request, gettext("Manifest of %(version)s") % {"version": row.version.label}, sections, lead=lead
        )


def manifest(request: HttpRequest, version: Any) -> Facts:
    """Return a version's signature: whether it holds now, by which key, when and by whom."""
    kept = getattr(version, "manifest", None)
    rows: list[tuple[str, Shown]] = [(gettext("Signature"), evidence_blocks.signature(request, version))]
    if kept is None:
        return Facts(rows)
    tell = teller(kept.signed_by)
    more: Sequence[tuple[str, Shown]] = [
        (gettext("Version"), addresses.link(request, "modelversion", version.pk, version.label)),
        (gettext("Artefact signed"), digest(kept.artefact_digest)),
        (gettext("Key"), digest(kept.key_id)),
        (gettext("Signed on"), moment(kept.signed_at)),
        (gettext("Signed for"), f"{tell(kept.signed_by)} · {kept.signed_by}"),
    ]
    return Facts([*rows, *more])


def _gone(row: Checkpoint) -> Cell:
    return Cell(
        gettext("%(n)s: the log has no such event now") % {"n": whole(row.size)}, mark="gone" if row.size else ""
    )
