"""What the steps of one run share: its row, its recipe, what earlier steps left in the store, and a place to report to."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

from mlops import arrays, registry, store
from mlops.errors import BadArtefact
from mlops.models import Deployment, ModelVersion, Run
from mlops.pipeline import parquet
from mlops.pipeline.freeze import rows_digest
from mlops.pipeline.partitions import parted
from mlops.ports import Arrays, Fold, Model, Recipe, Rows
from mlops.services import claims, manifests
from mlops.services.audit import canonical
from mlops.services.claims import Claim

PACE = 0.5  # seconds between two writes of progress, at least
Output = dict[str, Any]


@dataclass(frozen=True)
class Champion:
    """The version a candidate would replace. model: None when it cannot be loaded, and then fault says why."""

    version: ModelVersion
    model: Model | None
    fault: str = ""


class Workspace:
    """One run as its worker sees it. Nothing here is written unless the claim holds."""

    def __init__(self, claim: Claim, told: Callable[[str], None]) -> None:
        self.claim, self.told = claim, told
        self.run = Run.objects.select_related("dataset", "parent").get(pk=claim.run_id)
        self.recipe: Recipe = registry.recipe(self.run.recipe_key)
        self.outputs: dict[str, Output] = {}
        self.step, self.log = "", ""
        self.progress, self._written = (0, 0), 0.0

    # --- what a step reports -------------------------------------------------------------------------------------
    def begin(self, step: str, log: str) -> None:
        self.step, self.log, self.progress = step, log, (0, 0)

    def say(self, line: str) -> None:
        """Add a line to the step's log."""
        self.log += f"{timezone.now():%H:%M:%S} {line}\n"
        self.told(f"  {line}")
        self._tell()

    def went(self, done: int, total: int) -> None:
        """Say how far the step is. Raises ClaimLost."""
        self.progress = (done, total)
        if done >= total or time.monotonic() - self._written > PACE:
            self._tell()

    def announce(self, output: Output) -> None:
        """Write down what the step is about to put into the store. Raises ClaimLost."""
        claims.announce(claim=self.claim, name=self.step, output=output, at=timezone.now())

    def _tell(self) -> None:
        done, total = self.progress
        claims.tell(claim=self.claim, name=self.step, done=done, total=total, log=self.log, at=timezone.now())
        self._written = time.monotonic()

    # --- what earlier steps left ---------------------------------------------------------------------------------
    @cached_property
    def rows(self) -> Rows:
        """The frozen dataset's rows. Raises BadArtefact."""
        if self.run.dataset is None:
            raise BadArtefact(f"{self.run} has no dataset")
        return parquet.rows_of(self.run.dataset)

    @cached_property
    def folds(self) -> Sequence[Fold]:
        """The folds, the one that decides first: split anew from the same rows, and held against the step's digests."""
        found = self.recipe.split(self.rows)
        written = [fold["digest"] for fold in self.outputs.get("split", {}).get("folds", [])]
        if written and written != [fold_digest(fold) for fold in found]:
            raise BadArtefact("the rows split into other folds than when the run began: recipe or data was changed")
        return found

    def partials(self) -> list[Arrays]:
        """What fit needs of each partition of the deciding fold, as the step left it."""
        return [self.arrays(digest) for digest in self.outputs["partials"]["partials"]]

    @cached_property
    def fitted(self) -> Model:
        """The model as its artefact says, which is what would serve."""
        return self.recipe.load(self.arrays(self.outputs["fit"]["artefact"]))

    @cached_property
    def candidate(self) -> Model:
        """The model with what stability adds to its artefact: this one is registered."""
        return self.recipe.load(self.arrays(self.outputs["stability"]["artefact"]))

    @cached_property
    def champion(self) -> Champion | None:
        """The version in force when the candidate was measured; before that, the one in force now."""
        if "evaluate" in self.outputs:
            version = ModelVersion.objects.filter(pk=self.outputs["evaluate"]["champion_id"]).first()
        else:
            deployment = Deployment.objects.champion(self.run.recipe_key)
            version = deployment.version if deployment else None
        return self._loaded(version) if version else None

    def _loaded(self, version: ModelVersion) -> Champion:
        try:
            return Champion(version, manifests.load(version))
        except BadArtefact as error:
            return Champion(version, None, str(error))

    def arrays(self, digest: str) -> Arrays:
        return arrays.unpack(store.open(digest))


def part_partials(recipe: Recipe, train: Rows) -> list[Arrays]:
    """Return what fit needs of each partition of a fold's train rows that holds any."""
    return [recipe.partial(part) for part in parted(train, recipe.subject) if len(part[recipe.subject])]


def fold_digest(fold: Fold) -> str:
    """Return one digest of a fold's train, known and asked rows."""
    return digest_of({name: rows_digest(getattr(fold, name)) for name in ("train", "known", "asked")})


def digest_of(facts: Mapping[str, Any]) -> str:
    """Return SHA-256 of facts as canonical JSON."""
    return hashlib.sha256(canonical(dict(facts)).encode()).hexdigest()
