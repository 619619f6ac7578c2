"""Make a run of each point of the grid, and ask for them."""

from django.utils import timezone

from mlops.pipeline.workspace import Output, Workspace
from mlops.services import claims, grids

READS = ("freeze",)


def files(output: Output) -> list[str]:
    return []


def run(work: Workspace) -> Output:
    from sklearn.model_selection import ParameterGrid  # noqa: PLC0415 — seconds that only a grid needs to pay

    points = list(ParameterGrid(work.run.grid))
    with claims.holding(claim=work.claim, at=timezone.now()):
        children = grids.expand(parent=work.run, points=points, at=timezone.now())
    work.say(f"{len(children)} runs of {len(points)} points")
    return {"runs": [child.pk for child in children]}
