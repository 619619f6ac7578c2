"""Noted changes as blocks: one before and after, many in a table, and those that an event answers for."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from mlops.admin import addresses
from mlops.admin.blocks import Cell, Grid, Shown, value
from mlops.admin.words import plain, whole
from mlops.models import Capture
from mlops.services import chain

MOST = 100  # noted changes that the page of an event lists
LONG = 120  # characters of what changed, in a table
MARKS = {"I": "new", "U": "changed", "D": "gone"}


def in_words(op: str) -> str:
    return {"I": gettext("came"), "U": gettext("changed"), "D": gettext("went")}.get(op, op)


def sealed_by(request: HttpRequest, row: Capture) -> Cell:
    if row.seal is None:
        return Cell(gettext("nothing yet"), mark="gone")
    return addresses.link(request, "auditevent", row.seal, gettext("event %(seq)s") % {"seq": row.seal})


def differences(row: Capture) -> Grid:
    """Return each governed column before and after; what changed is marked, and stands first."""
    before, after = _told(row.before), _told(row.after)
    names = sorted({**before, **after}, key=lambda name: (before.get(name) == after.get(name), name))
    both = row.before is not None and row.after is not None
    lines: list[Sequence[Shown]] = [
        [
            name.replace("_", " "),
            _side(before, name),
            _side(after, name),
            Cell(gettext("differs"), mark="changed") if both and before.get(name) != after.get(name) else "",
        ]
        for name in names
    ]
    heads = [gettext("column"), gettext("before"), gettext("after"), gettext("difference")]
    return Grid(gettext("Before and after"), heads, lines, gettext("It tells nothing."))


def listed(request: HttpRequest, rows: Any, caption: str) -> Grid:
    """Return noted changes as a table, each with what changed."""
    may = request.user.has_perm("mlops.view_capture")
    with chain.readable():
        rows = list(rows)
    lines: list[Sequence[Shown]] = [
        [
            Cell(
                f"{row.pk} {in_words(row.op)}", addresses.row("capture", row.pk) if may else "", MARKS.get(row.op, "")
            ),
            f"{row.of} {row.row}",
            summary(row),
        ]
        for row in rows
    ]
    heads = [gettext("change"), gettext("table and row"), gettext("what changed")]
    return Grid(caption, heads, lines, gettext("There is none."))


def summary(row: Capture) -> str:
    """Return in one line what changed: of a row that came or went, what it said."""
    before, after = _told(row.before), _told(row.after)
    if row.op == Capture.Op.UPDATE:
        changed = [name for name in after if before.get(name) != after.get(name)]
        parts = [f"{_name(name)}: {_short(before.get(name))} → {_short(after.get(name))}" for name in changed]
    else:
        parts = [f"{_name(name)}: {_short(told)}" for name, told in (after or before).items() if told not in (None, "")]
    return _cut("; ".join(parts))


def sealed_changes(request: HttpRequest, seq: int, most: int = MOST) -> list[Any]:
    """Return what an event answers for: how many noted changes, and the first of them."""
    rows = Capture.objects.filter(seal=seq)
    many = rows.count()
    caption = gettext("Noted changes that this event sealed: %(n)s") % {"n": whole(many)}
    found = listed(request, rows.order_by("pk")[:most], caption)
    note = gettext("The first %(n)s are listed.") % {"n": most} if many > most else ""
    return [replace(found, note=note)]


def _told(text: str | None) -> dict[str, Any]:
    """Return what a side tells; nothing where there is none, or where it was tampered with."""
    found = _json(text or "{}")
    return {name: _json(told) for name, told in found.items()} if isinstance(found, dict) else {}


def _json(text: Any) -> Any:
    """Return what a text says as JSON; SQLite keeps JSON columns as texts. What is none, stays a text."""
    if not isinstance(text, str) or text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _side(told: dict[str, Any], name: str) -> Shown:
    return replace(value(told[name]), number=False) if name in told else "—"


def _name(column: str) -> str:
    return column.replace("_", " ")


def _short(found: Any) -> str:
    text = plain(found)
    return text if len(text) <= 40 else f"{text[:38]}…"


def _cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}…"
