"""What people do with runs: start, cancel, repeat, annotate. Each is one call of a service."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import policies, registry
from mlops.admin import addresses
from mlops.admin.actors import person
from mlops.admin.blocks import Act
from mlops.admin.forms import ReasonForm
from mlops.admin.run_forms import NotesForm, StartForm, tags
from mlops.models import Run
from mlops.services import runs

Done = tuple[str, str]


def possible(request: HttpRequest, run: Run) -> list[Act]:
    """Return what this person may do with a run now."""
    if not policies.may_run(person(request)):
        return []
    found = []
    if run.state in (Run.State.QUEUED, Run.State.RUNNING):
        found.append(Act(_("Cancel…"), addresses.act("run", "cancel", run.pk)))
    if run.state == Run.State.FAILED:
        found.append(Act(_("Repeat…"), addresses.act("run", "repeat", run.pk), main=True))
    again = f"{addresses.act('run', 'start')}?recipe={run.recipe_key}&like={run.pk}"
    if run.recipe_key in registry.recipes():
        found.append(Act(_("Start one like it…"), again))
    return [*found, Act(_("Notes and tags…"), addresses.act("run", "annotate", run.pk))]


def start(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Ask for which recipe, then with which parameters and why, and queue the run."""
    if not policies.may_run(person(request)):
        raise PermissionDenied
    key = request.GET.get("recipe", "")
    recipes = registry.recipes()
    if key not in recipes:
        acts = [Act(recipe.title, f"?recipe={name}", main=True) for name, recipe in recipes.items()]
        result: HttpResponse = model_admin.page(request, _("Start a run"), [], lead=_("Of which recipe?"), acts=acts)
        return result
    like = Run.objects.filter(recipe_key=key, pk=_whole(request.GET.get("like", ""))).first()
    form = StartForm(recipes[key], like.params if like else {}, request.POST or None)

    def act(given: dict[str, Any]) -> Done:
        run = runs.queue_run(
            recipe_key=key,
            reason=given["reason"],
            by=person(request),
            at=timezone.now(),
            params=form.params,
            seed=given["seed"],
            grid=given["grid"] or None,
            tags=tags(given["tags"]),
            notes=given["notes"],
        )
        return _("Run %(pk)s is queued.") % {"pk": run.pk}, addresses.row("run", run.pk)

    title = _("Start a run of %(recipe)s") % {"recipe": recipes[key].title}
    words = _(
        "It learns from what is recorded until now. What it makes is a candidate: it serves nobody until a person asks"
        " for it and another approves."
    )
    return _asked(model_admin, request, title, words, form, addresses.rows("run"), act)


def cancel(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    run: Run = model_admin.row_or_404(request, object_id)

    def act(given: dict[str, Any]) -> Done:
        runs.cancel(run_id=run.pk, reason=given["reason"], by=person(request), at=timezone.now())
        return _("Run %(pk)s is cancelled.") % {"pk": run.pk}, addresses.row("run", run.pk)

    words = _("A worker at it stops at the end of its step; what it has measured stays. It can not be taken up again.")
    return _asked(
        model_admin, request, _("Cancel run %(pk)s") % {"pk": run.pk}, words, _reason(request), _back(run), act
    )


def repeat(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    run: Run = model_admin.row_or_404(request, object_id)

    def act(given: dict[str, Any]) -> Done:
        runs.repeat(run_id=run.pk, reason=given["reason"], by=person(request), at=timezone.now())
        return _("Run %(pk)s is queued again.") % {"pk": run.pk}, addresses.row("run", run.pk)

    words = _("It goes on at its first unfinished step, with the same data, parameters and seed.")
    return _asked(
        model_admin, request, _("Repeat run %(pk)s") % {"pk": run.pk}, words, _reason(request), _back(run), act
    )


def annotate(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    run: Run = model_admin.row_or_404(request, object_id)
    form = NotesForm(request.POST or None, initial={"notes": run.notes, "tags": ", ".join(run.tags)})

    def act(given: dict[str, Any]) -> Done:
        facts = {"notes": given["notes"], "tags": tags(given["tags"])}
        runs.annotate(run_id=run.pk, by=person(request), at=timezone.now(), **facts)
        return _("Noted."), addresses.row("run", run.pk)

    words = _("They replace what is noted now. What was measured stays as it is.")
    return _asked(
        model_admin, request, _("Notes and tags of run %(pk)s") % {"pk": run.pk}, words, form, _back(run), act
    )


def _asked(model_admin: Any, request: HttpRequest, *asked: Any) -> HttpResponse:
    """Show or do an act on runs, for those who may."""
    if not policies.may_run(person(request)):
        raise PermissionDenied
    result: HttpResponse = model_admin.ask(request, *asked)
    return result


def _reason(request: HttpRequest) -> ReasonForm:
    return ReasonForm(request.POST or None)


def _back(run: Run) -> str:
    return addresses.row("run", run.pk)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
