"""A rank over the editions as a stepped line: the picture beside a table of the same moves."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDE, HIGH, EDGE = 1000, 300, 14


@dataclass(frozen=True)
class RankLine:
    """path and dots: SVG path data in a box of WIDE × HIGH, the best rank on top."""

    path: str
    dots: str
    best: int
    worst: int
    first: int
    last: int


def rank_line(changes: Sequence[tuple[int, int | None]], newest: int) -> RankLine | None:
    """Return the line of (edition, rank from it on), oldest first, up to the newest edition; None when there never was a rank."""
    ranks = [rank for _, rank in changes if rank is not None]
    if not ranks:
        return None
    best, worst, first = min(ranks), max(ranks), changes[0][0]

    def x(edition: int) -> int:
        return EDGE + (edition - first) * (WIDE - 2 * EDGE) // max(1, newest - first)

    def y(rank: int) -> int:
        return EDGE + (rank - best) * (HIGH - 2 * EDGE) // (worst - best) if worst > best else HIGH // 2

    points = _thinned([(x(edition), None if rank is None else y(rank)) for edition, rank in changes])
    dots = "".join(f"M{across} {down}h0" for across, down in points if down is not None)
    return RankLine(_path(points, WIDE - EDGE if newest > first else WIDE), dots, best, worst, first, newest)


def _path(points: Sequence[tuple[int, int | None]], end: int) -> str:
    """Return steps: level until the next change, then straight up or down; no line where there is no rank."""
    path, drawing = "", False
    for place, (across, down) in enumerate(points):
        until = points[place + 1][0] if place + 1 < len(points) else end
        if down is not None:
            path += (f"V{down}" if drawing else f"M{across} {down}") + f"H{until}"
        drawing = down is not None
    return path


def _thinned(points: Sequence[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """Return at most four points for each step across: the first, the highest, the lowest, the last."""
    by_x: dict[int, list[int | None]] = {}
    for across, down in points:
        by_x.setdefault(across, []).append(down)
    kept: list[tuple[int, int | None]] = []
    for across, downs in by_x.items():
        levels = [down for down in downs if down is not None]
        few = downs if len(downs) <= 4 else [downs[0], min(levels, default=None), max(levels, default=None), downs[-1]]
        kept += [(across, down) for down in few]
    return kept
