"""The files of an erasure: partitions, histograms and sums without a subject, put into the store before any row changes."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mlops import arrays, registry, store
from mlops.errors import BadArtefact
from mlops.models import Dataset, RunStep
from mlops.pipeline import parquet
from mlops.pipeline.freeze import distinct
from mlops.pipeline.partitions import PARTITIONS, parted, partition_of
from mlops.ports import Arrays, Column, NotEnoughData, Recipe, Rows
from mlops.services import distributions, unnamed
from mlops.services.erasing import PARTIALS, Exchange, Plan, Without, now, replaced, summed


def plan(subjects: Sequence[str]) -> Plan:
    """Return what erasing a subject changes, with every new file in the store. Raises BadArtefact for an unreadable one."""
    datasets = list(Dataset.objects.order_by("pk"))
    known, since = summed(), replaced()
    made = [found for dataset in datasets if (found := _Frozen(dataset).without(subjects, since))]
    strays = [Exchange("", "a file that nothing names", 0, digest) for digest in _strays(subjects)]
    exchanges = [one for _, changes in made for one in changes]
    return Plan(
        seen={dataset.pk: dataset.partitions for dataset in datasets},
        summed=known,
        datasets=[dataset for dataset, _ in made],
        exchanges=list({one.before: one for one in [*exchanges, *strays]}.values()),
    )


class _Frozen:
    """One frozen dataset, as its contract describes it."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset, self.label = dataset, str(dataset)
        self.columns = [Column.from_json(one) for one in dataset.contract]
        self.subject = next((column.name for column in self.columns if column.dtype == "subject"), "")

    def without(self, subjects: Sequence[str], since: dict[str, str]) -> tuple[Without, list[Exchange]] | None:
        """Return the dataset without the subject, and the files that go; None when it holds none of its rows."""
        lost, places = self._lost(), sorted({partition_of(subject) for subject in subjects})
        ours = [place for place in places if place in lost and self._digest(place)]
        places = [place for place in places if place not in lost]
        if not self.subject or not (ours or any(self._mine(place, subjects).any() for place in places)):
            return None
        rows = parquet.rows_of(self.dataset, but=lost)
        mine = np.isin(rows[self.subject], subjects)
        rest = {name: column[~mine] for name, column in rows.items()}
        partitions, exchanges = self._partitions(subjects, places, ours)
        histograms = distributions.count(columns=self.columns, subject=self.subject, rows=rest)
        exchanges += self._histograms(histograms)
        sums = [_Sums(self, step, since) for step in self._steps()]
        exchanges += [one for each in sums for one in (each.gone() if lost else each.without(rows, subjects))]
        gone = self.dataset.counts.get("erased", 0) + len(np.unique(rows[self.subject][mine]))
        counts = {"columns": len(rest), "partitions": PARTITIONS, **distinct(self.columns, rest), "erased": gone}
        if lost:
            counts["partitions missing"] = len(lost)
        fields = {name: sum(part[name] for part in partitions) for name in ("rows", "subjects")}
        fields |= {"counts": counts, "histograms": histograms, "partitions": partitions}
        return Without(self.dataset.pk, fields), exchanges

    def _lost(self) -> set[int]:
        """Return the places of partitions that are missing: they hold nobody. Raises BadArtefact when all are."""
        places = range(len(self.dataset.partitions))
        lost = {place for place in places if not self._digest(place) or store.is_missing(self._digest(place))}
        if lost and len(lost) == len(places):
            raise BadArtefact(
                f"not one partition of {self.label} is in the store: is it mounted? Or put a backup back."
            )
        return lost

    def _digest(self, place: int) -> str:
        return str(self.dataset.partitions[place]["digest"])

    def _part(self, place: int) -> Rows:
        try:
            return parquet.unpack(store.open(self._digest(place)))
        except ValueError as error:
            raise BadArtefact(f"partition {place} of {self.label} cannot be read: {error}") from error

    def _mine(self, place: int, subjects: Sequence[str]) -> Any:
        return np.isin(self._part(place)[self.subject], subjects)

    def _partitions(
        self, subjects: Sequence[str], places: Sequence[int], lost: Sequence[int]
    ) -> tuple[list[dict[str, Any]], list[Exchange]]:
        """Return all partitions as they become. lost: those of the subject's that are missing, and may not come back."""
        found, exchanges = [dict(part) for part in self.dataset.partitions], []
        for place in lost:
            exchanges.append(Exchange(self.label, f"partition {place}, which was missing", 0, self._digest(place)))
            found[place] |= {"rows": 0, "subjects": 0, "digest": ""}
        for place in places:
            part, mine = self._part(place), self._mine(place, subjects)
            if not mine.any():
                continue
            rest = {name: column[~mine] for name, column in part.items()}
            before, after = self._digest(place), store.put(parquet.pack(rest))
            held = {"rows": len(rest[self.subject]), "subjects": len(np.unique(rest[self.subject]))}
            found[place] |= {**held, "digest": after}
            exchanges.append(Exchange(self.label, f"partition {place}", int(mine.sum()), before, after))
        return found, exchanges

    def _histograms(self, made: dict[str, dict[str, Any]]) -> list[Exchange]:
        kept = self.dataset.histograms
        changed = {name: kept[name]["blocks"] for name in kept if kept[name].get("blocks", "") and name in made}
        return [
            Exchange(self.label, f"histogram of {name}", 0, before, made[name]["blocks"])
            for name, before in changed.items()
            if before != made[name]["blocks"]
        ]

    def _steps(self) -> list[RunStep]:
        steps = RunStep.objects.filter(name=PARTIALS, run__dataset=self.dataset).select_related("run").order_by("pk")
        return [step for step in steps if step.output.get(PARTIALS)]


class _Sums:
    """What one step made of the partitions: partials, of which one has the subject in it."""

    def __init__(self, frozen: _Frozen, step: RunStep, since: dict[str, str]) -> None:
        self.label, self.run, self.part = frozen.label, step.run, f"partials of run {step.run.pk}"
        self.digests = [now(digest, since) for digest in step.output[PARTIALS]]
        self.places: list[int] = step.output.get("places", [])

    def without(self, rows: Rows, subjects: Sequence[str]) -> Iterator[Exchange]:
        """Yield the partial that changes; every partial, with nothing in its place, where it cannot be told apart."""
        try:
            found = self._reduced(rows, subjects)
        except (BadArtefact, ValueError, KeyError, NotEnoughData):
            yield from self.gone()
        else:
            yield from (Exchange(self.label, self.part, 0, before, after) for before, after in found)

    def gone(self) -> Iterator[Exchange]:
        yield from (Exchange(self.label, self.part, 0, digest) for digest in self.digests if digest)

    def _reduced(self, rows: Rows, subjects: Sequence[str]) -> list[tuple[str, str]]:
        recipe = registry.recipe(self.run.recipe_key)
        train = recipe.split(rows)[0].train
        mine = np.isin(train[recipe.subject], subjects)
        found = []
        for place in sorted({partition_of(subject) for subject in np.unique(train[recipe.subject][mine]).tolist()}):
            digest = self.digests[self._places(recipe, train).index(place)]
            if not digest:  # an earlier erasure left nothing of it
                continue
            for own in parted({name: column[mine] for name, column in train.items()}, recipe.subject)[
                place : place + 1
            ]:
                left = recipe.without(self._arrays(digest), recipe.partial(own))
                found.append((digest, store.put(arrays.pack(left))))
        return found

    def _places(self, recipe: Recipe, train: Rows) -> list[int]:
        """Return the partition of each partial; runs of old did not write it down, and then they are counted anew."""
        places = self.places or [p for p, part in enumerate(parted(train, recipe.subject)) if len(part[recipe.subject])]
        if len(places) != len(self.digests):
            raise ValueError("it cannot be told which partial is of which partition")
        return places

    @staticmethod
    def _arrays(digest: str) -> Arrays:
        return arrays.unpack(store.open(digest))


def _strays(subjects: Sequence[str]) -> list[str]:
    """Return the Parquet files that nothing names and that hold the subject: a freeze died before it was written down."""
    kept = unnamed.named()
    loose = [digest for digest, begins in unnamed.there() if digest not in kept and unnamed.is_parquet(begins)]
    return [digest for digest in loose if _holds(digest, subjects)]


def _holds(digest: str, subjects: Sequence[str]) -> bool:
    """What is damaged or cannot be read cannot be shown to be nobody's; what went meanwhile is."""
    try:
        columns = parquet.unpack(store.open(digest))
    except (BadArtefact, ValueError):
        return store.has(digest)
    return any(np.isin(column, subjects).any() for column in columns.values() if column.dtype.kind == "U")
