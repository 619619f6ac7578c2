"""Say what would change for people if the candidate took the champion's place."""

from typing import Any

import numpy as np

from mlops.pipeline.workspace import Output, Workspace
from mlops.ports import Table

READS = ("freeze", "split", "stability", "evaluate")


def files(output: Output) -> list[str]:
    return []


def run(work: Workspace) -> Output:
    champion = work.champion.model if work.champion else None
    tables = work.recipe.compare(work.candidate, champion, work.folds[0])
    for table in tables:
        work.say(f"{table.title}: {len(table.rows)} rows")
    return {"tables": [_plain(table) for table in tables]}


def _plain(table: Table) -> dict[str, Any]:
    rows = [[_cell(value) for value in row] for row in table.rows]
    return {"title": table.title, "head": list(table.head), "rows": rows, "note": table.note}


def _cell(value: Any) -> str | int | float | None:
    """A number as JSON holds it; what is not finite is left empty."""
    found = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(found, float) and not np.isfinite(found) else found
