"""The parts of the page of work."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.admin import addresses
from mlops.admin.blocks import Cell, Facts, Grid, Section, Shown, num, of_facts
from mlops.admin.words import ago, moment, whole
from mlops.models import Job, Tick
from mlops.selectors.work import MOST_SHOWN, Piece, Work

LineOf = Callable[[Piece], list[Shown]]


def sections(request: HttpRequest, found: Work, now: datetime) -> list[Section]:
    """Return the page's parts: what needs a person first."""

    def first(piece: Piece) -> Cell:
        return addresses.link(request, piece.model, piece.pk, piece.name)

    def apart(piece: Piece) -> list[Shown]:
        return [first(piece), Cell(piece.reason, mark="gone"), num(whole(piece.deliveries)), ago(piece.since, now)]

    def running(piece: Piece) -> list[Shown]:
        return [first(piece), _progress(piece), _lease(piece, now), num(whole(piece.deliveries)), ago(piece.since, now)]

    def queued(piece: Piece) -> list[Shown]:
        return [first(piece), piece.queue, num(whole(piece.deliveries)), ago(piece.since, now)]

    def waiting(piece: Piece) -> list[Shown]:
        return [first(piece), moment(piece.until), piece.reason or "—", num(whole(piece.deliveries))]

    tries, age = _("deliveries"), _("since")
    return [
        _part(_("Set apart"), [_("work"), _("why"), tries, age], found.apart, apart,
              _("Nothing is set apart: no work waits for a person.")),
        _part(_("At work"), [_("work"), _("progress"), _("lease"), tries, age], found.running, running,
              _("Nothing is being worked on.")),
        _part(_("Queued"), [_("work"), _("queue"), tries, age], found.queued, queued, _("Nothing waits for a worker.")),
        _part(_("Waits for its time"), [_("work"), _("not before"), _("because"), tries], found.waiting, waiting,
              _("Nothing waits for its time.")),
        Section(_("Schedule"), [_newest(found.ticks), _lost(found.lost_ticks)]),
    ]  # fmt: skip


def sentence(job: Job) -> str:
    """Return how it stands with a job, for the top of its page."""
    return {
        Job.State.WAITING: _("It waits for a worker."),
        Job.State.RUNNING: _("A worker is at it."),
        Job.State.DONE: _("It is done."),
        Job.State.QUARANTINED: _("It was set apart, and waits for a person: tried again, or called off."),
        Job.State.CANCELLED: _("It was called off."),
    }[Job.State(job.state)]


def facts(job: Job, now: datetime) -> list[Facts]:
    failure = Cell(job.failure, mark="gone" if job.state == Job.State.QUARANTINED else "") if job.failure else "—"
    rows: list[tuple[str, Shown]] = [
        (_("state"), job.get_state_display()),
        (_("task"), job.task),
        (_("key"), Cell(job.key, code=True)),
        (_("queue"), job.queue),
        (_("deliveries"), whole(job.deliveries)),
        (_("what broke"), failure),
        (_("offered"), f"{moment(job.offered_at)} ({ago(job.offered_at, now)})"),
        (_("not before"), moment(job.not_before)),
        (_("worker"), job.worker or "—"),
        (_("lease until"), moment(job.lease_until)),
        (_("ended"), moment(job.finished_at)),
    ]
    told = [of_facts(job.payload)] if job.payload else []
    return [Facts(rows), *told, *([of_facts(job.result)] if job.result else [])]


def _part(title: str, heads: Sequence[str], pieces: Sequence[Piece], line: LineOf, empty: str) -> Section:
    note = _("The oldest %(n)s of each kind.") % {"n": MOST_SHOWN} if len(pieces) >= MOST_SHOWN else ""
    return Section(title, [Grid(title, heads, [line(piece) for piece in pieces], empty, note)])


def _progress(piece: Piece) -> str:
    return f"{whole(piece.done)} / {whole(piece.total)}" if piece.total else "—"


def _lease(piece: Piece, now: datetime) -> Cell:
    if piece.until is None:
        return Cell("—")
    if piece.until < now:
        return Cell(_("ran out %(when)s: it is taken up again") % {"when": ago(piece.until, now)}, mark="gone")
    return Cell(_("until %(at)s") % {"at": moment(piece.until)})


def _newest(ticks: Sequence[Tick]) -> Grid:
    heads = [_("schedule"), _("due"), _("taken"), _("ended")]
    lines: list[Sequence[Shown]] = [
        [tick.schedule, moment(tick.due_at), moment(tick.taken_at), moment(tick.done_at)] for tick in ticks
    ]
    return Grid(_("Each schedule's last due moment"), heads, lines, _("No due moment of a schedule has come yet."))


def _lost(ticks: Sequence[Tick]) -> Grid:
    heads = [_("schedule"), _("due"), _("why")]
    never = _("it never ended: its worker died at it")
    lines: list[Sequence[Shown]] = [
        [tick.schedule, moment(tick.due_at), Cell(tick.failure or never, mark="gone")] for tick in ticks
    ]
    note = _("Not done again by hand: the next due moment does the same work.")
    return Grid(_("Due moments of the last week that came to nothing"), heads, lines, _("None came to nothing."), note)
