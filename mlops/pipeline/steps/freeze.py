"""Freeze what was recorded until the run was queued; a grid's point takes the grid's dataset."""

from django.utils import timezone

from mlops.pipeline.freeze import freeze
from mlops.pipeline.workspace import Output, Workspace
from mlops.ports import SYSTEM
from mlops.services import claims

READS: tuple[str, ...] = ()


def files(output: Output) -> list[str]:
    return []


def run(work: Workspace) -> Output:
    dataset = work.run.dataset
    if dataset is None:
        dataset = freeze(recipe=work.recipe, until=work.run.until, by=SYSTEM, at=timezone.now())
        claims.note(claim=work.claim, dataset=dataset, at=timezone.now())
        work.run.dataset = dataset
    work.say(f"{dataset}: {dataset.rows} rows of {dataset.subjects} subjects")
    return {"dataset": str(dataset), "fingerprint": dataset.fingerprint, "rows": dataset.rows}
