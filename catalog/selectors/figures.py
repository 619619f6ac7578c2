"""Figures about the newest edition that pages state: counted, never typed by hand."""

from dataclasses import dataclass
from functools import lru_cache

from catalog.models import Standing
from catalog.selectors import charts

NEAR_E6 = 50_000  # within 0.05 of C


@dataclass(frozen=True)
class Figures:
    """What m does to this chart. own_weight shares are in thousandths."""

    films: int
    reach_m: int
    near_c: int
    tied: int
    median_votes: int
    median_own_weight: int
    least_votes: int


def figures() -> Figures | None:
    """Return the figures of the newest edition, or None before the first."""
    edition = charts.newest()
    if edition is None or not Standing.objects.exists():
        return None
    return _figures(edition.chain_digest, edition.prior_votes, edition.mean_e4)


@lru_cache(maxsize=4)
def _figures(chain: str, m: int, mean_e4: int) -> Figures:
    rows = list(Standing.objects.order_by("votes").values_list("votes", "wr_e6"))
    ratings = [wr for _, wr in rows]
    median = rows[len(rows) // 2][0]
    return Figures(
        films=len(rows),
        reach_m=sum(votes >= m for votes, _ in rows),
        near_c=sum(abs(wr - mean_e4 * 100) <= NEAR_E6 for wr in ratings),
        tied=_tied(ratings),
        median_votes=median,
        median_own_weight=median * 1000 // (median + m) if median + m else 0,
        least_votes=rows[0][0],
    )


def _tied(ratings: list[int]) -> int:
    """Count films that share their WR with another one."""
    counts: dict[int, int] = {}
    for wr in ratings:
        counts[wr] = counts.get(wr, 0) + 1
    return sum(count for count in counts.values() if count > 1)
