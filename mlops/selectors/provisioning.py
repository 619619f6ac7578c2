"""What steps are declared to need, and what they used."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from mlops import registry, steps
from mlops.models import Run, RunStep
from mlops.ports import Resources

RECENT = 20  # runs of a recipe that medians are taken over


@dataclass(frozen=True)
class Used:
    """One step of one recipe: declared, and the medians of what its last runs measured (None: none was)."""

    recipe_key: str
    step: str
    declared: Resources | None
    runs: int
    seconds: float | None
    cpus: float | None  # processor seconds per second
    megabytes: float | None


@dataclass(frozen=True)
class Backlog:
    """What waits: runs by state."""

    queued: int
    running: int


def declared(recipe_key: str, step: str) -> Resources | None:
    """Return what a step of a recipe is declared to need, or None when either is no longer known."""
    recipe = registry.recipes().get(recipe_key)
    return steps.declared(recipe, step) if recipe and step in steps.DEFAULTS else None


def used() -> list[Used]:
    """Return every step of every recipe that ran, in order: declared beside measured."""
    found: list[Used] = []
    for recipe_key in sorted(registry.recipes()):
        recent = Run.objects.filter(recipe_key=recipe_key).order_by("-pk").values_list("pk", flat=True)[:RECENT]
        done = RunStep.objects.filter(run_id__in=list(recent), state=RunStep.State.DONE).order_by("position", "pk")
        by_step: dict[str, list[RunStep]] = {}
        for step in done:
            by_step.setdefault(step.name, []).append(step)
        found += [_used(recipe_key, name, rows) for name, rows in by_step.items()]
    return found


def backlog() -> Backlog:
    """Return how many runs wait, and how many are at work."""
    states = list(Run.objects.unfinished().values_list("state", flat=True))
    return Backlog(states.count(Run.State.QUEUED), states.count(Run.State.RUNNING))


def _used(recipe_key: str, name: str, rows: list[RunStep]) -> Used:
    cpus = (step.cpu_seconds / step.seconds for step in rows if step.cpu_seconds is not None and step.seconds)
    return Used(
        recipe_key,
        name,
        declared(recipe_key, name),
        len(rows),
        _median(step.seconds for step in rows),
        _median(cpus),
        _median(step.megabytes for step in rows),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
