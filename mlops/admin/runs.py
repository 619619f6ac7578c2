"""Runs: rows of steps, watched while they run; started, cancelled, repeated and annotated with a reason."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from mlops import policies
from mlops.admin import addresses, metrics, provisioning, run_acts, run_blocks, run_comparison
from mlops.admin.actors import names, person, who
from mlops.admin.blocks import Act, Section
from mlops.admin.paged import Paged, View
from mlops.admin.words import spent
from mlops.models import Run, RunStep
from mlops.services.comparison import MOST_RUNS

EVERY = 3  # seconds between two looks at a run that is at work
LABELS = {
    "QUEUED": "warning",
    "RUNNING": "info",
    "SUCCEEDED": "success",
    "FAILED": "danger",
    "REFUSED": "danger",
    "CANCELLED": "default",
}


@admin.register(Run)
class RunAdmin(Paged):
    list_display = ("name", "life", "progress", "cause_in_words", "asked_by", "took", "made")
    list_filter = ("recipe_key", ("state", ChoicesDropdownFilter), ("cause", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("recipe_key", "reason", "notes")
    ordering = ("-pk",)
    actions_list = ("start", "compare_page", "provisioning")
    actions = ("compare",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        steps_done = Count("steps", filter=Q(steps__state=RunStep.State.DONE))
        found = super().get_queryset(request).select_related("version", "dataset", "drift_report")
        return found.annotate(steps_done=steps_done, steps_all=Count("steps"))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        page = super().get_changelist_instance(request)
        _name(page.result_list)
        return page

    @display(description=_("run"), ordering="pk")
    def name(self, obj: Run) -> str:
        return gettext("run %(pk)s of %(recipe)s") % {"pk": obj.pk, "recipe": obj.recipe_key}

    @display(description=_("state"), ordering="state", label=LABELS)
    def life(self, obj: Run) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    @display(description=_("steps done"))
    def progress(self, obj: Any) -> str:
        return f"{obj.steps_done} / {obj.steps_all}" if obj.steps_all else "—"

    @display(description=_("cause"), ordering="cause")
    def cause_in_words(self, obj: Run) -> str:
        return obj.get_cause_display()

    @display(description=_("asked for by"))
    def asked_by(self, obj: Any) -> str:
        return str(obj.queued_by_in_words)

    @display(description=_("took"))
    def took(self, obj: Run) -> str:
        return spent(run_blocks.duration(obj))

    @display(description=_("version"))
    def made(self, obj: Run) -> str:
        return obj.version.label if hasattr(obj, "version") else "—"

    def row_page(self, request: HttpRequest, row: Run) -> HttpResponse:
        steps = list(row.steps.order_by("position"))
        at_work = row.state in (Run.State.QUEUED, Run.State.RUNNING)
        watched = at_work and "pause" not in request.GET
        response = self.page(
            request,
            gettext("Run %(pk)s of %(recipe)s") % {"pk": row.pk, "recipe": row.recipe_key},
            self._sections(request, row, steps),
            lead=row.reason,
            acts=run_acts.possible(request, row),
            template="admin/mlops/run.html",
            state=run_blocks.state_in_a_sentence(row, steps),
            progress=[*run_blocks.failure(row), *run_blocks.progress(row, steps)],
            at_work=at_work,
            refresh=EVERY if watched else 0,
            looked_at=timezone.now(),
        )
        if not at_work and request.headers.get("HX-Request"):
            response["HX-Refresh"] = "true"  # it has ended: the whole page has more to say
        return response

    def _sections(self, request: HttpRequest, row: Run, steps: Sequence[RunStep]) -> list[Section]:
        sections = []
        children = list(row.children.select_related("version").order_by("pk"))
        if children:
            chosen = ",".join(str(child.pk) for child in children[:MOST_RUNS])
            compared = Act(gettext("Compare its points"), f"{addresses.act('run', 'compare_page')}?runs={chosen}")
            sections.append(Section(gettext("Grid"), [run_blocks.points(request, children)], [compared]))
        rows = list(row.metrics.order_by("pk"))
        measured = [*metrics.tables(rows), *metrics.steadiness(rows)]
        if measured:
            sections.append(Section(gettext("What was measured"), measured))
        sections.append(Section(gettext("Where it comes from"), [run_blocks.origin(request, row)]))
        sections.append(Section(gettext("Parameters and environment"), run_blocks.settings(row)))
        kept = [*([run_blocks.digests(steps)] if steps else []), *run_blocks.logs(steps)]
        if kept:
            sections.append(Section(gettext("Digests and logs"), kept))
        return sections

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (
            ("<path:object_id>/cancel/", "cancel", partial(run_acts.cancel, self)),
            ("<path:object_id>/repeat/", "repeat", partial(run_acts.repeat, self)),
            ("<path:object_id>/annotate/", "annotate", partial(run_acts.annotate, self)),
        )

    @action(description=_("Provisioning"), permissions=["view"], icon="memory", url_path="provisioning")
    def provisioning(self, request: HttpRequest) -> HttpResponse:
        return provisioning.page(self, request)

    @action(description=_("Compare"), permissions=["view"], icon="compare", url_path="compare")
    def compare_page(self, request: HttpRequest) -> HttpResponse:
        return run_comparison.page(self, request)

    @admin.action(description=_("Compare"), permissions=["view"])
    def compare(self, request: HttpRequest, queryset: QuerySet[Run]) -> HttpResponse:
        chosen = ",".join(str(pk) for pk in sorted(queryset.values_list("pk", flat=True))[:MOST_RUNS])
        return HttpResponseRedirect(f"{addresses.act('run', 'compare_page')}?runs={chosen}")

    def has_start_permission(self, request: HttpRequest) -> bool:
        return policies.may_run(person(request))

    @action(description=_("Start a run"), permissions=["start"], icon="play_arrow", url_path="start")
    def start(self, request: HttpRequest) -> HttpResponse:
        return run_acts.start(self, request)


def _name(runs: Iterable[Any]) -> None:
    """Put the name of who asked onto each run, by one statement for all."""
    rows = list(runs)
    known = names(row.queued_by for row in rows)
    for row in rows:
        row.queued_by_in_words = who(row.queued_by, known)
