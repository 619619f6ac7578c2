"""The chart under other rules: m, the floor, and what C is the mean of. Never the official chart."""

from dataclasses import dataclass

from catalog.recsys.columns import Columns, Terms, mean_of
from catalog.recsys.weighted import E4, half_even

RULES = ("films", "listed", "votes", "fixed")
MOST = 10**9  # m and the floor at most


class NobodyListed(ValueError):
    """No film has as many votes as the floor asks for; most: the votes of the film that has most."""

    def __init__(self, most: int) -> None:
        super().__init__(f"no film has so many votes: the most voted has {most}")
        self.most = most


@dataclass(frozen=True)
class Knobs:
    """prior_votes: m; floor: least votes to be listed; rule: one of RULES; fixed_e4: C itself when the rule is «fixed».

    films: the mean of all films, each counted once (the official rule); listed: of those at or above the floor; votes: the
    mean of all votes, so that a film counts by its votes.
    """

    prior_votes: int
    floor: int
    rule: str = "films"
    fixed_e4: int = 0


ALTERNATIVE = Knobs(prior_votes=1_300, floor=1_000)


def terms(columns: Columns, knobs: Knobs) -> Terms:
    """Return what an edition is weighed by under these knobs. Raises NobodyListed."""
    most = int(columns.votes.max())
    if knobs.floor > most:
        raise NobodyListed(most)
    return Terms(knobs.prior_votes, knobs.floor, _mean(columns, knobs))


def _mean(columns: Columns, knobs: Knobs) -> int:
    if knobs.rule == "fixed":
        return knobs.fixed_e4
    if knobs.rule == "votes":
        return half_even(int(columns.points.sum()) * E4, 10 * int(columns.votes.sum()))
    if knobs.rule == "listed":
        listed = columns.votes >= knobs.floor
        return mean_of(columns.votes[listed], columns.points[listed])
    return columns.terms.mean_e4
