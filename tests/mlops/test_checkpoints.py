"""What is signed, when, where it is kept, and that nothing is signed which does not go on from what was."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from mlops import merkle, signing, triggers
from mlops.errors import BadKey, NotSigned
from mlops.models import Checkpoint
from mlops.services import checkpoints, places, verification
from tests.clock import NOON
from tests.mlops import sql
from tests.mlops.signed_log import files, go_back, log, make_log, minute, rewrite, sign, signer, tell

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def unguarded(db: None) -> None:
    triggers.drop(connection)


def refused(words: str, at: Any = None) -> None:
    """A signer that has just started signs nothing and says why, in its log and for /healthz."""
    before = [file.read_bytes() for file in files()]
    with pytest.raises(NotSigned, match=words):
        signer().attend(at=at or minute(60), now=True)
    assert [file.read_bytes() for file in files()] == before
    assert checkpoints.fault()


# --- when --------------------------------------------------------------------------------------------------------
def test_it_signs_at_once_then_every_minute_with_news() -> None:
    one = signer()
    assert one.attend(at=NOON) is None  # nothing to sign
    tell(2)
    first = one.attend(at=NOON)
    assert first is not None
    assert (first.size, first.root, first.head) == (2, merkle.root([row.hash for row in log()]), log()[-1].hash)
    assert one.attend(at=minute(5)) is None  # nothing new
    tell()
    assert one.attend(at=NOON + 59 * SECOND) is None
    assert [one.attend(at=minute(1)), one.attend(at=minute(9))] == [one.last, None]
    assert Checkpoint.objects.count() == 2


@pytest.mark.parametrize("action", ["version.promoted", "deployment.rolled_back", "system.restored", "policy.changed"])
def test_what_is_urgent_is_signed_at_once(action: str) -> None:
    one = signer()
    tell()
    one.attend(at=NOON)
    tell(1, "test.happened")
    assert one.attend(at=NOON + SECOND) is None
    tell(1, action)
    tell(1, "test.happened")
    assert one.attend(at=NOON + 2 * SECOND).size == 4  # type: ignore[union-attr]
    tell(1, "test.happened")
    assert one.attend(at=NOON + 3 * SECOND) is None


def test_sites_name_what_else_is_urgent(settings: Any) -> None:
    settings.AUDIT_URGENT = ("door.opened",)
    one = signer()
    tell()
    one.attend(at=NOON)
    tell(1, "door.opened")
    assert one.attend(at=NOON + SECOND)


def test_a_clock_that_went_back_neither_stops_the_signer_nor_reorders_notes() -> None:
    one = signer()
    tell()
    one.attend(at=minute(5))
    tell()
    second = one.attend(at=NOON)
    assert second is not None
    assert second.at == minute(5) + timedelta(microseconds=1)
    assert verification.of_log().findings == []


# --- where -------------------------------------------------------------------------------------------------------
def test_a_note_is_kept_in_two_places_outside_and_in_the_database() -> None:
    made = make_log(2)
    for file in files():
        assert file.read_text() == f"{made[0].text}\n{made[1].text}"
    rows = Checkpoint.objects.order_by("pk")
    assert [(row.note, row.size, row.root, row.signed_at) for row in rows] == [
        (note.text, note.size, note.root.hex(), note.at) for note in made
    ]
    assert checkpoints.newest_outside() == made[1]
    assert checkpoints.fault() == ""


@pytest.mark.parametrize(
    "attack", ["UPDATE {} SET size = 1", "DELETE FROM {}", "INSERT OR REPLACE INTO {} SELECT * FROM {}"]
)
def test_notes_in_the_database_stay(attack: str) -> None:
    make_log(1)
    if "REPLACE" in attack and connection.vendor != "sqlite":
        return
    before = sql.rows("mlops_checkpoint")
    assert any(
        words in sql.refused(attack.replace("{}", "mlops_checkpoint")) for words in ("append-only", "takes the place")
    )
    assert sql.rows("mlops_checkpoint") == before


def test_a_place_that_was_away_is_given_what_it_missed() -> None:
    first, second = files()
    make_log(1)
    kept = second.read_bytes()
    tell()
    sign(minute(5))
    second.write_bytes(kept)  # as a disk that was unmounted for a while
    assert "lacks 1 notes" in str(verification.of_log().findings)
    tell()
    sign(minute(7))
    assert first.read_bytes() == second.read_bytes()
    assert verification.of_log().findings == []


@pytest.mark.parametrize("left", [1, 2, 100, -1])
def test_what_a_crash_left_of_a_note_is_cut_off(left: int) -> None:
    """left: bytes of the second note that reached the second place; 1 is the empty line before it."""
    first, _second = make_log(2)
    file = files()[1]
    file.write_bytes(file.read_bytes()[: len(first.text.encode()) + left if left > 0 else left])
    assert verification.of_log().findings != []
    tell()
    sign(minute(7))
    assert file.read_bytes() == files()[0].read_bytes()


def test_a_file_that_does_not_end_in_a_note_is_left_alone() -> None:
    make_log(1)
    files()[1].write_bytes(b"x" * (places.TAIL + 1))
    tell()
    refused("does not end in a note: nothing is added to it")


def test_a_note_that_did_not_reach_the_database_is_put_there(unguarded: None) -> None:
    make_log(2)
    sql.run("DELETE FROM mlops_checkpoint WHERE size = 8")
    assert signer().attend(at=minute(5)) is None
    assert [row.size for row in Checkpoint.objects.order_by("pk")] == [4, 8]


# --- refusals ----------------------------------------------------------------------------------------------------
def test_a_log_that_was_cut_is_not_signed(unguarded: None) -> None:
    make_log()
    go_back(8)
    refused("the log has 8 events, and there is the checkpoint of 12 events")


def test_a_log_that_was_rewritten_is_not_signed(unguarded: None) -> None:
    make_log()
    rewrite([row.body.replace("test:1", "test:7") for row in log()])
    tell()
    refused("the log is not the one of the checkpoint of 4 events")


def test_a_chain_that_is_broken_is_not_signed(unguarded: None) -> None:
    make_log()
    sql.run("UPDATE mlops_auditevent SET body = '{}' WHERE seq = 3")
    tell()
    refused("event 3: its text is not the text that was hashed")


def test_new_rows_that_are_no_chain_are_not_signed(unguarded: None) -> None:
    make_log(1)
    one = signer()
    one.attend(at=minute(5))
    sql.run("INSERT INTO mlops_auditevent (seq, prev, hash, body) VALUES (5, %s, %s, '{}')", log()[-1].hash, b"x" * 32)
    with pytest.raises(NotSigned, match="event 5: its text"):
        one.attend(at=minute(10))


def test_what_the_signer_saw_must_still_be_there(unguarded: None) -> None:
    """Events it knows and has not signed yet, rewritten with every hash fitting."""
    make_log(1)
    tell()
    one = signer()
    assert one.attend(at=NOON + SECOND) is None  # seen, not due
    rewrite([*[row.body for row in log()[:4]], '{"action":"x"}'])
    with pytest.raises(NotSigned, match="event 5 is not there any more as it was seen"):
        one.attend(at=minute(5))


def test_a_database_that_knows_of_notes_nobody_kept_is_not_signed() -> None:
    make_log(1)
    for file in files():
        file.unlink()
    tell()
    with pytest.raises(NotSigned, match="no place outside"):
        signer().attend(at=minute(5), now=True)


@pytest.mark.parametrize(
    ("touch", "words"),
    [
        (lambda first, second: first.replace("head ", "head a", 1) + "\n" + second, "note 1 in .* no signed note"),
        (lambda first, second: second, "lacks 1 notes that are kept elsewhere, first the checkpoint of 4"),
        (lambda first, second: second + "\n" + first, "was not signed after the one before it"),
    ],
    ids=["changed", "taken away", "exchanged"],
)
def test_a_place_that_was_changed_is_not_written_to(touch: Callable[[str, str], str], words: str) -> None:
    first, second = make_log(2)
    files()[1].write_text(touch(first.text, second.text))
    tell()
    refused(words)


def test_a_place_that_cannot_be_written_is_told_and_made_good_later(tmp_path: Path, settings: Any) -> None:
    make_log(1)
    away = tmp_path / "away"
    files()[1].parent.rename(away)
    files()[1].parent.write_text("a file where the folder was")
    tell()
    with pytest.raises(NotSigned, match="witness"):
        signer().attend(at=minute(5), now=True)
    assert "witness" in checkpoints.fault()
    files()[1].parent.unlink()
    away.rename(files()[1].parent)
    sign(minute(6))
    assert checkpoints.fault() == ""
    assert files()[0].read_bytes() == files()[1].read_bytes()


def test_two_signers_do_not_write_over_each_other() -> None:
    make_log(1)
    one, other = signer(), signer()
    tell()
    assert one.attend(at=minute(5))
    assert other.attend(at=minute(5)) is None
    tell()
    assert one.attend(at=minute(6))
    tell()
    with pytest.raises(NotSigned, match="somebody else wrote"):
        other.attend(at=minute(8))
    assert other.attend(at=minute(8)) is not None
    assert verification.of_log().findings == []


def test_events_that_wait_for_long_tell_that_nobody_signs() -> None:
    tell()
    assert checkpoints.fault() == ""
    assert checkpoints.fault(minute(4)) == ""
    assert "number 1 on have waited" in checkpoints.fault(minute(6))
    sign(minute(6))
    assert checkpoints.fault(minute(60)) == ""


# --- the key -----------------------------------------------------------------------------------------------------
def test_another_key_than_the_published_one_is_not_used(settings: Any) -> None:
    make_log(1)
    Path(settings.CHECKPOINT_KEY).unlink()
    with pytest.raises(BadKey, match="cannot be read"):  # none is made in its place
        checkpoints.private_key()
    signing.make_keys(Path(settings.CHECKPOINT_KEY), Path(f"{settings.CHECKPOINT_PUBLIC_KEY}.new"))
    with pytest.raises(NotSigned, match="is not the key whose public half"):
        checkpoints.private_key()


def test_a_new_key_stands_before_the_old_one(settings: Any) -> None:
    make_log(1)
    private, public = Path(settings.CHECKPOINT_KEY), Path(settings.CHECKPOINT_PUBLIC_KEY)
    private.unlink()
    signing.make_keys(private, Path(f"{public}.new"))
    public.write_text(Path(f"{public}.new").read_text() + public.read_text())
    tell()
    sign(minute(5))
    assert verification.of_log().findings == []


# --- the command -------------------------------------------------------------------------------------------------
def test_the_command_signs_once_and_says_when_it_does_not(unguarded: None) -> None:
    said = StringIO()
    tell(2)
    call_command("sign_checkpoints", "--once", stdout=said)
    call_command("sign_checkpoints", "--once", stdout=said)
    assert Checkpoint.objects.get().note in said.getvalue()
    assert "Everything is signed already" in said.getvalue()
    go_back(1)
    with pytest.raises(CommandError, match="Nothing is signed: the log has 1 events"):
        call_command("sign_checkpoints", "--once", stdout=said)
