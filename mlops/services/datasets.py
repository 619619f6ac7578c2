"""Frozen datasets: one row for the same rows, however often and by how many at once they are frozen."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from mlops.errors import MlopsError
from mlops.models import Dataset, Erasure
from mlops.ports import Actor
from mlops.services import erasing, unnamed
from mlops.services.audit import record
from mlops.services.sealing import governed

ATTEMPTS = 10


def find(*, dataset_key: str, fingerprint: str) -> Dataset | None:
    """Return the dataset of these rows, if they were frozen before."""
    return Dataset.objects.filter(dataset_key=dataset_key, fingerprint=fingerprint).first()


def erasures() -> int:
    """Return how many subjects were erased so far."""
    return Erasure.objects.count()


def keep(
    *, dataset_key: str, fingerprint: str, by: Actor, at: datetime, erasures: int | None = None, **fields: Any
) -> Dataset:
    """Return the dataset of this fingerprint, written now unless it is there; fields are the row's others.

    erasures: how many there were when its rows were read. Raises erasing.Stale when somebody was erased since, or
    a file of the dataset is not in the store.
    """
    for _ in range(ATTEMPTS):
        found = find(dataset_key=dataset_key, fingerprint=fingerprint)
        if found:
            return found
        try:
            return _made(dataset_key, fingerprint, by, at, erasures, fields)
        except IntegrityError:  # somebody froze the same rows, or took the number, a moment ago
            continue
    raise MlopsError(f"no free number for a dataset {dataset_key} in {ATTEMPTS} attempts; freeze again.")


@governed()
def _made(
    dataset_key: str, fingerprint: str, by: Actor, at: datetime, before: int | None, fields: dict[str, Any]
) -> Dataset:
    unnamed.lock_freezing()
    if before not in (None, erasures()):
        raise erasing.Stale
    if not unnamed.is_whole(fields.get("partitions"), fields.get("histograms")):  # swept before it could be named
        raise erasing.Stale
    last = Dataset.objects.filter(dataset_key=dataset_key).aggregate(last=Max("number"))["last"]
    made = Dataset.objects.create(
        dataset_key=dataset_key,
        fingerprint=fingerprint,
        number=(last or 0) + 1,
        frozen_at=at,
        frozen_by=str(by.subject_id),
        **fields,
    )
    facts: dict[str, Any] = {"fingerprint": fingerprint, "rows": made.rows, "subjects": made.subjects}
    record("dataset.frozen", f"dataset:{made}", by=by, at=at, **facts, until=made.until.isoformat())
    return made
