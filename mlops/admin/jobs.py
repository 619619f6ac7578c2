"""Work: all that is queued, running, waiting or set apart, on one page; tried again or called off with a reason."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from mlops import policies
from mlops.admin import addresses, job_blocks
from mlops.admin.actors import person
from mlops.admin.blocks import Act, Section
from mlops.admin.forms import ReasonForm
from mlops.admin.paged import Paged, View
from mlops.models import Job
from mlops.selectors import work
from mlops.services import job_acts

LABELS = {
    "WAITING": "warning",
    "RUNNING": "info",
    "DONE": "success",
    "QUARANTINED": "danger",
    "CANCELLED": "default",
}


@admin.register(Job)
class JobAdmin(Paged):
    list_display = ("name", "life", "queue", "deliveries", "offered_at", "finished_at")
    list_filter = (("state", ChoicesDropdownFilter), "task", "queue")
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("key", "task", "failure")
    ordering = ("-pk",)
    actions_list = ("work",)

    @display(description=_("job"), ordering="key")
    def name(self, obj: Job) -> str:
        return str(obj)

    @display(description=_("state"), ordering="state", label=LABELS)
    def life(self, obj: Job) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    @action(description=_("Work"), permissions=["view"], icon="work_history", url_path="work")
    def work(self, request: HttpRequest) -> HttpResponse:
        """Show all there is to do: what needs a person first."""
        now = timezone.now()
        title = gettext("Work")
        lead = gettext(
            "Each piece of work is a row: what dies at it, or whatever message is lost, it is taken up again. What was"
            " delivered three times and never ended is set apart, and waits for a person."
        )
        sections = job_blocks.sections(request, work.everything(at=now), now)
        return self.page(request, title, sections, lead=lead, acts=[Act(gettext("All jobs"), addresses.rows("job"))])

    def row_page(self, request: HttpRequest, row: Job) -> HttpResponse:
        sections = [Section(gettext("The job"), job_blocks.facts(row, timezone.now()))]
        return self.page(request, str(row), sections, lead=job_blocks.sentence(row), acts=_possible(request, row))

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (
            ("<path:object_id>/retry/", "retry", partial(_retry, self)),
            ("<path:object_id>/cancel/", "cancel", partial(_cancel, self)),
        )


def _possible(request: HttpRequest, job: Job) -> list[Act]:
    """Return what this person may do with a job now."""
    found = [Act(gettext("All work"), addresses.act("job", "work"))]
    if not policies.may_retry_job(person(request)) or job.state in (Job.State.DONE, Job.State.CANCELLED):
        return found
    if job.state == Job.State.QUARANTINED:
        found.append(Act(gettext("Try again…"), addresses.act("job", "retry", job.pk), main=True))
    return [*found, Act(gettext("Call off…"), addresses.act("job", "cancel", job.pk))]


def _retry(model_admin: JobAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    job: Job = model_admin.row_or_404(request, object_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        job_acts.retry(job_id=job.pk, reason=given["reason"], by=person(request), at=timezone.now())
        return gettext("Job %(pk)s is tried again.") % {"pk": job.pk}, addresses.act("job", "work")

    words = gettext("It begins anew, with three deliveries as at first. See to what it died of before.")
    return _asked(model_admin, request, job, gettext("Try job %(pk)s again") % {"pk": job.pk}, words, act)


def _cancel(model_admin: JobAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    job: Job = model_admin.row_or_404(request, object_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        job_acts.cancel(job_id=job.pk, reason=given["reason"], by=person(request), at=timezone.now())
        return gettext("Job %(pk)s is called off.") % {"pk": job.pk}, addresses.act("job", "work")

    words = gettext("It is not done, now or later, and cannot be taken up again. A worker at it writes nothing more.")
    return _asked(model_admin, request, job, gettext("Call job %(pk)s off") % {"pk": job.pk}, words, act)


def _asked(model_admin: JobAdmin, request: HttpRequest, job: Job, title: str, words: str, act: Any) -> HttpResponse:
    if not policies.may_retry_job(person(request)):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    back = addresses.row("job", job.pk)
    return model_admin.ask(request, title, words, form, back, act, proof=True)
