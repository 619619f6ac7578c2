"""Ask candidate, champion and rivals the same questions, and write down who answered how well, unit by unit."""

from collections.abc import Iterator, Mapping

from django.utils import timezone

from mlops import arrays, store
from mlops.pipeline.measuring import CANDIDATE, CHAMPION, Key, kept, to_rows
from mlops.pipeline.workspace import Output, Workspace, part_partials
from mlops.ports import Fold, Metric, Model
from mlops.services import claims, experiments

READS = ("freeze", "split", "fit")


def files(output: Output) -> list[str]:
    return [output["evaluation"]]


def run(work: Workspace) -> Output:
    measured: dict[Key, Metric] = {}
    champion = work.champion
    if champion and champion.fault:  # every gate that compares with it fails
        work.say(f"{champion.version.label} cannot be measured: {champion.fault}")
    for place, fold in enumerate(work.folds):
        arms = dict(_arms(work, fold, champion.model if champion and not place else None, first=not place))
        for done, (arm, model) in enumerate(arms.items(), start=1):
            measured |= {(fold.name, arm, found.name): found for found in work.recipe.evaluate(model, fold)}
            work.went(place * len(arms) + done, len(work.folds) * len(arms))
        work.say(f"{fold.title}: {', '.join(arms)}")
    rows, left_out = to_rows(measured)
    for words in left_out:
        work.say(words)
    digest = store.put(arrays.pack(kept(measured)))
    experiments.record_metrics(claim=work.claim, metrics=rows, at=timezone.now())
    claims.note(claim=work.claim, evaluation_digest=digest, at=timezone.now())
    version = champion.version if champion else None
    facts = {"champion": version.label if version else "", "champion_id": version.pk if version else None}
    return {"evaluation": digest, "metrics": len(rows), **facts}


def _arms(work: Workspace, fold: Fold, champion: Model | None, *, first: bool) -> Iterator[tuple[str, Model]]:
    """The deciding fold asks what would serve; another fold has other train rows, and asks a model of these."""
    recipe, params, seed = work.recipe, work.run.params, work.run.seed
    yield CANDIDATE, work.fitted if first else recipe.fit(part_partials(recipe, fold.train), params, seed)
    if champion is not None:
        yield CHAMPION, champion
    rivals: Mapping[str, Model] = recipe.rivals(fold, params, seed)
    yield from rivals.items()
