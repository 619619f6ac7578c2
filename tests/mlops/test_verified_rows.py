"""Governed rows beside what was noted of them, guards, proofs and exports: the rest of what `audit` says."""

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Group
from django.db import connection
from django.test import override_settings

from mlops import triggers
from mlops.models import Capture, Dataset
from mlops.notes import Note
from mlops.services import chain, exports, places, proofs, unnoted, verification
from mlops.services.verification import Kind
from tests.mlops import sql
from tests.mlops.signed_log import CAPTURES, EVENTS, NOTES, asked, change, files, log, make_log, minute, sign, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed() -> list[Note]:
    """Twelve events in three signed blocks; the second of each answers for a governed row."""
    return make_log()


@pytest.fixture
def unguarded(signed: list[Note]) -> list[Note]:
    """The same, and whoever has the database in hand has taken the triggers away."""
    triggers.drop(connection)
    return signed


def test_a_trigger_that_is_missing_is_named(unguarded: list[Note]) -> None:
    code, said = asked("verify")
    assert code == 1
    for table in (EVENTS, CAPTURES, NOTES):
        assert f"UNGUARDED: the database is not guarded: {table}_" in said


def live() -> list[str]:
    """What is said of our own tables: in a test's database there are groups that were made before the triggers."""
    found = verification.verify(with_rows=True).findings
    return [finding.words for finding in found if finding.kind == Kind.LIVE and finding.words.startswith("mlops_")]


def test_rows_that_are_not_as_they_were_noted_are_found(unguarded: list[Note]) -> None:
    one, two, three = (str(pk) for pk in Dataset.objects.order_by("pk").values_list("pk", flat=True))
    assert live() == []
    sql.run("UPDATE mlops_dataset SET rows = 77 WHERE id = %s", one)
    sql.run("DELETE FROM mlops_dataset WHERE id = %s", two)
    sql.run("UPDATE mlops_dataset SET id = 99 WHERE id = %s", three)
    said = live()
    assert f"mlops_dataset {one} is not as it was noted" in said[0]
    assert '"rows":77' in said[0].replace(" ", "")
    assert set(said[1:]) == {
        "mlops_dataset 99 is there, and nothing was noted of it",
        f"mlops_dataset {three} is gone, and nobody noted it",
        f"mlops_dataset {two} is gone, and nobody noted it",
    }
    assert asked("verify", "--live")[0] == 1


def test_a_row_that_was_noted_to_be_gone_must_be_gone(unguarded: list[Note]) -> None:
    pk = Dataset.objects.order_by("pk").values_list("pk", flat=True)[0]
    sql.run(f"UPDATE {CAPTURES} SET op = 'D' WHERE \"row\" = %s", str(pk))
    assert live() == [f"mlops_dataset {pk} is there, and was noted to be gone"]


def test_a_column_that_is_governed_since_a_later_release_is_no_difference(unguarded: list[Note]) -> None:
    capture = Capture.objects.earliest("pk")
    facts = json.loads(capture.after or "")
    facts.pop("rows")
    sql.run(f'UPDATE {CAPTURES} SET "after" = %s WHERE id = %s', json.dumps(facts), capture.pk)
    assert live() == []
    sql.run(f'UPDATE {CAPTURES} SET "after" = NULL WHERE id = %s', capture.pk)
    assert len(live()) == 1


def test_a_row_that_stopped_being_governed_is_nobodys_decision() -> None:
    """Staff who are staff no longer may close their account and go; who is staff again and no note says so is found."""
    only = {"auth.Group": "{row}.name NOT IN ('free', 'freer')"}
    with override_settings(MLOPS_GOVERNED={"auth.Group": ["name"]}, MLOPS_GOVERNED_ONLY=only):
        triggers.install(connection)
        one, two, three = (Group.objects.create(name=name) for name in ("bound", "also", "still"))
        for group, names in ((one, ["free", "freer"]), (two, ["free"])):
            for name in names:
                Group.objects.filter(pk=group.pk).update(name=name)
        keys = [str(group.pk) for group in (one, two, three)]
        assert [one for one in unnoted.differences() if one.row in keys] == []
        Group.objects.filter(pk=two.pk).delete()
        triggers.drop(connection)
        Group.objects.filter(pk=one.pk).update(name="bound again")
        Group.objects.filter(pk=three.pk).delete()
        assert [(one.row, one.found is None) for one in unnoted.differences() if one.row in keys] == [
            (keys[0], False),
            (keys[2], True),
        ]


@sql.on_postgres
@pytest.mark.django_db(transaction=True)
def test_moments_are_compared_as_they_were_told_whatever_the_time_zone_of_the_session() -> None:
    change(1)
    with connection.cursor() as cursor:
        cursor.execute("SET TimeZone = 'Asia/Tokyo'")
        try:
            assert live() == []
        finally:
            cursor.execute("RESET TimeZone")


def test_a_proof_is_printed_for_an_event_and_for_an_earlier_size(signed: list[Note]) -> None:
    told = json.loads(asked("prove", "3")[1])
    assert (told["seq"], told["hash"], told["checkpoint"]) == (3, log()[2].hash.hex(), signed[-1].text)
    told = json.loads(asked("prove", "--from", "8")[1])
    assert (told["size"], told["root"]) == (8, signed[1].root.hex())
    for words in (["prove"], ["prove", "3", "--from", "8"], ["prove", "13"], ["prove", "0"], ["prove", "--from", "13"]):
        assert asked(*words)[0] == 2


def test_nothing_is_proved_from_a_log_that_was_changed(unguarded: list[Note]) -> None:
    assert proofs.include(3).seq == 3
    sql.run(f"UPDATE {EVENTS} SET hash = %s WHERE seq = 3", b"x" * 32)
    code, said = asked("prove", "3")
    assert (code, "is not in the log that was signed" in said) == (2, True)
    proofs._kept.cache_clear()
    assert "the log in the database is not the one of" in asked("prove", "3")[1]
    assert "the log in the database is not the one of" in asked("prove", "--from", "3")[1]


def test_an_export_is_the_same_each_time_and_never_written_over(signed: list[Note], tmp_path: Path) -> None:
    assert exports.export(tmp_path / "a") == (12, 3)
    assert asked("export", str(tmp_path / "b"))[0] == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert asked("export", str(tmp_path / "b"))[0] == 2
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "a").read_text().splitlines()]
    assert {kind: kinds.count(kind) for kind in kinds} == {"log": 1, "key": 1, "note": 3, "event": 12, "change": 3}


def test_an_export_that_fails_leaves_no_file(signed: list[Note], tmp_path: Path) -> None:
    Path(site.CHECKPOINT_PUBLIC_KEY).unlink()
    (tmp_path / "of").mkdir()
    assert asked("export", str(tmp_path / "of" / "a"))[0] == 2
    for file in files():
        file.unlink()  # the notes in the database remain: the key is missed in the midst of the file
    assert asked("export", str(tmp_path / "of" / "a"))[0] == 2
    assert list((tmp_path / "of").iterdir()) == []


def no_links(draft: Path, path: Path) -> None:
    """A stick, or a share: a file has one name there."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_an_export_to_where_a_file_has_one_name_is_whole_or_not_there(
    signed: list[Note], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stick").mkdir()
    monkeypatch.setattr(os, "link", no_links)
    assert exports.export(tmp_path / "stick" / "a") == (12, 3)
    whole = (tmp_path / "stick" / "a").read_bytes()
    assert whole.count(b"\n") == 1 + 1 + 3 + 12 + 3
    monkeypatch.setattr(os, "rename", no_links)
    with pytest.raises(PermissionError):
        exports.export(tmp_path / "stick" / "b")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "stick").iterdir()] == [("a", whole)]


def test_nor_does_an_export_take_the_place_of_what_came_there_meanwhile(
    signed: list[Note], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(draft: Path, path: Path) -> None:
        path.write_text("theirs")
        no_links(draft, path)

    monkeypatch.setattr(os, "link", late)
    (tmp_path / "stick").mkdir()
    with pytest.raises(FileExistsError):
        exports.export(tmp_path / "stick" / "a")
    assert [path.read_text() for path in (tmp_path / "stick").iterdir()] == ["theirs"]


def by_another(act: Callable[[], None]) -> None:
    """Another process does it, and commits."""

    def work() -> None:
        try:
            act()
        finally:
            connection.close()

    other = threading.Thread(target=work)
    other.start()
    other.join()


@pytest.mark.usefixtures("toys")
@pytest.mark.django_db(transaction=True)
def test_what_others_do_during_a_verification_is_no_difference(signed: list[Note]) -> None:
    """Before each question that it asks of the database, another act is committed."""
    asked_so_far: list[str] = []

    def between(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and asked_so_far:
            by_another(lambda: change(100 + len(asked_so_far)))
        asked_so_far.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(between):
        report = verification.verify(with_rows=True)
    assert [str(finding) for finding in report.findings] == []
    assert chain.length() > report.events + 10


@pytest.mark.django_db(transaction=True)
def test_a_verification_keeps_nobody_from_writing(signed: list[Note]) -> None:
    with chain.snapshot():
        before = chain.length()
        assert before == 12
    tell()
    change(9)
    assert verification.of_log().findings == []
    assert verification.of_log().events == 14
    sign(minute(9))
    assert places.read_all()[0].notes[-1].size == 14
