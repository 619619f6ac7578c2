"""The declared restore: the one thing that makes a log shorter than a signed note acceptable, and that only once."""

import pytest
from django.db import connection

from mlops import merkle, triggers
from mlops.errors import NotSigned
from mlops.models import Checkpoint
from mlops.services import checkpoints, places, verification
from tests.clock import NOON
from tests.mlops.signed_log import files, go_back, log, make_log, minute, sign, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def unguarded(db: None) -> None:
    triggers.drop(connection)


def test_a_declared_restore_lets_the_log_be_shorter_and_nothing_else(unguarded: None) -> None:
    notes = make_log()
    go_back(6)
    assert any("the log ends at event 6" in finding.words for finding in verification.of_log().findings)
    note = checkpoints.declare_restore(
        before=checkpoints.newest_outside(), size=6, reason="the disk broke", at=minute(9)
    )
    assert (note.before, note.size) == ((12, notes[-1].root), 6)
    assert [row.kind for row in Checkpoint.objects.order_by("pk")] == ["CHECKPOINT", "RESTORE"]
    assert verification.of_log().findings == []
    tell(3)
    sign(minute(20))
    assert verification.of_log().findings == []
    go_back(8)
    assert any("the log ends at event 8" in finding.words for finding in verification.of_log().findings)


def test_a_restore_is_declared_of_the_log_that_is_there_and_once(unguarded: None) -> None:
    make_log()
    newest = checkpoints.newest_outside()
    with pytest.raises(NotSigned, match="not the 13"):
        checkpoints.declare_restore(before=newest, size=13, reason="x", at=minute(9))
    go_back(6)
    checkpoints.declare_restore(before=newest, size=6, reason="x", at=minute(9))
    tell(9)
    sign(minute(20))
    texts = [note.text for note in places.read_all()[0].notes]
    for file in files():  # the signed declaration once more, to go back again
        file.write_text("\n".join([*texts, next(text for text in texts if "reason" in text)]))
    go_back(6)
    findings = verification.of_log().findings
    assert any("not signed after the one before" in finding.words for finding in findings)
    assert any("the log ends at event 6" in finding.words for finding in findings)


def test_a_restore_before_anything_was_signed_is_declared_too() -> None:
    tell(3)
    note = checkpoints.declare_restore(before=None, size=3, reason="moved", at=NOON)
    assert note.before == (0, merkle.EMPTY)
    tell()
    sign(minute(5))
    assert verification.of_log().findings == []


def test_a_restore_does_not_begin_while_a_signer_runs() -> None:
    make_log()
    with places.only_signer(), pytest.raises(NotSigned, match=r"a signer is running .* stop it first"):
        checkpoints.newest_outside()
    assert checkpoints.newest_outside() is not None


def test_a_restore_does_not_begin_on_notes_that_were_changed() -> None:
    make_log()
    files()[1].write_text(files()[1].read_text().replace("head ", "head a", 1))
    with pytest.raises(NotSigned, match=r"note 1 in .*witness"):
        checkpoints.newest_outside()


def test_what_was_signed_while_a_backup_was_put_back_stops_the_restore(unguarded: None) -> None:
    """And the notes can be gone on with: a restore from another note than the newest spoils them for good."""
    make_log()
    before, rows = checkpoints.newest_outside(), log()
    tell()
    sign(minute(50))
    kept = [file.read_bytes() for file in files()]
    with pytest.raises(NotSigned, match=r"meanwhile there is the checkpoint of 13 events .* stop the signer"):
        checkpoints.declare_restore(before=before, size=8, reason="x", at=minute(60))
    assert [file.read_bytes() for file in files()] == kept
    assert (verification.of_log().findings, log()[:12]) == ([], rows)
    tell()
    sign(minute(70))
    newest = checkpoints.newest_outside()
    with places.only_signer(), pytest.raises(NotSigned, match="a signer is running"):
        checkpoints.declare_restore(before=newest, size=8, reason="x", at=minute(80))


def test_a_place_that_was_away_is_given_what_it_missed_before_a_restore_is_kept_there(unguarded: None) -> None:
    make_log()
    files()[1].unlink()
    go_back(6)
    before = checkpoints.newest_outside()
    checkpoints.declare_restore(before=before, size=6, reason="the disk broke", at=minute(9))
    assert files()[0].read_bytes() == files()[1].read_bytes()
    assert verification.of_log().findings == []
