"""What the rows of our own export must keep to beyond their columns' kinds: a file somebody wrote by hand may not."""

from collections.abc import Callable, Mapping
from typing import Any

from catalog.moving.lines import ALERT, LIST, PLAY, RATING

LONGEST = {"title": 200, "note": 2_000, "territory": 3, "judge": 50}
Row = Mapping[str, Any]


def broken(kind: str, row: Row) -> tuple[str, str] | None:
    """Return the column that breaks a rule and how; None when the row keeps to all."""
    for name, most in LONGEST.items():
        if len(row.get(name) or "") > most:
            return name, f"it has more than {most:,} letters."
    if row.get("year") is not None and "film" in row and not 1800 <= row["year"] <= 2200:
        return "year", f"{row['year']} is no year."
    if "film" in row and not row["title"].strip():
        return "title", "it is empty."
    return _RULES.get(kind, _none)(row)


def _none(_: Row) -> None:
    return None


def _rating(row: Row) -> tuple[str, str] | None:
    return None if 1 <= row["value"] <= 10 else ("value", f"{row['value']} is no rating from 1 to 10.")


def _list(row: Row) -> tuple[str, str] | None:
    return None if row["watchlist"] or row["title"].strip() else ("title", "a list needs one.")


def _play(row: Row) -> tuple[str, str] | None:
    if not (row["position"] <= row["furthest"] <= row["length"] and row["length"]):
        return "position", "it is beyond the furthest, or beyond the length."
    if row["seen_at"] < row["started_at"]:
        return "seen_at", "it is before the beginning."
    return ("by_hand", "only what is finished was marked so.") if row["by_hand"] and not row["finished_at"] else None


def _alert(row: Row) -> tuple[str, str] | None:
    if row["found_at"] and row["found_at"] < row["asked_at"]:
        return "found_at", "it is before the wish."
    return ("read_at", "nothing was found yet.") if row["read_at"] and not row["found_at"] else None


_RULES: dict[str, Callable[[Row], tuple[str, str] | None]] = {
    RATING: _rating,
    LIST: _list,
    PLAY: _play,
    ALERT: _alert,
}
