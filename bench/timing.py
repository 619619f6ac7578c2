"""Medians and tables."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any


def seconds(call: Callable[[], Any], runs: int) -> float:
    """Return the median wall time of a call."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return median(taken)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a Markdown table."""
    print(f"### {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print()
