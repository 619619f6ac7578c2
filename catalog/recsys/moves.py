"""Why a rank moved between two editions: four causes put in one by one, each with the rank after it, all in whole numbers.

own      the film's own votes (and its year, which breaks ties) as in the later edition, all else as in the earlier
others   every other film's votes too; films that came are in, films that went are out
mean     C of the later edition
terms    m and the floor of the later edition: what is left is the later edition, so this rank is the published one
"""

from dataclasses import dataclass

from catalog.recsys.columns import Columns, Terms, rank_of

CAUSES = ("own", "others", "mean", "terms")


@dataclass(frozen=True)
class Causes:
    """A film's rank before, and after each of CAUSES in turn; None where it has no rank."""

    before: int | None
    after: tuple[int | None, ...]

    def steps(self) -> list[tuple[str, int | None, int | None]]:
        """Return each cause with the rank before and after it."""
        return list(zip(CAUSES, (self.before, *self.after), self.after, strict=False))


def causes(earlier: Columns, later: Columns, film: int) -> Causes:
    """Return what moved a film from an earlier edition to a later one."""
    old, new = earlier.film(film), later.film(film)
    first, last = earlier.terms, later.terms
    before = None if old is None else rank_of(earlier, old, first)
    if new is None:
        return Causes(before, (None,) * len(CAUSES))
    between = Terms(first.prior_votes, first.floor, last.mean_e4)
    stages = ((earlier, first), (later, first), (later, between), (later, last))
    return Causes(before, tuple(rank_of(columns, new, terms) for columns, terms in stages))
