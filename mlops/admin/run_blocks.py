"""The parts of a run's page."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.admin import addresses
from mlops.admin.actors import teller
from mlops.admin.blocks import Cell, Facts, Grid, Log, Shown, Words, digest, num, of_facts, value
from mlops.admin.words import megabytes, moment, plain, spent
from mlops.models import Run, RunStep
from mlops.selectors import provisioning

STATES = {
    "QUEUED": "",
    "RUNNING": "changed",
    "SUCCEEDED": "new",
    "FAILED": "gone",
    "REFUSED": "gone",
    "CANCELLED": "",
    "WAITING": "",
    "DONE": "new",
}


def state_in_a_sentence(run: Run, steps: Sequence[RunStep]) -> str:
    """Return what is going on, for the top of the page and for who only listens."""
    done = sum(step.state == RunStep.State.DONE for step in steps)
    now = next((step.name for step in steps if step.state == RunStep.State.RUNNING), "")
    if run.state == Run.State.QUEUED:
        return _("Waits for a worker since %(at)s.") % {"at": moment(run.queued_at)}
    if run.state == Run.State.RUNNING:
        words = _("Running: %(done)s of %(all)s steps are done%(now)s.")
        return words % {"done": done, "all": len(steps), "now": _(", now %(step)s") % {"step": now} if now else ""}
    if run.state == Run.State.SUCCEEDED:
        words = _("Succeeded in %(time)s.")
        return words % {"time": spent(duration(run))}
    ended = {
        Run.State.FAILED: _("Failed after %(done)s of %(all)s steps. It can be taken up where it stopped."),
        Run.State.REFUSED: _("Refused after %(done)s of %(all)s steps: nothing is broken, the data does not allow it."),
        Run.State.CANCELLED: _("Cancelled after %(done)s of %(all)s steps."),
    }[Run.State(run.state)]
    return ended % {"done": done, "all": len(steps)}


def duration(run: Run) -> float | None:
    """Return the seconds from the first claim until the end, or None."""
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def progress(run: Run, steps: Sequence[RunStep]) -> list[Any]:
    heads = [
        _("step"),
        _("state"),
        _("progress"),
        _("tries"),
        _("time"),
        _("declared"),
        _("CPUs used"),
        _("declared"),
        _("memory"),
        _("declared"),
    ]
    lines = [_step_line(run, step) for step in steps]
    return [Grid(_("Steps, measured beside declared"), heads, lines, _("The worker has not laid out its steps yet."))]


def _step_line(run: Run, step: RunStep) -> list[Shown]:
    needs = provisioning.declared(run.recipe_key, step.name)
    cpus = step.cpu_seconds / step.seconds if step.cpu_seconds is not None and step.seconds else None
    return [
        step.name,
        Cell(step.get_state_display(), mark=STATES[step.state] or "soft"),
        f"{plain(step.done)} / {plain(step.total)}" if step.total else "—",
        num(str(step.attempts)),
        num(spent(step.seconds)),
        num(spent(needs.seconds) if needs else "—"),
        num(f"{cpus:.2f}" if cpus is not None else "—"),
        num(f"{needs.cpus:g}" if needs else "—"),
        num(megabytes(step.megabytes)),
        num(megabytes(needs.megabytes) if needs else "—"),
    ]


def digests(steps: Sequence[RunStep]) -> Grid:
    lines: list[Sequence[Shown]] = [
        [step.name, digest(step.input_digest), digest(step.output_digest)] for step in steps
    ]
    return Grid(
        _("What went into each step and what came out"), [_("step"), _("input"), _("output")], lines, folded=True
    )


def logs(steps: Sequence[RunStep]) -> list[Log]:
    words = _("Log of %(step)s")
    return [
        Log(words % {"step": step.name}, step.log, step.state == RunStep.State.FAILED) for step in steps if step.log
    ]


def origin(request: HttpRequest, run: Run) -> Facts:
    """Return who asked for the run and why, from what it learned, and what it made."""
    tell = teller(run.queued_by)
    rows: list[tuple[str, Shown]] = [
        (_("Asked for by"), f"{tell(run.queued_by)}, {moment(run.queued_at)}"),
        (_("Cause"), run.get_cause_display()),
        (_("Reason"), run.reason),
    ]
    if run.drift_report_id:
        rows.append(
            (_("Drift report"), addresses.link(request, "driftreport", run.drift_report_id, str(run.drift_report)))
        )
    if run.parent_id:
        rows.append((_("Point of the grid"), addresses.link(request, "run", run.parent_id, _run_name(run.parent_id))))
    rows += [
        (_("Dataset"), addresses.link(request, "dataset", run.dataset_id, str(run.dataset)) if run.dataset_id else "—"),
        (_("Learns from what was recorded until"), moment(run.until)),
        (_("Version"), version_link(request, run)),
        (_("Worker"), run.worker or "—"),
        (_("Tags"), plain(run.tags)),
        (_("Notes"), run.notes or "—"),
    ]
    return Facts(rows)


def version_link(request: HttpRequest, run: Run) -> Shown:
    version = getattr(run, "version", None)
    return addresses.link(request, "modelversion", version.pk, version.label) if version else "—"


def settings(run: Run) -> list[Any]:
    lines: list[Sequence[Shown]] = [[name, value(found)] for name, found in sorted(run.params.items())]
    lines.append([_("seed"), num(str(run.seed))])
    blocks: list[Any] = [Grid(_("Parameters"), [_("parameter"), _("value")], lines)]
    if run.grid:
        varied = [[name, plain(found)] for name, found in sorted(run.grid.items())]
        blocks.append(Grid(_("Varied over"), [_("parameter"), _("values")], varied))
    if run.environment:
        blocks.append(of_facts(run.environment))
    return blocks


def points(request: HttpRequest, children: Sequence[Run]) -> Grid:
    heads = [_("run"), _("state"), _("parameters"), _("version")]
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "run", child.pk, _run_name(child.pk)),
            Cell(child.get_state_display(), mark=STATES[child.state] or "soft"),
            ", ".join(f"{name} = {plain(found)}" for name, found in sorted(child.params.items())),
            version_link(request, child),
        ]
        for child in children
    ]
    caption = ngettext("%(n)s point of the grid", "%(n)s points of the grid", len(children)) % {"n": len(children)}
    return Grid(caption, heads, lines)


def failure(run: Run) -> list[Words]:
    return [Words(run.failure, "error")] if run.failure else []


def _run_name(pk: int) -> str:
    return _("run %(pk)s") % {"pk": pk}
