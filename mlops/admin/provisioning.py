"""Provisioning: queues and who works them, what waits, and what steps used beside what they were declared to need."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mlops.admin import addresses
from mlops.admin.blocks import Act, Cell, Facts, Grid, Section, Shown, Words, num
from mlops.admin.words import megabytes, spent, whole
from mlops.selectors import provisioning, workers

OVER = 1.0  # of what was declared, from which a measured median is marked


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    lead = _("Each queue has a worker of its own: a run of minutes never holds the quick work up.")
    sections = [
        Section(_("Queues and workers"), _workers()),
        Section(_("What waits"), [_backlog()], [Act(_("Runs"), addresses.rows("run"))]),
        Section(_("Steps: measured beside declared"), [_steps()]),
    ]
    result: HttpResponse = model_admin.page(request, _("Provisioning"), sections, lead=lead)
    return result


def _workers() -> list[Any]:
    found = workers.queues()
    if found is None:
        return [
            Words(
                _("The broker does not answer just now, so who works is not known. Runs wait as rows: none is lost."),
                "soft",
            )
        ]
    lines: list[Sequence[Shown]] = [
        [name, _workers_in_words(one.workers), num(whole(one.waiting))] for name, one in found.items()
    ]
    note = _("Workers that answered within a second; a worker that has its hands full may not.")
    return [Grid(_("Now"), [_("queue"), _("workers"), _("messages waiting")], lines, _("No queue is known."), note)]


def _workers_in_words(names: Sequence[str]) -> Cell:
    return Cell(", ".join(names)) if names else Cell(_("none answered"), mark="gone")


def _backlog() -> Facts:
    found = provisioning.backlog()
    return Facts([(_("Runs queued"), num(whole(found.queued))), (_("Runs at work"), num(whole(found.running)))])


def _steps() -> Grid:
    heads = [
        _("recipe"),
        _("step"),
        _("runs"),
        _("time"),
        _("declared"),
        _("CPUs"),
        _("declared"),
        _("memory"),
        _("declared"),
    ]
    lines = [_line(row) for row in provisioning.used()]
    note = _("Medians over the last %(n)s runs of a recipe; marked where they exceed what was declared.")
    caption = _("Steps of each recipe")
    return Grid(caption, heads, lines, _("No run has finished a step yet."), note % {"n": provisioning.RECENT})


def _line(row: provisioning.Used) -> list[Shown]:
    needs = row.declared
    return [
        row.recipe_key,
        row.step,
        num(whole(row.runs)),
        _measured(spent(row.seconds), row.seconds, needs.seconds if needs else None),
        num(spent(needs.seconds) if needs else "—"),
        _measured(f"{row.cpus:.2f}" if row.cpus is not None else "—", row.cpus, needs.cpus if needs else None),
        num(f"{needs.cpus:g}" if needs else "—"),
        _measured(megabytes(row.megabytes), row.megabytes, needs.megabytes if needs else None),
        num(megabytes(needs.megabytes) if needs else "—"),
    ]


def _measured(text: str, used: float | None, declared: float | None) -> Cell:
    over = used is not None and declared is not None and used > OVER * declared
    return num(f"▲ {text}" if over else text, mark="gone" if over else "")
