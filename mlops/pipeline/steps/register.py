"""Judge the gates, and register the version with their verdict: once, whatever happens."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from mlops.pipeline.measuring import restored
from mlops.pipeline.workspace import Output, Workspace
from mlops.services import claims, registration
from mlops.stats import gates

READS = ("fit", "evaluate", "stability", "compare")


@dataclass(frozen=True)
class Trainer:
    """Whoever queued the run: the version is theirs, and they may not approve it."""

    subject_id: str


def files(output: Output) -> list[str]:
    return []


def run(work: Workspace) -> Output:
    each = {**work.arrays(work.outputs["evaluate"]["evaluation"]), **work.arrays(work.outputs["stability"]["units"])}
    measured = restored(work.run.metrics.all(), each)
    results = [asdict(result) for result in gates.judge(work.recipe.gates, measured, work.champion is not None)]
    at = timezone.now()
    version = registration.register(
        run=work.run,
        artefact_digest=work.outputs["stability"]["artefact"],
        arrays_digest=work.outputs["stability"]["arrays"],
        results=results,
        tables=work.outputs["compare"]["tables"],
        champion=work.champion.version if work.champion else None,
        by=Trainer(work.run.queued_by),
        at=at,
        inside=lambda: claims.holding(claim=work.claim, at=at),
    )
    work.say(f"{version.label}: {_verdict(results)}")
    return {"version": version.label, "passed": version.gate_report.passed}


def _verdict(results: list[dict[str, Any]]) -> str:
    failed = [result["title"] for result in results if result["passed"] is False]
    return f"gates failed: {', '.join(failed)}" if failed else "all gates passed"
