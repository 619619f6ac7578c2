"""Refit on resampled subjects: how sure the model's answers are. What it learns so is kept with the model's arrays."""

from django.utils import timezone

from mlops import arrays, store
from mlops.pipeline.measuring import CANDIDATE, kept, to_rows
from mlops.pipeline.workspace import Output, Workspace
from mlops.services import experiments

READS = ("freeze", "split", "fit")


def files(output: Output) -> list[str]:
    return [output["artefact"], output["units"]]


def run(work: Workspace) -> Output:
    recipe, fold = work.recipe, work.folds[0]
    metrics, more = recipe.stability(work.fitted, fold, work.run.params, work.run.seed)
    whole = {**work.arrays(work.outputs["fit"]["artefact"]), **more}
    recipe.load(whole)  # refuses, before anybody is asked to approve it, what could not serve
    measured = {(fold.name, CANDIDATE, metric.name): metric for metric in metrics}
    rows, left_out = to_rows(measured)
    experiments.record_metrics(claim=work.claim, metrics=rows, at=timezone.now())
    for words in [*(f"{metric.title}: {metric.value:.4g}" for metric in metrics), *left_out]:
        work.say(words)
    return {
        "artefact": store.put(arrays.pack(whole)),
        "arrays": arrays.digest(whole),
        "units": store.put(arrays.pack(kept(measured))),
    }
