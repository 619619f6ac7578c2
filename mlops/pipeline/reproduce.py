"""Reproducing: a version's arrays, learned again from the dataset, parameters and seed on record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlops import arrays, registry
from mlops.errors import MlopsError
from mlops.models import ModelVersion
from mlops.pipeline import environment, parquet
from mlops.pipeline.workspace import part_partials
from mlops.selectors.versions import labelled
from mlops.services import manifests, relearning


@dataclass(frozen=True)
class Reproduction:
    """The digest of the arrays then and again, and what of the environment is not as it was."""

    then: str
    again: str
    why: str

    @property
    def same(self) -> bool:
        return self.then == self.again


def reproduce(*, label: str, told: Callable[[str], None]) -> Reproduction:
    """Fit the version again and compare its arrays with what was signed. Writes nothing. Raises MlopsError, ValueError."""
    version = labelled(label)
    if version.run is None or version.run.dataset is None:
        raise MlopsError(f"{label} was made by no run on record: there is nothing to learn it again from.")
    signed = manifests.checked(version)
    run, recipe = version.run, registry.recipe(version.recipe_key)
    assert run.dataset is not None
    with environment.pinned():
        fold = recipe.split(parquet.rows_of(run.dataset))[0]
        told(f"{run.dataset}: {run.dataset.rows} rows; fitting …")
        fitted = recipe.fit(part_partials(recipe, fold.train), run.params, run.seed)
        told("refitting for stability …")
        learned = recipe.load(fitted.arrays())
        _, more = recipe.stability(learned, fold, run.params, run.seed)
        again = arrays.digest({**fitted.arrays(), **more})
        why = _differences(run.environment, environment.facts())
        return Reproduction(signed.arrays, again, f"{_erased(version)}{why}")


def _erased(version: ModelVersion) -> str:
    gone = relearning.learned_from_erased(version)
    return f"it learned from {gone} since erased, and cannot be reproduced; " if gone else ""


def _differences(then: dict[str, Any], now: dict[str, Any]) -> str:
    changed = [
        f"{name}: {then.get(name)} → {now.get(name)}" for name in sorted(then) if then.get(name) != now.get(name)
    ]
    return "changed since: " + "; ".join(changed) if changed else "the environment is as it was"
