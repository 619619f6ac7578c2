"""An erasure whose process dies is done whole or not at all, and asked for again it ends as if nothing had happened."""

import os
import signal
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.utils import timezone

from mlops import erasure
from mlops.models import AuditEvent, Dataset, Erasure
from mlops.pipeline import parquet
from mlops.pipeline.freeze import freeze
from mlops.ports import SYSTEM
from mlops.services import erasing, erasures_log, strays, unnamed
from tests import toy_recipe
from tests.factories.mlops import NOON
from tests.mlops.test_erasing import learned_from, stored
from tests.mlops.training import in_child
from tests.toy_recipe import ToyLearner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def erase(rows: Callable[[], Mapping[str, int]] = lambda: {"toy_answers": 6}) -> Erasure:
    return erasure.erase_subject(subjects=[learned_from()], reason="asked for", by=SYSTEM, at=NOON, rows=rows)


def frozen() -> Dataset:
    return freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)


def killed_when(point: str) -> int:
    """A process of its own is killed with the new files put, inside the transaction, before its end, or after it."""

    def work() -> None:
        if point == "planned":
            erasure.switch = die  # type: ignore[assignment]
        elif point == "at the end":
            erasures_log.append = die  # type: ignore[assignment]
        elif point == "committed":
            erasure.clear = die  # type: ignore[assignment]
        erase(die if point == "inside" else lambda: {"toy_answers": 6})

    return in_child(work)


@pytest.mark.parametrize("point", ["planned", "inside", "at the end", "committed"])
def test_killed_anywhere_and_asked_for_again(point: str) -> None:
    dataset, before = frozen(), stored()
    assert killed_when(point) == -signal.SIGKILL
    done = Erasure.objects.filter(state="DONE").exists()
    assert done is (point == "committed")
    dataset.refresh_from_db()
    assert (dataset.counts.get("erased"), Erasure.objects.filter(state="OPEN").exists()) == (1 if done else None, False)
    assert before <= stored()  # nothing that a row names went before the row did
    assert not strays.left()
    if not done:
        erase()
    erasing.clear()
    assert unnamed.sweep(at=timezone.now() + timedelta(days=2)) >= 0
    dataset.refresh_from_db()
    assert learned_from() not in parquet.rows_of(dataset)["subject"]
    assert stored() == unnamed.named()
    assert AuditEvent.objects.filter(body__contains="subject.erased").count() == 1
    assert erasures_log.read() == [erasing.digest_of(learned_from())]


def test_a_freeze_that_was_under_way_is_frozen_again_without_them(tmp_path: Path) -> None:
    """Two processes: one has read the rows, the other erases and commits, then the first writes down what it read."""
    read, erased = tmp_path / "read", tmp_path / "erased"
    extract = ToyLearner.extract

    def slowly(self: Any, *window: Any) -> Any:
        found = extract(self, *window)
        if not read.exists():
            read.touch()
            wait(erased)
        else:
            mine = found.rows["subject"] == learned_from()
            found = type(found)({name: column[~mine] for name, column in found.rows.items()}, found.origins)
        return found

    def freezes() -> None:
        ToyLearner.extract = slowly  # type: ignore[method-assign]
        frozen()

    from tests.mlops.training import child, wait_for

    pid = child(freezes)
    wait(read)
    erase()
    erased.touch()
    assert wait_for(pid) == 0
    rows = parquet.rows_of(Dataset.objects.get())
    assert len(rows["subject"]) == len(toy_recipe.made()["subject"]) - toy_recipe.ITEMS
    assert not any(learned_from().encode() in path.read_bytes() for path in Path(site.ARTEFACTS).glob("??/*"))


def wait(file: Path) -> None:
    import time

    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_an_open_erasure_changes_others_rows_for_nobody_unseen() -> None:
    """Whoever may write to the database can open one by hand: what they then change is noted, and stays open."""
    dataset = frozen()
    with transaction.atomic(), connection.cursor() as cursor:
        Erasure.objects.create(subject_digest="0" * 64, reason="mine", erased_at=NOON, erased_by="x")
        Dataset.objects.filter(pk=dataset.pk).update(rows=1)
        cursor.execute("UPDATE mlops_erasure SET state = 'DONE'")
    assert strays.left().unsealed == 3
    assert [event.action for event in strays.seal(at=NOON)] == [strays.UNSEALED]
    assert strays.left()


def test_an_erasure_left_open_is_told() -> None:
    Erasure.objects.create(subject_digest="0" * 64, reason="mine", erased_at=NOON, erased_by="x")
    strays.seal(at=NOON)
    assert strays.left().erasures == 1
