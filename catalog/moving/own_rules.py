"""What the rows of our own export must keep to beyond their columns' kinds: a file somebody wrote by hand may not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from catalog.moving.lines import ALERT, LIST, PLAY, RATING

LONGEST = {"title": 200, "note": 2_000, "territory": 3, "judge": 50}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Broken:
    """The column that breaks a rule, and how; words as a refusal has them."""

    column: str
    words: str
    given: dict[str, str | int] = field(default_factory=dict)


def broken(kind: str, row: Row) -> Broken | None:
    """Return the first rule that a row breaks; None when it keeps to all."""
    for name, most in LONGEST.items():
        if len(row.get(name) or "") > most:
            return Broken(name, _("it has more than %(most)s letters."), {"most": most})
    if row.get("year") is not None and "film" in row and not 1800 <= row["year"] <= 2200:
        return Broken("year", _("«%(value)s» is no year."), {"value": str(row["year"])})
    if "film" in row and not row["title"].strip():
        return Broken("title", _("it is empty."))
    return _RULES[kind](row) if kind in _RULES else None


def _rating(row: Row) -> Broken | None:
    if 1 <= row["value"] <= 10:
        return None
    return Broken("value", _("%(value)s is no rating from 1 to 10."), {"value": str(row["value"])})


def _list(row: Row) -> Broken | None:
    return None if row["watchlist"] or row["title"].strip() else Broken("title", _("a list needs one."))


def _play(row: Row) -> Broken | None:
    if not (row["position"] <= row["furthest"] <= row["length"] and row["length"]):
        return Broken("position", _("it is beyond the furthest, or beyond the length."))
    if row["seen_at"] < row["started_at"]:
        return Broken("seen_at", _("it is before the beginning."))
    return Broken("by_hand", _("only what is finished was marked so.")) if _is_unfinished(row) else None


def _is_unfinished(row: Row) -> bool:
    return bool(row["by_hand"] and not row["finished_at"])


def _alert(row: Row) -> Broken | None:
    if row["found_at"] and row["found_at"] < row["asked_at"]:
        return Broken("found_at", _("it is before the wish."))
    return Broken("read_at", _("nothing was found yet.")) if row["read_at"] and not row["found_at"] else None


_RULES: dict[str, Callable[[Row], Broken | None]] = {RATING: _rating, LIST: _list, PLAY: _play, ALERT: _alert}
