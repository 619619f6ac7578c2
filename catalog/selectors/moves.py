"""Reads about what a member brings and takes away."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from catalog.models import Move, MoveRow, Movie, User
from catalog.moving.lines import ENTRY, LIST, RATING, SEEN, WATCHED

RESTING = (Move.State.READY, Move.State.DONE, Move.State.UNDONE)
DECIDABLE = (Move.State.READY, Move.State.DONE)  # a row in doubt may be decided on before the import, and after
SHOWN = ((RATING,), (SEEN, WATCHED), (LIST,), (ENTRY,))  # the kinds that are counted apart; the rest goes together


@dataclass(frozen=True)
class Progress:
    """How far a move is: rows done of all; and what became of its rows, and of what was found."""

    done: int
    total: int
    outcomes: dict[str, int]
    states: dict[str, int]
    by_kind: dict[str, dict[str, int]]

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def of(user: User) -> QuerySet[Move]:
    """A member's moves, the last first."""
    return Move.objects.filter(user=user).defer("content").order_by("-asked_at", "-pk")


def progress(move: Move) -> Progress:
    """Return how far a move is, counted from its rows."""
    found = move.rows.order_by().values_list("kind", "state", "outcome").annotate(n=Count("pk"))
    states: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    kinds: dict[str, dict[str, int]] = {}
    for kind, state, outcome, n in found:
        states[state] = states.get(state, 0) + n
        outcomes[outcome] = outcomes.get(outcome, 0) + n
        mine = kinds.setdefault(kind, {})
        mine[outcome or state] = mine.get(outcome or state, 0) + n
    seen = sum(states.values())
    takeable = states.get(MoveRow.State.SURE, 0) + states.get(MoveRow.State.PLAIN, 0)
    done, total = {
        Move.State.READING: (seen - states.get("", 0), move.total),
        Move.State.WRITING: (takeable - _untaken(kinds), takeable if not move.is_wipe else 0),
        Move.State.UNDOING: (outcomes.get("UNDONE", 0) + outcomes.get("LATER", 0), 0),
    }.get(Move.State(move.state), (move.total, move.total))
    if move.state == Move.State.UNDOING:
        total = done + outcomes.get("WRITTEN", 0)
    return Progress(done, total, outcomes, states, kinds)


def _untaken(kinds: dict[str, dict[str, int]]) -> int:
    return sum(mine.get("SURE", 0) + mine.get("PLAIN", 0) for mine in kinds.values())


def doubtful(move: Move) -> QuerySet[MoveRow]:
    """Rows that a member may decide on, and those they have decided, as in the file."""
    return move.rows.exclude(candidates=[]).filter(outcome="").order_by("number")


def candidates(rows: list[MoveRow]) -> dict[int, Movie]:
    """Return the films that rows may mean, by number, in one statement."""
    return Movie.objects.in_bulk({pk for row in rows for pk in row.candidates})


def not_taken(move: Move) -> QuerySet[MoveRow]:
    """Rows that nothing came of, with the reason in state, outcome or problem; as in the file."""
    return (
        move.rows.exclude(outcome__in=["WRITTEN", "THERE", "UNDONE"])
        .exclude(state__in=["", "SURE", "PLAIN"], outcome="")
        .order_by("number")
    )
