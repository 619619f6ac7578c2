"""Whose votes a chart counts: a film's own, and partners' up to a bound. Whole numbers only; points in tenths.

The bound: one partner's votes for a film count only while they are no more than the film's own, those of members and those
that came with it. Beyond it none of that partner's votes for that film count, so nobody's upload decides a film alone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from catalog.recsys.weighted import Tallied

OWN = 0  # in the place of a partner's number: votes of members, and those that came with the film


@dataclass(frozen=True, slots=True)
class Votes:
    """What one film has from one side: its own, or one partner's. year: the film's; points: in tenths."""

    film: int
    year: int
    partner: int
    votes: int
    points: int


def within_bound(rows: Iterable[Votes]) -> list[Votes]:
    """Return the rows that count where partners do: a film's own, and those of a partner that are no more than its own.

    rows: each film and partner once, in any order; the order stays.
    """
    known = list(rows)
    own = {row.film: row.votes for row in known if row.partner == OWN}
    return [row for row in known if row.partner == OWN or row.votes <= own.get(row.film, 0)]


def counted(rows: Iterable[Votes], *, partners: bool) -> list[Tallied]:
    """Return every film with a counting vote, by film, votes and points added up. partners: whether theirs count."""
    found: dict[int, Tallied] = {}
    for row in within_bound(rows) if partners else rows:
        if row.votes and (partners or row.partner == OWN):
            so_far = found.get(row.film, Tallied(row.film, row.year, 0, 0))
            found[row.film] = Tallied(row.film, row.year, so_far.votes + row.votes, so_far.points + row.points)
    return [found[film] for film in sorted(found)]


def largest_share(rows: Iterable[Votes], *, partners: bool) -> Fraction:
    """Return the largest share that one partner has of all counting votes, from 0 to 1; 0 where partners do not count."""
    if not partners:
        return Fraction(0)
    votes: Counter[int] = Counter()
    for row in within_bound(rows):
        votes[row.partner] += row.votes
    most = max((count for partner, count in votes.items() if partner != OWN), default=0)
    return Fraction(most, votes.total() or 1)
