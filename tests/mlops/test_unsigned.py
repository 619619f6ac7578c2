"""What /healthz says of the signatures: they are «ok» only while the log ends as the newest true note says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from mlops import triggers
from mlops.models import Checkpoint
from mlops.models.audit import leaf
from mlops.services import checkpoints, places
from tests.clock import NOON
from tests.mlops import sql
from tests.mlops.signed_log import EVENTS, NOTES, files, go_back, log, make_log, minute, rewrite, tell

pytestmark = pytest.mark.django_db
FORGED = "INSERT INTO {} (seq, prev, hash, body) VALUES (13, %s, %s, %s)"


@pytest.fixture
def unguarded(db: None) -> None:
    make_log()
    assert checkpoints.fault(minute(10_000)) == ""
    triggers.drop(connection)


def emptied() -> None:
    for table in (EVENTS, NOTES):
        sql.run(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        (lambda: sql.run(f"DELETE FROM {EVENTS}"), "event 12 is not there, and there is the checkpoint of 12 events"),
        (lambda: sql.run(f"DELETE FROM {EVENTS} WHERE seq > 11"), "event 12 is not there"),
        (lambda: go_back(8), "event 12 is not there, and there is the checkpoint of 12 events"),
        (emptied, "event 12 is not there"),
        (lambda: rewrite([row.body.replace("test:1", "test:7") for row in log()]), "event 12 is not the one of"),
        (lambda: sql.run(f"UPDATE {EVENTS} SET hash = %s WHERE seq = 12", b"x"), "event 12 is not the one of"),
    ],
    ids=["emptied", "cut", "old backup", "all emptied", "rewritten", "hash"],
)
def test_a_log_that_does_not_end_as_it_was_signed_is_told(
    unguarded: None, attack: Callable[[], Any], words: str
) -> None:
    attack()
    for at in (None, minute(10_000)):
        assert words in checkpoints.fault(at)


def test_the_note_in_the_database_speaks_where_the_first_place_lost_its_own(unguarded: None) -> None:
    files()[0].unlink()
    assert checkpoints.fault() == ""
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > 11")
    assert "event 12 is not there" in checkpoints.fault()


def test_a_row_that_is_no_note_hides_nothing() -> None:
    make_log()
    tell(5)
    assert "number 13 on have waited" in checkpoints.fault(minute(10_000))
    forged = Checkpoint.objects.create(size=10**9, root="0" * 64, note="x", key_id="x", signed_at=NOON)
    assert f"note {forged.pk} in the database: it is no signed note" in checkpoints.fault(minute(10_000))


def test_what_lacks_the_number_after_the_signed_ones_waits_too(unguarded: None) -> None:
    tell(2)
    sql.run(f"DELETE FROM {EVENTS} WHERE seq = 13")
    assert "number 14 on have waited" in checkpoints.fault(minute(10_000))


@pytest.mark.parametrize("at", ["", "yesterday", "2026-06-01T12:00:00"])
def test_an_event_that_waits_and_says_no_moment_is_told(at: str) -> None:
    make_log()
    head, body = bytes(log()[-1].hash), f'{{"at":"{at}"}}'
    sql.run(FORGED.format(EVENTS), head, leaf(head, 13, body), body)
    assert checkpoints.fault(minute(10_000)) == "event 13 has no signature, and does not say when it was written"


def test_what_cannot_be_read_is_itself_the_fault(tmp_path: Path) -> None:
    make_log()
    told = Path(settings.CHECKPOINT_PLACES[0]) / checkpoints.FAULT
    told.mkdir()  # which root cannot read either
    assert str(told) in checkpoints.fault()
    told.rmdir()
    assert checkpoints.fault() == ""
    Path(settings.CHECKPOINT_PUBLIC_KEY).unlink()
    assert "cannot be read" in checkpoints.fault()


def test_the_end_of_the_file_of_notes_is_read_too() -> None:
    make_log()
    files()[0].write_text(files()[0].read_text().replace("head ", "head a"))
    assert f"the last note in {files()[0]}: it is no signed note" in checkpoints.fault()


def test_of_a_file_longer_than_its_tail_the_last_whole_note_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    note = make_log()[-1]
    monkeypatch.setattr(places, "TAIL", 700)
    assert files()[0].stat().st_size > places.TAIL
    with files()[0].open("a") as file:
        file.write("\n" + note.text[:99])
    assert places.newest(files()[0].parent) == note


def test_a_file_of_notes_that_is_behind_the_database_excuses_no_shorter_log() -> None:
    older, newest = make_log(2)
    files()[0].write_text(older.text)
    triggers.drop(connection)
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > {older.size}")
    assert f"event {newest.size} is not there" in checkpoints.fault()
