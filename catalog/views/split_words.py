"""Why the judges disagree on a film, in words: votes pull on the one side, likes on the other."""

from math import log10
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from catalog.models import ChartEdition, Standing
from catalog.recsys.weighted import half_even
from catalog.selectors.disagreements import Disagreements, Split
from catalog.views.rows import mean_text, wr_text
from catalog.words import figure

WIDE = 400  # from the first place to the last, by tenfolds
HALF = 50  # per cent of the say: below it the house mean has more of it than a film's own voters


def told(split: Split, among: Disagreements, edition: ChartEdition, learned_ahead: bool) -> dict[str, Any]:
    """Return one film with both places and what pulls it on either side."""
    standing: Standing | None = getattr(split.film, "standing", None)
    return {
        "film": split.film,
        "chart": split.chart,
        "learned": split.learned,
        "chart_x": _x(split.chart, among.films),
        "learned_x": _x(split.learned, among.films),
        "receipt": sum(lift.weight for lift in split.lifts) > 0,  # what nothing speaks for is on no list
        "votes": _votes(standing, edition, learned_ahead) if standing else "",
        "likes": _likes(split, among, learned_ahead) if among.personal else _expected(split, learned_ahead),
    }


def _x(place: int, last: int) -> int:
    return round(WIDE * log10(place) / log10(max(10, last)))


def _votes(standing: Standing, edition: ChartEdition, learned_ahead: bool) -> str:
    own = half_even(standing.votes * 100, standing.votes + edition.prior_votes)
    known = {
        "votes": intcomma(standing.votes),
        "mean": mean_text(standing.points, standing.votes),
        "own": own,
        "wr": wr_text(standing.wr_e6),
    }
    if learned_ahead and own < HALF:
        return (
            _(
                "%(votes)s votes are few beside the formula's m: their mean of %(mean)s has %(own)s %% of the say, the mean "
                "of all films the rest, and it stays at %(wr)s."
            )
            % known
        )
    return _("%(votes)s votes with a mean of %(mean)s: %(own)s %% of the say is theirs, which makes %(wr)s.") % known


def _likes(split: Split, among: Disagreements, learned_ahead: bool) -> str:
    """Return what a visitor's own likes say of the film."""
    first = split.lifts[0] if split.lifts else None
    last = split.lifts[-1] if split.lifts else None
    if learned_ahead and first and first.film in among.named:
        title = among.named[first.film].title
        return _("Who liked «%(title)s», as you did, liked it too: that lifts it most.") % {"title": title}
    if last and last.weight < 0 and last.film in among.named:
        title = among.named[last.film].title
        return _("Of what you liked, «%(title)s» speaks against it most.") % {"title": title}
    if first and first.weight > 0:
        return _("What you liked speaks for it, but more for others.")
    return _("Nothing you liked speaks for it: without a reason the learned judge keeps silent.")


def _expected(split: Split, learned_ahead: bool) -> str:
    known = {"expected": figure(f"{split.expected:.1f}"), "others": intcomma(split.learned - 1)}
    if learned_ahead:
        return _("Those it learned from gave high numbers: of somebody unknown it expects a %(expected)s.") % known
    return _("Of somebody unknown it expects a %(expected)s, and as much or more for %(others)s others.") % known
