"""Measures the formula: how many films it ranks, whose votes it counts, and whether fractions give every figure too."""

import math
from collections.abc import Sequence
from fractions import Fraction

from catalog.recipes.weighing import frozen
from catalog.recsys.counting import largest_share
from catalog.recsys.formula import Formula
from catalog.recsys.weighted import Chart, Ranked, Tallied
from mlops.ports import Metric, Rows


def metrics(model: Formula, rows: Rows) -> list[Metric]:
    """Return films ranked, C, the share of rows that fractions confirm, and whose votes it counts. Raises NotEnoughData."""
    films = frozen.films(model, rows)
    share = largest_share(frozen.votes(model, rows), partners=model.counts_partners)
    chart = model.chart(films)
    return [
        _fact("ranked", "Films with a rank", sum(row.rank is not None for row in chart.rows), "films"),
        _fact("house-mean", "C, the mean of all films", chart.mean_e4 / 10**4, "points"),
        _fact("recomputed", "Rows that exact fractions confirm", confirmed(model, films, chart), "share"),
        _fact("counts-as-tallied", "Counts members, and nobody but partners beside them", float(model.countable)),
        _fact("partner-share", "The largest share that one partner has of all counting votes", float(share), "share"),
    ]


def confirmed(model: Formula, films: Sequence[Tallied], chart: Chart) -> float:
    """Return the share of the films' rows that are what the definition gives, computed in fractions and not as it was."""
    found = {row.id: (row.wr_e6, row.rank) for row in chart.rows}
    expected = _by_definition(model, [film for film in films if film.votes])
    agreed = sum(found.get(number) == row for number, row in expected.items())
    return agreed / max(len(expected), len(found), 1)


def _by_definition(model: Formula, films: Sequence[Tallied]) -> dict[int, tuple[int, int | None]]:
    """Return each film's WR in millionths and rank: v/(v+m)·R + m/(v+m)·C, with C the plain mean of R at four decimals."""
    common = math.lcm(*(film.votes for film in films))
    tenths = sum(film.points * (common // film.votes) for film in films)
    mean = round(Fraction(tenths, 10 * common * len(films)), 4)  # a Fraction rounds its halves to even
    wr = {film.id: _weighed(film, Fraction(model.prior_votes), mean) for film in films}
    order: list[Tallied | Ranked] = sorted(
        (film for film in films if film.votes >= model.floor), key=lambda film: film.id
    )
    order.sort(key=lambda film: film.year)
    order.sort(key=lambda film: film.votes, reverse=True)
    order.sort(key=lambda film: wr[film.id], reverse=True)
    ranks = {film.id: rank for rank, film in enumerate(order, start=1)}
    return {number: (int(value * 10**6), ranks.get(number)) for number, value in wr.items()}


def _weighed(film: Tallied, m: Fraction, mean: Fraction) -> Fraction:
    own = film.votes / (film.votes + m)
    return round(own * Fraction(film.points, 10 * film.votes) + (1 - own) * mean, 6)


def _fact(name: str, title: str, value: float, unit: str = "") -> Metric:
    return Metric(name, title, float(value), higher_is_better=None, unit=unit)
