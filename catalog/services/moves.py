"""What members bring, and take away as a whole: asked for here, done by workers piece by piece, undone row by row."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import queue
from catalog.errors import MoveRefused
from catalog.models import Move, MoveRow, Removal, User
from catalog.moving.reading import read
from catalog.services import removals
from mlops import work

KEPT = timedelta(days=30)  # so long a move can be undone; then its rows go
MOST = 20  # imports of one member that are kept, each with its rows; their page lists as many
NAME = 200
READING, READY, WRITING, DONE = Move.State.READING, Move.State.READY, Move.State.WRITING, Move.State.DONE
UNDOING, UNDONE = Move.State.UNDOING, Move.State.UNDONE
RATINGS, HISTORY, LISTS = Move.Part.RATINGS, Move.Part.HISTORY, Move.Part.LISTS
REMOVED = {
    RATINGS: (Removal.Kind.RATING,),
    HISTORY: (Removal.Kind.VIEWING,),
    LISTS: (Removal.Kind.LIST, Removal.Kind.ENTRY),
}


def bring(*, name: str, data: bytes, by: User, at: datetime) -> Move:
    """Take an upload in and have a worker look for its films. Nothing of it is kept until `confirm`.

    One that waited for a decision gives way to it. Raises BadFile, or MoveRefused while another one is at work.
    """
    brought = read(name, data)
    with transaction.atomic():
        _room(by)
        if Move.objects.filter(user=by).exclude(origin=Move.Origin.WIPE).count() >= MOST:
            raise MoveRefused(
                _("%(most)s imports of yours can be undone still, more are not kept: forget one of them first.")
                % {"most": MOST}
            )
        made = Move.objects.create(
            user=by,
            origin=brought.origin,
            name=name[-NAME:],
            content=data,
            aside=brought.aside,
            total=len(brought.lines),
            state=READING,
            asked_at=at,
        )
        offer(made, part=1, by=by, at=at)
    return made


def decide(*, move_id: int, choices: Mapping[int, int | None], by: User, at: datetime) -> Move:
    """Say which of the films that were found rows mean, by the rows' numbers, or none of them. Raises MoveRefused.

    Before an import has run this waits for `confirm`; afterwards what was chosen is written down at once.
    """
    with transaction.atomic():
        move = _mine(move_id, by, READY, DONE)
        rows = list(move.rows.filter(number__in=choices, outcome=MoveRow.Outcome.NONE).exclude(candidates=[]))
        for row in rows:
            row.movie_id, row.by_hand = choices[row.number], True
            row.state = MoveRow.State.SURE if row.movie_id else MoveRow.State.SKIPPED
        if len(rows) < len(choices) or any(row.movie_id and row.movie_id not in row.candidates for row in rows):
            words = _("This film is not among those that were found for the row: choose one of them, or none.")
            raise MoveRefused(words)
        MoveRow.objects.bulk_update(rows, ["movie", "by_hand", "state"])
        if move.state == DONE and any(row.movie_id for row in rows):
            _alone(by)
            _to(move, WRITING)
            offer(move, part=_next_part(_last_job(move)), by=by, at=at)
    return move


def confirm(*, move_id: int, take_theirs: bool, by: User, at: datetime) -> Move:
    """Have what was brought written down. take_theirs: their rating replaces one given here. Raises MoveRefused."""
    with transaction.atomic():
        move = _mine(move_id, by, READY)
        _to(move, WRITING, take_theirs=take_theirs)
        offer(move, part=1, by=by, at=at)
    return move


def discard(*, move_id: int, by: User, at: datetime) -> None:
    """Throw away what was brought and not yet confirmed. Raises MoveRefused."""
    with transaction.atomic():
        _mine(move_id, by, READING, READY).delete()


def undo(*, move_id: int, by: User, at: datetime) -> Move:
    """Have a whole import, or a clearing away, undone: what was there before comes back as it was. Raises MoveRefused."""
    with transaction.atomic():
        move = _mine(move_id, by, DONE)
        if at - move.asked_at > KEPT:
            raise MoveRefused(
                _("This was more than %(days)s days ago: what undoing it needs is no longer kept.")
                % {"days": KEPT.days}
            )
        _room(by)
        _to(move, UNDOING)
        offer(move, part=1, by=by, at=at)
    return move


def wipe(*, part: str, by: User, at: datetime) -> Move:
    """Have one part of all that a member keeps taken away. For KEPT it can be undone. Raises MoveRefused."""
    with transaction.atomic():
        _room(by)
        move = Move.objects.create(user=by, origin=Move.Origin.WIPE, part=part, state=WRITING, asked_at=at)
        if part in REMOVED:
            removals.forget(by=by, kinds=REMOVED[Move.Part(part)])
        offer(move, part=1, by=by, at=at)
    return move


def forget(*, move_id: int, by: User, at: datetime) -> None:
    """Let go of a move that is at rest: it can be undone no more, and what it had taken away is gone. Raises MoveRefused."""
    with transaction.atomic():
        _mine(move_id, by, DONE, UNDONE).delete()


def resume(*, move_id: int, by: User, at: datetime) -> Move:
    """Ask anew for the work of a move that came to a halt; what is done stays done. Raises MoveRefused."""
    with transaction.atomic():
        move = _mine(move_id, by, READING, WRITING, UNDOING)
        last = _last_job(move)
        is_open = last is not None and last.state in (last.State.WAITING, last.State.RUNNING)
        offer(move, part=_next_part(last) - is_open, by=by, at=at)
    return move


def forget_old(*, at: datetime) -> int:
    """Let go of moves that can be undone no more, and of uploads nobody confirmed; return how many."""
    old = Move.objects.filter(asked_at__lt=at - KEPT, state__in=[READING, READY, DONE, UNDONE])
    gone = old.count()
    for move in old.order_by("pk"):
        with transaction.atomic():
            move.delete()
    Removal.objects.filter(removed_at__lt=at - KEPT).delete()
    return gone


def offer(move: Move, *, part: int, by: User, at: datetime) -> None:
    """Put the next piece of a move's work on record, within the transaction that makes it due."""
    key = f"move:{move.pk}:{move.state}:{part}".lower()
    work.offer(key=key, task=queue.MOVE, queue=_QUEUE, payload=_payload(move, part), by=by, at=at)


def _last_job(move: Move) -> work.Job | None:
    """The last piece of work that was offered for a move in its state."""
    jobs = work.Job.objects.filter(task=queue.MOVE, key__startswith=f"move:{move.pk}:{move.state}:".lower())
    return max(jobs, key=lambda job: int(job.payload["part"]), default=None)


def _next_part(last: work.Job | None) -> int:
    return 1 + (int(last.payload["part"]) if last else 0)


def _payload(move: Move, part: int) -> dict[str, object]:
    return {"move": move.pk, "state": str(move.state), "part": part}


def _room(by: User) -> None:
    """A member's moves come one after the other; an upload that only waits for a decision gives way."""
    User.objects.select_for_update().get(pk=by.pk)
    Move.objects.filter(user=by, state=READY).delete()
    _alone(by)


def _alone(by: User) -> None:
    if Move.objects.filter(user=by).open().exists():
        raise MoveRefused(_("Something of yours is still at work, or waits for you: see to its end, then ask again."))


def _mine(move_id: int, by: User, *states: str) -> Move:
    move = Move.objects.select_for_update().filter(pk=move_id, user=by).first()
    if move is None:
        raise MoveRefused(_("This import is not kept any more."))
    if move.state not in states:
        raise MoveRefused(
            _("It is not the moment for that. It stands so: %(state)s.") % {"state": move.get_state_display()}
        )
    return move


def _to(move: Move, state: str, **values: object) -> None:
    for name, value in {**values, "state": state, "ended_at": None}.items():
        setattr(move, name, value)
    move.save(update_fields=[*values, "state", "ended_at"])


_QUEUE = queue.JOBS[queue.MOVE]
