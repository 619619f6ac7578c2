"""What another version of the formula would move: the first 250, film by film and by decade."""

from collections import Counter
from collections.abc import Mapping
from statistics import median

from catalog.recipes.weighing import frozen
from catalog.recsys.formula import Formula
from catalog.selectors import extracts
from mlops.ports import Rows, Table

FIRST, MOVED = 250, 10
Ranks = Mapping[int, int]


def tables(candidate: Formula, champion: Formula | None, rows: Rows) -> list[Table]:
    """Return how far the chart moves, films rising and falling in the first 250, and the first 250 by decade.

    Each is weighed by the votes that it counts. Raises NotEnoughData.
    """
    new = _ranks(candidate, rows)
    old = new if champion is None else _ranks(champion, rows)
    years = dict(zip(rows["film"].tolist(), rows["year"].tolist(), strict=True))
    found = [_summary(new, old), *_moved(new, old)] if champion is not None else []
    return [*found, _decades(new, old, years)]


def _ranks(model: Formula, rows: Rows) -> dict[int, int]:
    return {row.id: row.rank for row in model.chart(frozen.films(model, rows)).rows if row.rank is not None}


def _summary(new: Ranks, old: Ranks) -> Table:
    both = [abs(new[film] - old[film]) for film in new.keys() & old.keys()]
    first, before = _first(new), _first(old)
    rows = [
        ("films ranked", len(new), len(old)),
        (f"of the champion's first {FIRST} kept", len(first & before), len(before)),
        ("films whose rank moves", sum(move > 0 for move in both), 0),
        ("median move, in ranks", median(both) if both else 0, 0),
        ("largest move, in ranks", max(both, default=0), 0),
    ]
    return Table(
        "How far the chart moves",
        ("", "candidate", "champion"),
        rows,
        "Over all films, each on the votes that it counts.",
    )


def _moved(new: Ranks, old: Ranks) -> list[Table]:
    """Return films by how far they move, among those in either first 250; who has no rank stands behind all who have."""

    def place(ranks: Ranks, film: int) -> int:
        return ranks.get(film, len(ranks) + 1)

    gained = {film: place(old, film) - place(new, film) for film in _first(new) | _first(old)}
    rising = sorted((film for film in gained if gained[film] > 0), key=lambda film: (-gained[film], film))[:MOVED]
    falling = sorted((film for film in gained if gained[film] < 0), key=lambda film: (gained[film], film))[:MOVED]
    told = extracts.told({*rising, *falling})
    found = []
    for title, films in (("Films rising", rising), ("Films falling", falling)):
        rows = [
            (told[film].name if film in told else f"film {film}", new.get(film, "–"), old.get(film, "–"), gained[film])
            for film in films
        ]
        note = f"Of those in the first {FIRST} of either; a dash is no rank."
        found.append(Table(title, ("film", "rank now", "rank then", "ranks gained"), rows, note))
    return found


def _decades(new: Ranks, old: Ranks, years: Mapping[int, int]) -> Table:
    now, then = (Counter(years[film] // 10 * 10 for film in _first(ranks)) for ranks in (new, old))
    rows = [(f"{decade}s", now[decade], then[decade]) for decade in sorted(now.keys() | then.keys())]
    return Table(f"The first {FIRST} by decade", ("decade", "candidate", "champion"), rows)


def _first(ranks: Ranks) -> set[int]:
    return {film for film, rank in ranks.items() if rank <= FIRST}
