"""The weighted rating with its parameters in force: what a version of the software system is."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.recsys.weighted import Chart, Tallied, chart

KEY = "weighted-rating"
C_RULES = ("mean-of-films",)
RATER_KINDS = ("MEMBER", "DEMO", "PARTNER")
ALWAYS, PARTNERS = "MEMBER", "PARTNER"  # who counts whatever the version, and who only where a version says so


@dataclass(frozen=True)
class Formula:
    """prior_votes: m; floor: least votes to be listed; c_rule: one of C_RULES; kinds: raters whose ratings count."""

    prior_votes: int
    floor: int
    c_rule: str
    kinds: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.prior_votes <= 10**9:
            raise ValueError(f"prior_votes is {self.prior_votes}: it must be from 0 to 1,000,000,000")
        if not 1 <= self.floor <= 10**9:
            raise ValueError(f"floor is {self.floor}: it must be from 1 to 1,000,000,000")
        if self.c_rule not in C_RULES:
            raise ValueError(f"c_rule is {self.c_rule!r}: it must be one of {', '.join(C_RULES)}")
        if not set(self.kinds) <= set(RATER_KINDS):
            raise ValueError(f"kinds is {self.kinds}: it must be among {', '.join(RATER_KINDS)}")

    @property
    def counts_partners(self) -> bool:
        """Say whether ratings of partners' viewers count, within the bound of recsys.counting."""
        return PARTNERS in self.kinds

    @property
    def countable(self) -> bool:
        """Say whether there are tallies of just the kinds that it counts: members always, others than partners' never."""
        return {ALWAYS} <= set(self.kinds) <= {ALWAYS, PARTNERS}

    def chart(self, films: Iterable[Tallied]) -> Chart:
        """Return the chart of these films under these parameters. Raises ValueError when no film has a vote."""
        return chart(films, prior_votes=self.prior_votes, floor=self.floor)
