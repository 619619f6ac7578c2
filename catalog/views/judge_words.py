"""What the judges are called on pages, and how each of them comes to its list."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog import words
from catalog.selectors.judges import FIRST, Lack, Seat
from catalog.selectors.recommendations import Picks
from catalog.selectors.tastes import Taste

ABOUT = {
    "recommender": _(
        "Weighs all that you liked against all other films at once, and against what merely everybody likes."
    ),
    "neighbours": _("Looks at pairs of films alone: who liked the one, and how many of them liked the other."),
}
NOBODY = _("Nobody")
NOBODY_ABOUT = _("No page reads your ratings to recommend anything. The chart and the catalogue stand here instead.")


def about(key: str, given: str = "") -> Any:
    """Return in one sentence how a judge works: our words, or its recipe's own."""
    return ABOUT.get(key, given)


def seats_told(seats: Sequence[Seat], found: Picks, taste: Taste) -> list[dict[str, Any]]:
    """Return every judge as the chooser shows it, and nobody at the end. chosen: what this visitor chose."""
    wanted = taste.judge if taste.judge in {seat.key for seat in seats} else FIRST
    told = [
        {
            "key": seat.key,
            "title": words.told(seat.title),
            "about": about(seat.key, seat.about),
            "judge": seat.judge,
            "away": seat.lack is Lack.AWAY,
            "chosen": taste.personal and seat.key == wanted,
            "sits": found.judge is not None and found.judge.key == seat.key,
        }
        for seat in seats
    ]
    return [*told, {"key": "", "title": NOBODY, "about": NOBODY_ABOUT, "judge": None, "chosen": not taste.personal}]
