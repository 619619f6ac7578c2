"""Erasures: the tombstone that each leaves, with what went; of whom, nobody can tell from it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from mlops.admin import review_blocks
from mlops.admin.actors import teller
from mlops.admin.blocks import Facts, Grid, Section, Shown, digest, num, of_rows
from mlops.admin.paged import Paged
from mlops.admin.words import moment, plain, whole
from mlops.models import Erasure
from mlops.selectors.review import events_of


@admin.register(Erasure)
class ErasureAdmin(Paged):
    list_display = ("name", "reason", "rows_gone", "learned", "erased_at")
    search_fields = ("reason", "subject_digest")
    ordering = (F("erased_at").desc(), "-pk")

    @display(description=_("erasure"), ordering="pk")
    def name(self, obj: Erasure) -> str:
        return gettext("erasure %(pk)s") % {"pk": obj.pk}

    @display(description=_("rows gone"))
    def rows_gone(self, obj: Erasure) -> str:
        return whole(sum(count for count in obj.counts.values() if isinstance(count, int)))

    @display(description=_("versions that had learned"))
    def learned(self, obj: Erasure) -> str:
        return plain(obj.versions)

    def row_page(self, request: HttpRequest, row: Erasure) -> HttpResponse:
        tell = teller(row.erased_by)
        facts = Facts(
            [
                (gettext("Reason"), row.reason),
                (gettext("Erased on"), moment(row.erased_at)),
                (gettext("Erased by"), f"{tell(row.erased_by)} · {row.erased_by}"),
                (gettext("Digest of the subject"), digest(row.subject_digest)),
            ]
        )
        counts: list[Sequence[Shown]] = [[table, _count(count)] for table, count in row.counts.items()]
        versions: list[Sequence[Shown]] = [[_label(one)] for one in row.versions]
        sections = [
            Section(gettext("What was done"), [facts]),
            Section(
                gettext("What went"), [Grid(gettext("Rows by table"), [gettext("table"), gettext("rows")], counts)]
            ),
            Section(gettext("Datasets"), [_datasets(row)]),
            Section(
                gettext("Versions that had learned from it"),
                [Grid(gettext("Versions"), [gettext("version")], versions, gettext("No version had learned from it."))],
            ),
            Section(gettext("History"), [review_blocks.events(request, events_of([f"erasure:{row.pk}"]))]),
        ]
        lead = gettext("Everything one subject left behind is gone. What can no longer be reproduced is named here.")
        return self.page(request, gettext("Erasure %(pk)s") % {"pk": row.pk}, sections, lead=lead)


def _datasets(row: Erasure) -> Grid:
    found = [one if isinstance(one, dict) else {"dataset": one} for one in row.datasets]
    return of_rows(gettext("Datasets that lost rows"), found, gettext("No dataset held any of its rows."))


def _count(found: Any) -> Shown:
    return num(whole(found)) if isinstance(found, int) else plain(found)


def _label(found: Any) -> str:
    return str(found.get("label", found)) if isinstance(found, dict) else str(found)
