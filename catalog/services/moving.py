"""The work of a move, in pieces: an edition waits for no more than one of them, and a dead worker loses one chunk at most."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog.models import Move, MoveRow, Movie
from catalog.moving.lines import CHOICES, LIST, RATING, Line
from catalog.moving.matching import Index
from catalog.moving.reading import read
from catalog.services import moves, moves_taking, moves_undoing, moves_wiping, ratings
from mlops import work

CHUNK = 25  # rows a transaction: whoever rates one of their films waits for its end, and for no more
LOOKED_AT = 125  # rows a transaction, when nothing of a member's own is written
PIECE = 40  # chunks a job
SURE, PLAIN, WRITTEN = MoveRow.State.SURE, MoveRow.State.PLAIN, MoveRow.Outcome.WRITTEN
NEXT = {
    Move.State.READING: Move.State.READY,
    Move.State.WRITING: Move.State.DONE,
    Move.State.UNDOING: Move.State.UNDONE,
}


def carry_out(*, lease: work.Lease, at: datetime) -> dict[str, Any]:
    """Do a piece of a move and end its job with it; offer the next one, or bring the move to rest. Raises ClaimLost.

    A move that is gone, or further on, needs nothing.
    """
    move = Move.objects.filter(pk=lease.payload["move"], state=lease.payload["state"]).first()
    if move is None:
        return {"rows": 0}
    step = _steps(move)
    done, chunks = 0, 0
    while chunks < PIECE:
        with transaction.atomic():
            work.hold(lease=lease, at=at)
            found = step(move, at) if _is_there(move) else 0
        if not found:
            return _at_rest(lease, move, done, at)
        done, chunks = done + found, chunks + 1
    with transaction.atomic():
        moves.offer(move, part=int(lease.payload["part"]) + 1, by=move.user, at=at)
        work.finish(lease=lease, at=at, result={"rows": done})
    return {"rows": done}


def _is_there(move: Move) -> bool:
    """Say whether a move is still as it was taken up, and keep it so until the transaction ends."""
    same = Move.objects.select_for_update().filter(pk=move.pk, state=move.state)
    return bool(same.values_list("pk", flat=True).first())


def _steps(move: Move) -> Callable[[Move, datetime], int]:
    if move.state == Move.State.READING:
        lines: list[Line] = []
        index: list[Index] = []
        return lambda move, at: _put_down(move, lines) or _look(move, index)
    if move.state == Move.State.UNDOING:
        return _take_back
    return moves_wiping.take_away if move.is_wipe else _write


def _at_rest(lease: work.Lease, move: Move, done: int, at: datetime) -> dict[str, Any]:
    with transaction.atomic():
        if not _is_there(move):  # thrown away meanwhile, or its member was erased
            return {"rows": done}
        move.content, move.ended_at, move.state = None, at, NEXT[Move.State(move.state)]
        if move.is_wipe and move.state == Move.State.DONE:
            move.total = move.rows.count()
        move.save(update_fields=["content", "ended_at", "state", "total"])
        work.finish(lease=lease, at=at, result={"rows": done})
    return {"rows": done}


def _put_down(move: Move, lines: list[Line]) -> int:
    """Put the next rows of the file into the table; the same file gives the same rows, so it goes on where it stopped."""
    there = move.rows.count()
    if there >= move.total:
        return 0
    if not lines:
        lines.extend(read(move.name, bytes(move.content or b"")).lines)
    chunk = lines[there : there + LOOKED_AT]
    MoveRow.objects.bulk_create(_row(move, there + at, line) for at, line in enumerate(chunk, 1))
    return len(chunk)


def _row(move: Move, number: int, line: Line) -> MoveRow:
    state = MoveRow.State.NEW
    if line.problem:
        state = MoveRow.State.BROKEN
    elif line.kind in (LIST, CHOICES):
        state = PLAIN
    told = {"title": line.title, "year": line.year, "film": line.film, "names": list(line.names), "facts": line.facts}
    where = {"number": number, "kind": line.kind, "file": line.file[-200:], "line": line.line}
    return MoveRow(move=move, **where, **told, problem=line.problem and line.problem.packed(), state=state)


def _look(move: Move, index: list[Index]) -> int:
    """Find the films of the next rows."""
    rows = list(move.rows.filter(state=MoveRow.State.NEW).order_by("number")[:LOOKED_AT])
    if rows and not index:
        index.append(Index(Movie.objects.values_list("pk", "title", "year").order_by("pk")))
    for row in rows:
        if move.origin == Move.Origin.OWN and row.film is None:  # it had left the catalogue when it was taken out
            row.state = PLAIN
            continue
        match = index[0].match(row.title, row.year, row.names, row.film)
        row.state, row.movie_id, row.candidates = match.state, match.film, list(match.candidates)
    MoveRow.objects.bulk_update(rows, ["state", "movie", "candidates"], batch_size=100)
    return len(rows)


def _write(move: Move, at: datetime) -> int:
    due = move.rows.filter(state__in=[SURE, PLAIN], outcome="").select_related("movie")
    rows = list(due.order_by("number")[:CHUNK])
    _hold(move, rows)
    for row in rows:
        row.outcome = moves_taking.take(row, move, at)
        row.save(update_fields=["outcome", "before", "made"])
    return len(rows)


def _take_back(move: Move, at: datetime) -> int:
    order = "number" if move.is_wipe else "-number"
    rows = list(move.rows.filter(outcome=WRITTEN).order_by(order)[:CHUNK])
    _hold(move, rows)
    for row in rows:
        row.outcome = moves_undoing.take_back(row, move, at)
        row.save(update_fields=["outcome"])
    return len(rows)


def _hold(move: Move, rows: list[MoveRow]) -> None:
    films = {row.movie_id for row in rows if row.kind == RATING and row.movie_id}
    if films:
        ratings.hold(by=move.user, movie_ids=films)
