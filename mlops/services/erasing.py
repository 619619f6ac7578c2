"""Erasing a subject: what was made of its rows is exchanged in the transaction that erases, and a tombstone tells of it."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error, transaction

from mlops import store
from mlops.errors import Conflict, MlopsError
from mlops.models import Dataset, Erasure, ModelVersion, Run, RunStep
from mlops.ports import Actor
from mlops.services import erasures_log, relearning, unnamed
from mlops.services.audit import record
from mlops.services.sealing import governed

PARTIALS = "partials"  # the step that sums up each partition
CHANGING = ("rows", "subjects", "counts", "histograms", "partitions")
STOPPED = "cancelled: data it learned from was erased"
Partitions = list[dict[str, Any]]


class Stale(Exception):
    """Something was frozen, summed up or erased since the plan was made: another one is needed."""


@dataclass(frozen=True)
class Exchange:
    """One file that goes. after: what takes its place in the store; "" when nothing can. part: what of the dataset it is."""

    dataset: str
    part: str
    rows: int
    before: str
    after: str = ""


@dataclass(frozen=True)
class Without:
    """A dataset without the subject. fields: its columns as they become."""

    pk: int
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What an erasure changes of datasets and runs, with every new file in the store already.

    seen, summed: each dataset's partitions and the names of all partials when they were looked at.
    """

    seen: Mapping[int, Partitions]
    summed: frozenset[str]
    datasets: Sequence[Without]
    exchanges: Sequence[Exchange]


def digest_of(subject: str) -> str:
    """Return what stands for a subject once it is erased: SHA-256 of its id's text, which is random."""
    return hashlib.sha256(subject.encode()).hexdigest()


def summed() -> frozenset[str]:
    """Return every partial that a step names, whatever became of its run."""
    outputs = RunStep.objects.filter(name=PARTIALS).values_list("output", flat=True)
    return frozenset(digest for output in outputs for digest in output.get(PARTIALS, []))


def replaced() -> dict[str, str]:
    """Return what took the place of each file that an erasure took out, "" for nothing."""
    rows = Erasure.objects.order_by("pk").values_list("datasets", flat=True)
    return {one["before"]: one["after"] for found in rows for one in found}


def now(digest: str, since: Mapping[str, str]) -> str:
    """Return what a file became, by `replaced`; "" when nothing is left of it."""
    while digest in since:
        digest = since[digest]
    return digest


def switch(
    *, plan: Plan, digest: str, reason: str, by: Actor, at: datetime, rows: Callable[[], Mapping[str, int]]
) -> Erasure:
    """Erase in one transaction, and return the tombstone. Raises Stale, or Conflict when it was done already.

    rows: takes the subject's own rows out, within this transaction, and returns how many by table.
    """
    who = {"erased_at": at, "erased_by": str(by.subject_id)}
    opened = Erasure(subject_digest=digest, reason=reason, **who)
    try:
        with governed():
            unnamed.lock_freezing()
            _check_current(plan)
            if Erasure.objects.filter(subject_digest=digest).exists():
                raise Conflict("this subject was erased already: nothing was done now.")
            opened.save(force_insert=True)
            return _switched(opened, plan, rows(), by, at)
    except BaseException:
        if opened.state == Erasure.State.DONE and _came_to_nothing(digest):  # and the list may say that it was done
            with contextlib.suppress(MlopsError):
                erasures_log.append(digest=digest, at=at, void=True)
        raise


def _came_to_nothing(digest: str) -> bool:
    """Say whether no tombstone stands. False when it cannot be told: a line too many in the list brings nobody back.

    What ended us may have come after the commit, or while the database is still at it: then the lock waits for its end.
    """
    try:
        with transaction.atomic():
            unnamed.lock_freezing()
            return not Erasure.objects.filter(subject_digest=digest).exists()
    except Error:
        return False


def _switched(opened: Erasure, plan: Plan, counts: Mapping[str, int], by: Actor, at: datetime) -> Erasure:
    touched = [dataset.pk for dataset in plan.datasets]
    for dataset in plan.datasets:
        Dataset.objects.filter(pk=dataset.pk).update(**dataset.fields)
    stopped = _stop(touched, at)
    versions = list(ModelVersion.objects.filter(run__dataset__in=touched).order_by("recipe_key", "number"))
    opened.state = Erasure.State.DONE
    opened.counts = {name: count for name, count in sorted(counts.items()) if count}
    opened.datasets = [vars(one) for one in plan.exchanges]
    opened.versions = [version.label for version in versions]
    opened.save(update_fields=["state", "counts", "datasets", "versions"])
    queued = relearning.queue(versions=versions, stopped=stopped, touched=touched, at=at)
    facts = {"digest": opened.subject_digest, "counts": opened.counts, "versions": opened.versions}
    facts |= {"datasets": sorted({one.dataset for one in plan.exchanges}), "runs": [run.pk for run in queued]}
    record("subject.erased", f"erasure:{opened.pk}", by=by, at=at, reason=opened.reason, **facts)
    erasures_log.append(digest=opened.subject_digest, at=at)  # before the commit: a line too few brings somebody back
    return opened


def clear() -> int:
    """Remove from the store what erasures took out of it, however often; return how many files were still there."""
    return unnamed.remove({digest for digest in replaced() if store.has(digest)})


def _check_current(plan: Plan) -> None:
    if dict(Dataset.objects.values_list("pk", "partitions")) != plan.seen or summed() != plan.summed:
        raise Stale
    if not unnamed.is_whole([one.after for one in plan.exchanges]):  # swept as nobody's before it could be named
        raise Stale


def _stop(touched: Iterable[int], at: datetime) -> list[Run]:
    """Call off what is learning from these datasets: its worker may write nothing more."""
    found = Run.objects.unfinished().filter(dataset__in=touched).order_by("pk")
    runs = list(found.select_for_update())
    found.update(state=Run.State.CANCELLED, finished_at=at, failure=STOPPED)
    return runs
