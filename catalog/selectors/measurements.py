"""Measurements of the two systems on this installation, from code and rows: nothing here is typed by hand."""

import ast
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from catalog.errors import EditionGone, EditionWrong
from catalog.models import ChartEdition, Standing
from catalog.recsys.weighted import wr_e6
from catalog.selectors import charts
from catalog.selectors.judges import Judge, judge

SOFTWARE_MODULES = tuple(f"catalog.recsys.{name}" for name in ("weighted", "formula", "counting"))
LISTING_MODULES = tuple(
    f"catalog.recsys.{name}" for name in ("likes", "spread", "prediction", "ranking", "state", "linear")
)
LEARNING_MODULES = {  # by recipe: what all of them stand on, and what is each one's own
    "recommender": (*LISTING_MODULES, "catalog.recsys.ease", "catalog.recsys.recommender"),
    "neighbours": (*LISTING_MODULES, "catalog.recsys.cosine", "catalog.recsys.neighbours"),
}
SAMPLE_FILMS, SAMPLE_VISITORS, SAMPLE_RATINGS, SAMPLE_PLACES = 200, 20, 12, 10


@lru_cache(maxsize=8)
def lines_of(modules: Sequence[str]) -> int:
    """Return how many lines of these modules do something: no blank lines, comments or docstrings."""
    return sum(_code_lines(Path(str(spec.origin)).read_text()) for name in modules if (spec := find_spec(name)))


def learned_lines(key: str) -> int:
    """Return how many lines make a judge's output; of a recipe that is not told of here, those that all stand on."""
    return lines_of(LEARNING_MODULES.get(key, LISTING_MODULES))


def _code_lines(source: str) -> int:
    docs: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docs.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(bool(line.strip()) and not line.strip().startswith("#") and at not in docs for at, line in lines)


@dataclass(frozen=True)
class Sampled:
    """How many outputs of a sample were asked for, and of how many the receipt came out exactly."""

    asked: int
    exact: int


def receipts_of_ranks(edition: ChartEdition | None) -> Sampled:
    """Compute the WR of films spread over the chart again, from their receipts, and compare to the last digit."""
    if edition is None:
        return Sampled(0, 0)
    step = max(1, edition.ranked // SAMPLE_FILMS)
    places = range(1, edition.ranked + 1, step)[:SAMPLE_FILMS]
    found = list(Standing.objects.filter(rank__in=list(places)).select_related("edition"))
    exact = sum(
        wr_e6(row.votes, row.points, row.edition.prior_votes, row.edition.mean_e4) == row.wr_e6 for row in found
    )
    return Sampled(len(found), exact)


@dataclass(frozen=True)
class Asked:
    """What asking a learned version for a sample of made-up visitors gave. milliseconds: the median to a list of ten."""

    visitors: int
    receipts: Sampled
    guesses: int
    again: int  # how many outputs came out differently when asked a second time
    milliseconds: float | None


@lru_cache(maxsize=2)
def asked_of(label: str) -> Asked:
    """Ask the version in service for a sample of visitors: once per process and version, for it costs a few lists."""
    found = judge(label.rpartition(" v")[0])
    exact = asked = guesses = again = 0
    took = []
    sample = _sample(found)
    for ratings in sample:
        began = time.perf_counter()
        listed = found.model.top_n(ratings, SAMPLE_PLACES)
        took.append(time.perf_counter() - began)
        asked += len(listed)
        exact += sum(entry.score == sum(lift.weight for lift in entry.lifts) for entry in listed)
        again += sum(one != two for one, two in zip(listed, found.model.top_n(ratings, SAMPLE_PLACES), strict=True))
        guesses += sum(found.model.predict(entry.film, ratings) is not None for entry in listed)
    return Asked(len(sample), Sampled(asked, exact), guesses, again, statistics.median(took) * 1000 if took else None)


def _sample(found: Judge) -> list[dict[int, int]]:
    """Return the ratings of visitors made up by lot, the same for a version each time: nobody's own are read for it.

    Each likes a few of the films that the version knows; those for whom it has no list are left out.
    """
    films = found.model.films.tolist()
    lot = random.Random(found.label)  # noqa: S311 — a lot, no secret
    rated = min(SAMPLE_RATINGS, max(1, len(films) // 4))
    made_up = [
        {film: lot.randint(found.model.threshold, 10) for film in lot.sample(films, rated)}
        for _ in range(SAMPLE_VISITORS if films else 0)
    ]
    return [ratings for ratings in made_up if found.model.top_n(ratings, 1)]


@dataclass(frozen=True)
class Recounted:
    """An edition counted again from its rows: of how many films, and what differed first."""

    number: int
    films: int | None
    differs: str = ""


def recounted(edition: ChartEdition | None) -> Recounted | None:
    """Count an edition again from its artefact; None when there is none."""
    return _recounted(edition.number, edition.chain_digest) if edition else None


@lru_cache(maxsize=8)
def _recounted(number: int, chain: str) -> Recounted:
    try:
        return Recounted(number, charts.verify(ChartEdition.objects.get(number=number)))
    except EditionGone:
        return Recounted(number, None)
    except EditionWrong as error:
        return Recounted(number, 0, str(error))


def first_kept() -> ChartEdition | None:
    """Return the oldest edition whose rows are still kept."""
    return charts.editions().filter(thinned_at__isnull=True).last()


@dataclass(frozen=True)
class Rules:
    """What the formula's editions say of its parameters: how many editions, and how many sets of parameters they used."""

    editions: int
    versions: int
    settings: int


def rules() -> Rules:
    """Return whether the rule ever changed without a new version: as many settings as versions say it did not."""
    used = set(ChartEdition.objects.values_list("version_label", "prior_votes", "floor"))
    return Rules(ChartEdition.objects.count(), len({label for label, *_ in used}), len(used))
