"""EASE fitted and asked person by person, against TruncatedSVD and implicit's ALS: speed, and accuracy beside it."""

import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import django
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

django.setup()

from django.conf import settings  # noqa: E402

from bench import rivals  # noqa: E402
from bench.timing import seconds, table  # noqa: E402
from catalog.demo import films as demo_films  # noqa: E402
from catalog.demo import generated, ratings, sources  # noqa: E402
from catalog.management.commands import load_demo  # noqa: E402
from catalog.recipes.recommending import evaluating  # noqa: E402
from catalog.recsys import fitting, likes, splits  # noqa: E402
from catalog.recsys import rivals as own_rivals  # noqa: E402
from catalog.recsys.formula import RATER_KINDS  # noqa: E402
from catalog.recsys.recommender import RecommenderModel  # noqa: E402
from mlops.ports import Fold, Rows  # noqa: E402

RUNS, DEPTH = 5, 600  # fits; places that ALS lists, so that a hundred are left when rated ones are taken out


@dataclass(frozen=True, eq=False)
class Lists:
    """A rival whose lists were made elsewhere: the place in its list is the score."""

    films: npt.NDArray[np.int64]
    by_known: Mapping[frozenset[tuple[int, int]], list[int]]

    def scores(self, given: Mapping[int, int]) -> npt.NDArray[np.int64]:
        found = np.zeros(len(self.films), dtype=np.int64)
        listed = self.by_known[frozenset(given.items())]
        found[listed] = np.arange(len(listed), 0, -1)
        return found


def rows() -> tuple[str, Rows]:
    """Return the demo's ratings as the recipe splits them: the real set where its package is installed."""
    seed = settings.DEMO_SEED
    try:
        chosen = demo_films.films(load_demo._frame(sources.IMDB), until=settings.RETRO_UNTIL)
        found = ratings.matched(load_demo._frame(sources.MOVIELENS), chosen, until=settings.RETRO_UNTIL).ratings
        name = "real set"
    except Exception as error:
        print(f"The real set is not there ({error}): the generated one stands in.\n", file=sys.stderr)
        made = generated.generated_films(seed, load_demo.FILMS)
        found, name = generated.generated_ratings(seed, made, load_demo.RATERS, load_demo.RATINGS), "generated set"
    subjects = {rater: str(uuid.uuid5(uuid.NAMESPACE_OID, str(rater))) for rater in np.unique(found.raters).tolist()}
    subject = np.array([subjects[rater] for rater in found.raters.tolist()])
    kind = np.full(len(subject), RATER_KINDS.index("DEMO"), dtype=np.int8)
    columns = {"film": found.film_ids, "value": found.values, "at": found.rated_at, "kind": kind}
    return name, {"subject": subject, **columns}


def als(fold: Fold, joined: likes.Ratings) -> dict[str, Any] | None:
    """Fit and ask implicit in its own environment; return its seconds, and its lists as an arm."""
    people = evaluating.people(fold)
    place = {film: at for at, film in enumerate(joined.films.tolist())}
    told = [
        sorted(place[film] for film, value in person.known.items() if value >= splits.LIKED and film in place)
        for person in people
    ]
    x = joined.likes(splits.LIKED).tocsr()
    x.sort_indices()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "likes.npz"
        np.savez(
            file,
            films=len(joined.films),
            train_indptr=x.indptr,
            train_place=x.indices,
            known_indptr=np.cumsum([0, *map(len, told)]),
            known_place=np.concatenate([np.array(row, dtype=np.int64) for row in told]),
        )
        found = rivals.ask("rival_als.py", likes=str(file), runs=RUNS, depth=DEPTH)
    if found is None:
        return None
    lists = [
        [film for film, _ in zip(listed, range(DEPTH), strict=False) if film >= 0] if row else []
        for listed, row in zip(found["lists"], told, strict=True)
    ]
    keys = (frozenset(person.known.items()) for person in people)
    return {**found, "arm": Lists(joined.films, dict(zip(keys, lists, strict=True)))}


def asked(arm: Any, fold: Fold) -> float:
    """Return the median seconds of one person's top 10."""
    taken = []
    for person in evaluating.people(fold):
        started = time.perf_counter()
        arm.top_n(person.known, 10) if isinstance(arm, RecommenderModel) else evaluating.listed(arm, person.known, 10)
        taken.append(time.perf_counter() - started)
    return median(taken)


def ndcg(arm: Any, fold: Fold) -> npt.NDArray[np.float64]:
    return next(np.asarray(metric.each) for metric in evaluating.metrics(arm, fold) if metric.name == "ndcg-100")


def main() -> None:
    name, given = rows()
    fold = splits.folds(given)[0]
    partials = [likes.partial(fold.train)]
    joined = likes.joined(partials)
    x = joined.likes(splits.LIKED)
    with threadpool_limits(limits=1):
        svd = own_rivals.svd(joined, splits.LIKED)
        rival = seconds(lambda: own_rivals.svd(joined, splits.LIKED), RUNS)
        model = fitting.fit(partials)
        base = asked(svd, fold)
        found: list[tuple[str, float, float, Any]] = [
            ("scikit-learn TruncatedSVD, rank 16 (the rival)", rival, base, svd),
            (
                "the recommender (EASE λ=200, whole-number weights, predictor)",
                seconds(lambda: fitting.fit(partials), RUNS),
                asked(model, fold),
                model,
            ),
        ]
    other = als(fold, joined)
    if other:
        found.append(("implicit ALS, 64 factors, 15 sweeps, 1 thread", other["fit"], other["top"], other["arm"]))
    ours = ndcg(model, fold)
    cells = [_row(what, fit, top, ndcg(arm, fold), ours, rival, base) for what, fit, top, arm in found]
    title = f"Recommenders on the {name}: {x.shape[0]} people, {x.shape[1]:,} films, {x.nnz:,} likes; {len(ours)} people asked"
    head = ("what", "fit s", "× SVD", "top-10 ms a person", "× SVD", "NDCG@100", "recommender's lead (paired error)")
    table(title, head, cells)
    if not other:
        print("**implicit ALS: not run** (see above)\n")


def _row(
    what: str,
    fit: float,
    top: float,
    each: npt.NDArray[np.float64],
    ours: npt.NDArray[np.float64],
    rival: float,
    base: float,
) -> tuple[str, ...]:
    lead = ours - each
    error = lead.std(ddof=1) / np.sqrt(len(lead))
    said = f"{lead.mean():+.4f} ({error:.4f})" if lead.any() else "–"
    return (
        what,
        f"{fit:.2f}",
        f"{fit / rival:.1f}",
        f"{top * 1000:.2f}",
        f"{top / base:.2f}",
        f"{each.mean():.4f}",
        said,
    )


if __name__ == "__main__":
    main()
