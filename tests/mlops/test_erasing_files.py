"""Files that lie about, are missing or were swept: none of them keeps somebody from being erased, or brings them back."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.utils import timezone

from mlops import store
from mlops.errors import BadArtefact
from mlops.models import Dataset, Erasure
from mlops.pipeline import parquet
from mlops.pipeline.freeze import freeze
from mlops.pipeline.partitions import partition_of
from mlops.ports import SYSTEM
from mlops.services import erasing, unnamed
from mlops.services.backups import needed
from tests import toy_recipe
from tests.factories.mlops import NOON
from tests.mlops.test_erasing import erase, learned_from, stored
from tests.mlops.training import carried_out
from tests.toy_recipe import ToyLearner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def damaged(place: Path) -> None:
    place.write_bytes(b"PAR1" + b"\xff" * 200 + (200).to_bytes(4, "little") + b"PAR1")


def to_nowhere(place: Path) -> None:
    place.symlink_to(place.with_name("nowhere"))


@pytest.mark.parametrize(
    ("lay", "goes"), [(damaged, True), (Path.mkdir, False), (os.mkfifo, False), (to_nowhere, False)]
)
def test_what_lies_about_in_the_store_keeps_nobody_from_being_erased(
    lay: Callable[[Path], None], goes: bool, monkeypatch: Any
) -> None:
    frozen = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    place = Path(site.ARTEFACTS) / "ab" / ("ab" * 32)
    place.parent.mkdir(exist_ok=True)
    lay(place)
    erase(learned_from(), monkeypatch)
    assert not {part["digest"] for part in frozen.partitions} <= stored()
    assert os.path.lexists(place) is not goes
    assert unnamed.sweep(at=timezone.now() + timedelta(days=2)) == 0


def missing(dataset: Dataset, place: int) -> Path:
    """Lose one partition of a dataset; return where it was put aside."""
    digest = dataset.partitions[place]["digest"]
    return (Path(site.ARTEFACTS) / digest[:2] / digest).rename(Path(site.ARTEFACTS).parent / digest)


def test_a_partition_that_is_missing_keeps_nobody_from_being_erased_and_does_not_bring_them_back(
    monkeypatch: Any,
) -> None:
    subject = learned_from()
    carried_out()
    dataset = Dataset.objects.get()
    place = partition_of(subject)
    aside = missing(dataset, place)
    found = erase(subject, monkeypatch)
    parts = [one["part"] for one in found.datasets]
    assert f"partition {place}, which was missing" in parts
    assert any(part.startswith("partials of run") for part in parts)
    assert found.versions == ["toy-learner v1"]
    dataset.refresh_from_db()
    assert dataset.rows == sum(part["rows"] for part in dataset.partitions)
    assert dataset.counts["partitions missing"] == 1
    back = aside.rename(Path(site.ARTEFACTS) / aside.name[:2] / aside.name)
    erasing.clear()
    assert not back.exists()


def test_another_partition_that_is_missing_keeps_nobody_from_being_erased(monkeypatch: Any) -> None:
    subject = learned_from()
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    place = partition_of(subject)
    gone = next(p for p in range(16) if p != place and dataset.partitions[p]["rows"])
    missing(dataset, gone)
    erase(subject, monkeypatch)
    dataset.refresh_from_db()
    assert subject not in parquet.rows_of(dataset, but=[gone])["subject"]
    assert dataset.partitions[gone]["digest"]  # it held none of theirs, and may come back


def test_a_store_that_is_away_or_a_partition_that_is_damaged_is_told_and_nobody_erased(monkeypatch: Any) -> None:
    subject = learned_from()
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    digest = dataset.partitions[partition_of(subject)]["digest"]
    (Path(site.ARTEFACTS) / digest[:2] / digest).write_bytes(b"something else")
    with pytest.raises(BadArtefact, match="has been changed"):
        erase(subject, monkeypatch)
    Path(site.ARTEFACTS).rename(Path(site.ARTEFACTS).with_name("away"))
    with pytest.raises(BadArtefact, match="is it mounted"):
        erase(subject, monkeypatch)
    assert not Erasure.objects.exists()


def test_what_was_swept_before_it_was_named_is_put_again(monkeypatch: Any) -> None:
    from mlops.services import datasets

    keep = datasets.keep

    def late(**given: Any) -> Dataset:
        monkeypatch.setattr(datasets, "keep", keep)
        unnamed.sweep(at=timezone.now() + timedelta(days=2))  # it waited so long for its turn
        return keep(**given)

    monkeypatch.setattr(datasets, "keep", late)
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    assert len(parquet.rows_of(dataset)["subject"]) == dataset.rows


def test_an_erasure_whose_files_were_swept_puts_them_again(monkeypatch: Any) -> None:
    from mlops.pipeline import erasing as files

    subject, plan = learned_from(), files.plan
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)

    def late(subjects: Any) -> Any:
        found = plan(subjects)
        monkeypatch.setattr(files, "plan", plan)
        unnamed.sweep(at=timezone.now() + timedelta(days=2))
        return found

    monkeypatch.setattr(files, "plan", late)
    erase(subject, monkeypatch)
    dataset.refresh_from_db()
    assert len(parquet.rows_of(dataset)["subject"]) == dataset.rows


def test_a_backup_needs_what_took_the_place_of_what_an_erasure_took_out_and_not_that(monkeypatch: Any) -> None:
    carried_out()
    exchanged = erase(learned_from(), monkeypatch).datasets
    assert any("partials" in one["part"] for one in exchanged)
    wanted = {one["after"] for one in exchanged if one["after"]}
    wanted |= {part["digest"] for part in Dataset.objects.get().partitions}
    assert wanted <= needed.files()
    assert not needed.files() & {one["before"] for one in exchanged}


def freezes(_: Any) -> None:
    freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)


def erases(monkeypatch: Any) -> None:
    erase(learned_from(), monkeypatch)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("before", "act"), [([], freezes), ([freezes], erases)], ids=["frozen", "erased"])
def test_nobody_removes_what_is_just_being_named(
    before: list[Callable[[Any], None]], act: Callable[[Any], None], monkeypatch: Any
) -> None:
    """The files were seen to be there, and no row names them yet: then another sweeps, to whom they are nobody's."""
    is_whole = unnamed.is_whole

    def sweep() -> None:
        unnamed.sweep(at=timezone.now() + timedelta(days=2))
        connection.close()

    sweeper = threading.Thread(target=sweep)

    def seen(*named: Any) -> bool:
        found = is_whole(*named)
        if sweeper.ident is None:
            sweeper.start()
            sweeper.join(1)  # as long as it does not wait for us
        return found

    for one in before:
        one(monkeypatch)
    monkeypatch.setattr(unnamed, "is_whole", seen)
    act(monkeypatch)
    sweeper.join(30)
    dataset = Dataset.objects.get()
    assert is_whole(dataset.partitions, dataset.histograms)


def test_what_was_put_again_just_now_is_not_swept_as_old() -> None:
    data = parquet.pack(toy_recipe.made())
    digest = store.put(data)
    path = Path(site.ARTEFACTS) / digest[:2] / digest
    os.utime(path, (time.time() - 180_000,) * 2)
    store.put(data)
    assert unnamed.sweep(at=timezone.now()) == 0
    os.utime(path, (time.time() - 180_000,) * 2)
    assert unnamed.sweep(at=timezone.now()) == 1
