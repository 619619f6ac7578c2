"""`manage.py draw_states [FILE]`: docs/states.md, drawn from the tables that the triggers keep."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mlops.transitions import BIRTH, MACHINES, Machine

HEAD = (
    "# States\n\n"
    "How governed rows go from state to state: drawn by `manage.py draw_states` from `mlops/transitions.py`. Of the same\n"
    "tables the database's triggers are made, but for those of requests, versions, deployments and policy requests: these\n"
    "are written by hand, since they say of every move what must be true, and a test tries every move against the tables.\n"
    "What is not in a table is refused, on SQLite and PostgreSQL."
)


class Command(BaseCommand):
    help = "Write the state machines as Mermaid diagrams and tables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path("docs/states.md"))

    def handle(self, *args: Any, **options: Any) -> None:
        options["file"].write_text(drawn())
        self.stdout.write(f"{options['file']}: {len(MACHINES)} state machines")


def drawn() -> str:
    """Return the whole document."""
    return "\n\n".join([HEAD, *(part for machine in MACHINES for part in _parts(machine))]) + "\n"


def _parts(machine: Machine) -> Iterator[str]:
    yield f"## {machine.name}"
    arrows = [f"    {_state(move.source)} --> {_state(move.target)}: {_verb(move.act)}" for move in machine.moves]
    ends = [f"    {state} --> [*]" for state in machine.states if not machine.targets(state)]
    yield "\n".join(["```mermaid", "stateDiagram-v2", *arrows, *ends, "```"])
    rows = [
        f"| {move.source or '—'} | {move.target} | {_code(move.act)} | {move.who} | {move.guard or '—'} |"
        for move in machine.moves
    ]
    yield "\n".join(["| from | to | act | who may | only if |", "|---|---|---|---|---|", *rows])


def _state(state: str) -> str:
    return "[*]" if state == BIRTH else state


def _verb(act: str) -> str:
    """The acts without the parts they are in: a colon or a point would end the label."""
    return " / ".join(name.rpartition(".")[2] for name in act.split(", "))


def _code(act: str) -> str:
    return act if act == "—" else ", ".join(f"`{name}`" for name in act.split(", "))
