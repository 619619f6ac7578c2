"""Notes that no trigger wrote: one stays for good, stops neither a start nor a verification, and is told in words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import override_settings

from mlops import triggers
from mlops.models import Capture, Dataset
from mlops.services import exports, live, strays, verification
from tests.mlops import sql
from tests.mlops.signed_log import CAPTURES, asked, make_log, minute
from tests.mlops.starts import start
from tests.mlops.test_two_verifiers import scripted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
GARBAGE: dict[str, Any] = {
    "no JSON": "garbage",
    "nothing": "",
    "a list": "[]",
    "a number": "5",
    "a number without end": "9" * 5_000,
    "null": "null",
    "torn": '{"rows":',
    "nested until the stack ends": "[" * 200_000,
    "nested, and whole": '{"name":' + "[" * 5_000 + "]" * 5_000 + "}",
    "not a number": '{"name":NaN,"rows":NaN}',
    "of other types": '{"name":{"a":[1]},"rows":{"a":[1]}}',
    "longer than the column": json.dumps({"name": "x" * 200, "rows": "x" * 200}),
    **({"bytes": b"garbage", "bytes that are JSON": b"{}", "bytes of no text": b"\xff\0"} if sql.SQLITE else {}),
}
KINDS = pytest.mark.parametrize("told", GARBAGE.values(), ids=GARBAGE)


NO_TEXT = "CAST(x'7bff' AS text)"  # that SQLite keeps, and cannot read


def note(table: str, row: Any, told: Any, op: Any = "U") -> None:
    """A note as raw SQL can write it, with every trigger in its place."""
    sql.run(f'INSERT INTO {CAPTURES} ("of", op, "row", "after") VALUES (%s, %s, %s, %s)', table, op, row, told)


@KINDS
def test_a_garbage_note_of_a_row_is_told_and_is_a_stray_after_the_next_start(told: Any) -> None:
    make_log(1)
    row = str(Dataset.objects.get().pk)
    note("mlops_dataset", row, told)
    code, said = asked("verify", "--live")
    assert (code, f"LIVE: mlops_dataset {row} is not as it was noted: " in said) == (1, True), said[:2_000]
    start()
    assert [event.detail["tables"] for event in strays.left().events] == [
        {"mlops_dataset": {"changes": 2, "first": [row]}}
    ]
    assert list(live.differences()) == []
    count = Capture.objects.count()
    start()
    assert Capture.objects.count() == count


@pytest.mark.parametrize("op", ["", "x", "D", "I"])
def test_a_note_of_whatever_kind_is_a_note(op: str) -> None:
    make_log(1)
    row = str(Dataset.objects.get().pk)
    note("mlops_dataset", row, "garbage", op)
    assert [words.split(",")[0].split(" as ")[0] for words in live.differences()] in (
        [f"mlops_dataset {row} is there"],
        [f"mlops_dataset {row} is not"],
    )
    start()
    assert list(live.differences()) == []


@KINDS
def test_a_garbage_note_of_no_row_is_told(told: Any) -> None:
    make_log(1)
    note("mlops_dataset", "99", told)
    assert "LIVE: mlops_dataset 99 is gone, and nobody noted it" in asked("verify", "--live")[1]
    start()
    assert list(live.differences()) == []


@pytest.fixture
def some(toys: None) -> Iterator[None]:
    """Groups are governed but for those named «free»."""
    only = {"auth.Group": "{row}.name NOT LIKE 'free%'"}
    with override_settings(MLOPS_GOVERNED={"auth.Group": ["name"]}, MLOPS_GOVERNED_ONLY=only):
        triggers.install(connection)
        yield


def of(row: str) -> list[str]:
    return [words for words in live.differences() if words.startswith(f"auth_group {row} ")]


@KINDS
@pytest.mark.usefixtures("some")
def test_a_garbage_note_hides_no_row_of_a_table_that_is_governed_in_part(told: Any) -> None:
    make_log(1)
    bound, free = (str(Group.objects.create(name=name).pk) for name in ("bound", "free"))
    strays.after_migrate(at=minute(9), migrated=True)
    for row in (bound, free, "99"):
        note("auth_group", row, told)
    assert [len(of(row)) for row in (bound, free, "99")] == [1, 1, 1]
    assert asked("verify", "--live")[0] == 1
    start()
    assert [len(of(row)) for row in (bound, free, "99")] == [0, 0, 0]


@sql.on_sqlite
@pytest.mark.parametrize(
    ("table", "row"), [(b"mlops_dataset", "1"), ("mlops_dataset", b"1"), ("mlops_dataset", b"\xff"), (b"\0", b"\0")]
)
def test_a_note_of_another_type_is_sealed_and_exported(table: Any, row: Any, tmp_path: Path) -> None:
    make_log(1)
    note(table, row, b"\xff", op=b"U")
    assert asked("verify", "--live")[0] == 1
    start()
    assert len(strays.left().events) == 1
    assert asked("verify", "--live")[1].count("\n") == 2  # that nobody accounted for it, and the sum
    exports.export(tmp_path / "export")
    assert (verification.of_log().findings, scripted(tmp_path / "export")) == ([], 0)


@sql.on_sqlite
@pytest.mark.parametrize("unread", ["of", "op", "row", "before", "after"])
def test_a_note_that_is_no_text_is_told_sealed_and_exported(unread: str, tmp_path: Path) -> None:
    make_log(1)
    said = {"of": "mlops_dataset", "op": "U", "row": str(Dataset.objects.get().pk), "before": "{}", "after": "{}"}
    told = ", ".join(NO_TEXT if name == unread else f"'{text}'" for name, text in said.items())
    sql.run(f'INSERT INTO {CAPTURES} ("of", op, "row", "before", "after") VALUES ({told})')
    code, words = asked("verify", "--live")
    assert (code, "UNSEALED: " in words) == (1, True), words
    assert ("LIVE: mlops_dataset" in words) == (unread in ("row", "after"))
    start()
    assert len(strays.left().events) == 1
    exports.export(tmp_path / "export")
    assert (verification.of_log().findings, scripted(tmp_path / "export")) == ([], 0)
    assert list(live.differences()) == []


@sql.on_sqlite
def test_a_row_that_is_no_text_is_told_and_noted() -> None:
    make_log(1)
    triggers.drop(connection)
    sql.run(f"UPDATE mlops_dataset SET frozen_by = {NO_TEXT}")
    triggers.install(connection)
    assert asked("verify", "--live")[0] == 1
    start()
    assert [list(event.detail["tables"]) for event in strays.left().events] == [["mlops_dataset"]]
    assert list(live.differences()) == []
    count = Capture.objects.count()
    start()
    assert Capture.objects.count() == count
