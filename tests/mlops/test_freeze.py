"""Freezing: contract, partitions, fingerprint, and the same rows once."""

import hashlib
import threading
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from mlops import arrays, store
from mlops.errors import BadArtefact, ContractBreach
from mlops.models import AuditEvent, Dataset
from mlops.pipeline import contract, parquet
from mlops.pipeline.freeze import fingerprint, freeze, in_order
from mlops.pipeline.partitions import parted, partition_of
from mlops.ports import SYSTEM, Column, NotEnoughData
from tests import toy_recipe
from tests.factories.mlops import NOON
from tests.toy_recipe import ToyFormula, ToyLearner, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def frozen() -> Dataset:
    return freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)


def test_a_dataset_says_what_is_in_it() -> None:
    dataset = frozen()
    assert (str(dataset), dataset.rows, dataset.subjects, dataset.until) == ("toy-answers d1", 360, 60, NOON)
    assert dataset.counts["distinct item"] == toy_recipe.ITEMS
    assert [column["name"] for column in dataset.contract] == ["subject", "item", "value", "at"]
    assert dataset.origins == [
        {"key": "toy", "title": "Made for tests", "licence": "CC0-1.0", "permitted_use": "ANY", "rows": 360}
    ]
    value = dataset.histograms["value"]
    assert value["counts"][:-1] == np.bincount(made()["value"], minlength=11).tolist()
    assert arrays.unpack(store.open(value["blocks"]))["blocks"].sum() == 360
    assert AuditEvent.objects.get().action == "dataset.frozen"


def test_rows_come_back_from_sixteen_partitions_by_hash_of_the_subject() -> None:
    dataset = frozen()
    assert [part["partition"] for part in dataset.partitions] == list(range(16))
    assert sum(part["rows"] for part in dataset.partitions) == dataset.rows
    for part in dataset.partitions:
        subjects = parquet.unpack(store.open(part["digest"]))["subject"]
        assert {partition_of(str(subject)) for subject in subjects} <= {part["partition"]}
    back, whole = parquet.rows_of(dataset), made()
    for rows in (back, whole):
        assert rows["subject"].dtype.kind == "U"
    assert sorted(zip(*(back[n].tolist() for n in sorted(back)), strict=True)) == sorted(
        zip(*(whole[n].tolist() for n in sorted(whole)), strict=True)
    )


def test_the_partition_is_the_documented_one() -> None:
    subject = "7f3c2a90-0000-4000-8000-000000000001"
    assert partition_of(subject) == int(hashlib.sha256(subject.encode()).hexdigest()[:16], 16) % 16


def test_the_same_rows_are_the_same_dataset_in_any_order_and_for_every_recipe_that_shares_them(
    monkeypatch: Any,
) -> None:
    first = frozen()
    order = np.random.default_rng(3).permutation(360)
    monkeypatch.setattr(toy_recipe, "SOURCE", {name: column[order] for name, column in made().items()})
    assert frozen() == first
    assert freeze(recipe=ToyFormula(), until=NOON, by=SYSTEM, at=NOON) == first
    assert (Dataset.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_one_changed_value_is_another_dataset(monkeypatch: Any) -> None:
    first, rows = frozen(), made()
    rows["value"][7] = (rows["value"][7] + 1) % 11
    monkeypatch.setattr(toy_recipe, "SOURCE", rows)
    second = frozen()
    assert (second.number, second.fingerprint == first.fingerprint) == (2, False)


def test_the_fingerprint_is_of_the_content_whatever_way_numbers_are_stored() -> None:
    rows = made()
    big = {name: column.astype(">i8") if column.dtype.kind == "i" else column for name, column in rows.items()}
    prints = {
        fingerprint([in_order(part, "subject") for part in parted(found, "subject")], ToyLearner.columns)
        for found in (rows, big, dict(reversed(rows.items())))
    }
    assert len(prints) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_the_same_rows_at_once_get_one_dataset() -> None:
    contract.check(ToyLearner.columns, made(2))  # pandera wakes up in one thread
    ready, found = threading.Barrier(3), []

    def work() -> None:
        try:
            ready.wait()
            found.append(frozen().pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found)), Dataset.objects.count()) == (3, 1, 1)


COLUMNS = (
    Column("subject", "subject", "who"),
    Column("value", "int64", "points", least=1, most=10),
    Column("weight", "float64", "weight", least=0),
    Column("kind", "int8", "kind", levels=(1, 2)),
)


def rows_of(size: int = 100) -> dict[str, Any]:
    who = made(size)["subject"][::6]
    return {"subject": who, "value": np.full(size, 5), "weight": np.ones(size), "kind": np.ones(size, dtype=np.int8)}


def test_what_keeps_the_contract_passes() -> None:
    contract.check(COLUMNS, rows_of())
    contract.check(COLUMNS, rows_of(0) | {"subject": np.empty(0, dtype="U36")})


@pytest.mark.parametrize(
    ("name", "places", "wrong", "words"),
    [
        ("value", [4, 16, 89], 11, "value: 3 rows outside 1–10: rows 5, 17, 90"),
        ("value", [0], 0, "value: 1 row outside 1–10: row 1"),
        ("weight", [1, 2], np.nan, "weight: 2 rows missing: rows 2, 3"),
        ("weight", [1], -1.0, "weight: 1 row outside 0 and more: row 2"),
        ("kind", list(range(10, 17)), 3, "kind: 7 rows not one of 1, 2: rows 11, 12, 13, 14, 15 …"),
        ("subject", [9], "Somebody", "subject: 1 row no subject id: row 10"),
    ],
)
def test_a_breach_names_column_rule_and_rows(name: str, places: list[int], wrong: Any, words: str) -> None:
    rows = rows_of()
    rows[name][places] = wrong
    with pytest.raises(ContractBreach) as caught:
        contract.check(COLUMNS, rows)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": np.full(100, 5.0)}, "value: the type is float64, declared is int64"),
        ({"value": None}, "value: the column is lacking"),
        ({"extra": np.ones(100)}, "extra: no such column is declared"),
        ({"subject": np.arange(100)}, "subject: the type is no text"),
        ({"value": np.full(99, 5)}, "columns differ in length"),
    ],
)
def test_a_breach_of_the_columns_themselves_is_named(change: dict[str, Any], words: str) -> None:
    rows = {name: column for name, column in (rows_of() | change).items() if column is not None}
    with pytest.raises(ContractBreach, match=words):
        contract.check(COLUMNS, rows)


def test_all_breaches_are_told_at_once() -> None:
    rows = rows_of()
    rows["value"][3], rows["weight"][5] = 12, np.nan
    with pytest.raises(ContractBreach, match="value: 1 row outside 1–10: row 4; weight: 1 row missing: row 6"):
        contract.check(COLUMNS, rows)


def test_no_rows_are_not_enough(monkeypatch: Any) -> None:
    rows = {name: column[:0] for name, column in made().items()}
    monkeypatch.setattr(ToyLearner, "extract", lambda self, since, until: toy_recipe.Extract(rows))
    with pytest.raises(NotEnoughData):
        frozen()


def test_a_partition_that_was_changed_is_refused() -> None:
    dataset = frozen()
    dataset.partitions[0]["digest"] = store.put(b"no parquet")
    with pytest.raises(BadArtefact, match="cannot be read"):
        parquet.rows_of(dataset)


def test_the_command_freezes_and_says_when_there_was_nothing_new(capsys: Any) -> None:
    call_command("freeze_dataset", "toy-learner")
    call_command("freeze_dataset", "toy-learner")
    said = capsys.readouterr().out
    assert "toy-answers d1: 360 rows of 60 subjects; frozen." in said
    assert "the same rows were frozen on" in said
    with pytest.raises(CommandError, match="no recipe"):
        call_command("freeze_dataset", "nonsense")
