"""Who signs: one process alone, since two at once spoil the notes for good, and never ahead of the disk."""

import fcntl
import gc
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from mlops import merkle, notes, signing, triggers
from mlops.errors import NotSigned
from mlops.management.commands.sign_checkpoints import Command
from mlops.models import Checkpoint
from mlops.notes import Note
from mlops.services import checkpoints, keeping, places, verification
from tests.mlops import sql
from tests.mlops.signed_log import EVENTS, files, go_back, make_log, minute, sign, signer, tell

pytestmark = pytest.mark.django_db


class Overtaken(checkpoints.Signer):
    """A signer that is slow to read the log: another signs meanwhile, and dates it later."""

    other: checkpoints.Signer | None = None

    def _grow(self) -> None:
        super()._grow()
        if self.other:
            self.other.attend(at=minute(20) + timedelta(seconds=5), now=True)
            self.other = None
            tell()


@pytest.mark.parametrize("wrong", ["root", "head"])
def test_over_a_note_that_fits_the_log_by_its_root_or_by_its_head_alone_nothing_is_signed(wrong: str) -> None:
    newest = make_log(1)[-1]
    other: dict[str, Any] = {"text": "", "key_id": "", wrong: b"x" * 32}
    forged = notes.written(replace(newest, **other), checkpoints.private_key())
    for file in files():
        file.write_text(forged)
    tell()
    with pytest.raises(NotSigned, match="the log is not the one of"):
        signer().attend(at=minute(9), now=True)


def test_a_log_that_became_shorter_is_told_at_once_and_not_when_the_minute_is_over() -> None:
    make_log(1)
    found = signer()
    tell()
    found.attend(at=minute(8), now=True)
    triggers.drop(connection)
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > 4")
    with pytest.raises(NotSigned):
        found.attend(at=minute(8) + timedelta(seconds=9))


def test_a_root_that_comes_out_differently_on_two_ways_is_not_signed() -> None:
    make_log(1)
    found = signer()
    found.attend(at=minute(8), now=True)
    found.frontier.append(b"x" * 32)
    tell()
    with pytest.raises(NotSigned, match="differently on two ways"):
        found.attend(at=minute(9), now=True)


def test_a_second_signer_ends_with_a_sentence_while_the_first_one_lives() -> None:
    tell()
    with places.only_signer():
        with pytest.raises(CommandError, match=r"Nothing is signed: a signer is running .* stop it first"):
            call_command("sign_checkpoints", "--once")
        assert not any(file.exists() for file in files())
    call_command("sign_checkpoints", "--once")
    assert verification.of_log().signed == 1


def test_who_cannot_write_the_lock_signs_nothing_and_says_so() -> None:
    tell()
    (places.folders()[0] / places.SIGNER).mkdir(parents=True)
    with pytest.raises(CommandError, match=r"Nothing is signed: .*signer\.lock cannot be written"):
        call_command("sign_checkpoints", "--once")


def test_who_was_overtaken_while_reading_reads_again_and_the_notes_stay_whole() -> None:
    make_log()
    first = signer()
    first.attend(at=minute(10), now=True)
    tell()
    second = Overtaken(checkpoints.private_key())
    second.other = first
    with pytest.raises(NotSigned, match="somebody else wrote"):
        second.attend(at=minute(20), now=True)
    assert verification.of_log().findings == []
    assert second.attend(at=minute(21), now=True)
    assert verification.of_log().findings == []


def test_a_log_that_was_cut_under_the_signer_is_told_at_once() -> None:
    make_log(1)
    one = signer()
    one.read(at=minute(5))
    triggers.drop(connection)
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > 2")
    with pytest.raises(NotSigned, match="event 4 is not there any more as it was seen"):
        one.attend(at=minute(5))


def test_no_note_is_kept_that_is_not_later_than_what_is_there() -> None:
    note = make_log()[-1]
    before = [file.read_bytes() for file in files()]
    for at in (note.at, note.at - timedelta(microseconds=1)):
        late = checkpoints._signed(Note(note.origin, 12, note.root, note.head, at), checkpoints.private_key())
        with places.writing(), pytest.raises(NotSigned, match=r"is not later than what is in .*12 events"):
            keeping.keep(late)
    assert [file.read_bytes() for file in files()] == before


def test_a_note_that_was_changed_under_the_signer_is_told_and_nothing_is_added() -> None:
    make_log(1)
    one = signer()
    one.read(at=minute(5))
    files()[1].write_text(files()[1].read_text().replace("head ", "head\t"))  # as long as it was
    tell()
    with pytest.raises(NotSigned, match=r"witness cannot be read: the last note"):
        one.attend(at=minute(6), now=True)
    assert "witness cannot be read" in checkpoints.fault()


def is_locked() -> bool:
    """Whether who comes to read the places must wait."""
    handle = os.open(places.folders()[0], os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@pytest.mark.parametrize("act", ["signed", "mended", "restored"])
def test_nobody_reads_while_notes_are_added(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_log(1)
    tell()
    append, locked = places.append, []

    def watched(folder: Path, texts: list[str]) -> int:
        locked.append(is_locked())
        return append(folder, texts)

    monkeypatch.setattr(places, "append", watched)
    if act == "restored":
        checkpoints.declare_restore(before=checkpoints.newest_outside(), size=5, reason="moved", at=minute(9))
    else:
        files()[1].write_text("" if act == "mended" else files()[1].read_text())
        sign(minute(9))
    assert locked == [True] * (3 if act == "mended" else 2)
    assert not is_locked()


def test_what_a_place_missed_is_added_once_however_many_find_it_missing() -> None:
    """Another signer mended the place between the reading and the writing."""
    make_log()
    first, second = files()
    whole, sound = second.read_bytes(), places.read_all()
    second.write_bytes(whole[: len(whole) // 3])
    assert places.read_all()[1].lacking
    with places.writing():
        keeping.mend()
        found = keeping.mend()
    assert (first.read_bytes(), second.read_bytes()) == (whole, whole)
    assert [place.size for place in found] == [place.size for place in sound]


def test_a_place_that_is_mended_at_the_start_is_signed_in_at_once() -> None:
    make_log()
    second = files()[1]
    second.write_bytes(second.read_bytes()[:400])
    tell()
    sign(minute(9))
    assert files()[0].read_bytes() == second.read_bytes()


def test_what_is_signed_is_dated_after_the_reading() -> None:
    """Reading takes minutes: the command asks for the time again when it is done."""
    make_log(1)
    tell()
    one = signer()
    one.read(at=minute(5))
    assert one.loaded
    note = one.attend(at=minute(9), now=True)
    assert note is not None
    assert note.at == minute(9)


@pytest.mark.parametrize("once", [True, False], ids=["once", "for good"])
def test_the_command_asks_for_the_time_again_when_it_has_read(once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    class Reading(checkpoints.Signer):
        def _load(self) -> None:
            super()._load()
            ended.append(timezone.now())

    monkeypatch.setattr(checkpoints, "Signer", Reading)
    tell()
    if once:
        call_command("sign_checkpoints", "--once")
    else:
        Command()._look(Reading(checkpoints.private_key()))
    assert Checkpoint.objects.get().signed_at > ended[0]


@sql.on_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("restores", [False, True], ids=["checkpoint", "restore"])
def test_the_events_of_a_note_are_on_the_disk_before_the_note(restores: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the power is cut, SQLite comes back without its last commits, and the log is shorter than what was signed."""
    make_log(1)
    tell()
    if restores:
        triggers.drop(connection)
        go_back(3)
    database = Path(connection.settings_dict["NAME"])
    writes = [Path(f"{database}-wal").stat().st_ino, database.parent.stat().st_ino]
    through, sync = [], os.fsync

    def fsync(handle: int) -> None:
        through.append(os.fstat(handle).st_ino)
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    if restores:
        before = checkpoints.newest_outside()
        checkpoints.declare_restore(before=before, size=3, reason="the disk broke", at=minute(9))
    else:
        sign(minute(9))
    notes = [file.stat().st_ino for file in files()]
    assert [one for one in through if one in (*writes, *notes)] == [*writes, *notes]


# --- reading -----------------------------------------------------------------------------------------------------
def test_a_note_that_lies_in_many_places_is_judged_once_as_long_as_somebody_holds_it() -> None:
    make_log()
    first, second = places.read_all()
    kept = [places.judged(row.note, places.public_keys())[0] for row in Checkpoint.objects.order_by("pk")]
    assert [*map(id, first.notes)] == [*map(id, second.notes)] == [*map(id, kept)]
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert places.judged(first.notes[0].text, [stranger]) == (None, "its signature is not by the key of this log")
    texts = {note.text for note in first.notes}
    del first, second, kept
    gc.collect()
    assert not any(texts.intersection(held) for held in places._IN_MEMORY)


def test_a_note_that_somebody_holds_is_none_of_another_log(settings: Any) -> None:
    held, _why = places.judged(make_log(1)[-1].text, places.public_keys())
    assert held is not None
    settings.AUDIT_ORIGIN = "other/audit"
    assert "it is of another log" in places.judged(held.text, places.public_keys())[1]


def test_the_id_of_a_key_is_computed_once() -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()).public_key() for _ in range(2 * signing.MOST_IDS)]
    assert len({signing.key_id(key) for key in keys}) == len(keys)
    assert signing.key_id(keys[-1]) is signing.key_id(keys[-1])
    assert len(signing._IDS) <= signing.MOST_IDS


class Watched(merkle.Tree):
    """Asks, while it grows, how PostgreSQL holds the rows that it grows by."""

    holdable: tuple[bool, ...] = ()

    def append(self, leaf: bytes) -> None:
        self.holdable = tuple(held for (held,) in sql.told("SELECT is_holdable FROM pg_cursors"))
        super().append(leaf)


@sql.on_postgres
@pytest.mark.django_db(transaction=True)
def test_the_log_is_read_row_by_row_and_not_put_aside_first() -> None:
    tell(3)
    one = signer()
    one.loaded, one.tree = True, Watched()
    one.attend(at=minute(1), now=True)
    assert (one.tree.holdable, len(one.tree)) == ((False,), 3)
