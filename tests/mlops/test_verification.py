"""What `audit verify` finds: each attack on a signed log that leaves the database whole by its own measure."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as site
from django.db import connection

from mlops import notes, signing, triggers
from mlops.notes import Note
from mlops.services import verification
from mlops.services.verification import Kind
from tests.mlops import sql
from tests.mlops.signed_log import (
    CAPTURES,
    EVENTS,
    NOTES,
    asked,
    files,
    go_back,
    log,
    make_log,
    minute,
    rewrite,
    sign,
    tell,
)

OTHER = ec.generate_private_key(ec.SECP256R1())
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]  # toys: nothing of another app is governed


@pytest.fixture
def signed() -> list[Note]:
    """Twelve events in three signed blocks; the second of each answers for a governed row."""
    return make_log()


@pytest.fixture
def unguarded(signed: list[Note]) -> list[Note]:
    """The same, and whoever has the database in hand has taken the triggers away."""
    triggers.drop(connection)
    return signed


def lived_on(size: int) -> None:
    """An old backup, and other events after it."""
    go_back(size)
    tell(9, "other.act")


def told(sealed: str = "", detail: str = "{}") -> str:
    """The text of an event, as it is written but for what it says here."""
    at = "2026-01-01T00:00:00+00:00"
    return f'{{"action":"toy","actor":"x","at":"{at}","detail":{detail},"object":"","reason":"",{sealed}"v":1}}'


def found() -> list[tuple[Kind, int | None]]:
    return [(finding.kind, finding.seq) for finding in verification.of_log().findings]


def test_a_whole_log_holds_and_says_what_was_held_against_it(signed: list[Note]) -> None:
    report = verification.verify()
    assert (report.findings, report.events, report.notes, report.signed) == ([], 12, 3, 12)
    assert (report.root, report.head) == (signed[-1].root, signed[-1].head)
    code, said = asked("verify")
    assert (code, f"12 events, 3 signed notes, the newest of 12 events, head {report.head.hex()}" in said) == (0, True)


# --- rows --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("attack", "expected"),
    [
        (lambda: sql.run(f"DELETE FROM {EVENTS} WHERE seq > 9"), (Kind.TAMPERED, 10)),
        (lambda: sql.run(f"DELETE FROM {EVENTS}"), (Kind.TAMPERED, 1)),
        (lambda: rewrite([row.body.replace("2026", "2025") if row.seq == 7 else row.body for row in log()]), (Kind.TAMPERED, 5)),
        (lambda: rewrite([row.body for row in log() if row.seq != 3]), (Kind.TAMPERED, 1)),
        (lambda: rewrite([row.body for row in log() if row.seq != 12]), (Kind.TAMPERED, 12)),
        (lambda: go_back(8), (Kind.TAMPERED, 9)),
        (lambda: lived_on(10), (Kind.TAMPERED, 9)),
        (lambda: sql.run(f"UPDATE {EVENTS} SET body = '{{}}' WHERE seq = 6"), (Kind.TAMPERED, 6)),
        (lambda: sql.run(f"UPDATE {EVENTS} SET prev = %s WHERE seq = 6", b"x" * 32), (Kind.TAMPERED, 6)),
        (lambda: sql.run(f"UPDATE {EVENTS} SET hash = %s WHERE seq = 6", b"x" * 32), (Kind.TAMPERED, 6)),
        (lambda: sql.run(f"UPDATE {CAPTURES} SET seal = 7 WHERE seal = 6"), (Kind.TAMPERED, 6)),
        (lambda: sql.run(f"UPDATE {CAPTURES} SET seal = 99 WHERE seal = 6"), (Kind.TAMPERED, 6)),
        (lambda: sql.run(f"UPDATE {CAPTURES} SET seal = 0 WHERE seal = 6"), (Kind.TAMPERED, None)),
        (lambda: sql.run(f"UPDATE {CAPTURES} SET seal = NULL WHERE seal = 6"), (Kind.UNSEALED, None)),
        (lambda: sql.run(f"DELETE FROM {CAPTURES} WHERE seal = 6"), (Kind.TAMPERED, 6)),
        (lambda: sql.run(f"UPDATE {CAPTURES} SET \"row\" = '9' WHERE seal = 6"), (Kind.TAMPERED, 6)),
    ],
    ids=["cut", "emptied", "edited", "one out", "last out", "old backup", "old backup, grown", "text", "prev", "hash",
         "other seal", "no such seal", "seal 0", "unsealed", "change gone", "change edited"],
)  # fmt: skip
def test_rows_that_were_changed_are_found(
    unguarded: list[Note], attack: Callable[[], Any], expected: tuple[Kind, int | None]
) -> None:
    attack()
    assert expected in found()


def test_a_change_sealed_beyond_the_end_of_the_log_is_found(unguarded: list[Note]) -> None:
    tell()
    sql.run(f"INSERT INTO {CAPTURES} (\"of\", op, \"row\", seal) VALUES ('mlops_dataset', 'D', '1', 99)")
    assert [str(finding) for finding in verification.of_log().findings] == [
        "TAMPERED: changes are sealed by event 99, and there is none of that number"
    ]


def test_an_event_that_says_something_odd_of_its_changes_is_found(unguarded: list[Note]) -> None:
    for sealed in (
        "3",
        '{"rows":1}',
        '{"digest":"","rows":0}',
        '{"digest":"","rows":-1}',
        "[]",
        "0",
        '{"digest":7,"rows":1}',
    ):
        rewrite([*[row.body for row in log()[:12]], told(f'"sealed":{sealed},')])
        assert found() == [(Kind.TAMPERED, 13)], sealed
    rewrite([*[row.body for row in log()[:12]], told('"sealed":null,', '{"sealed":{"digest":"x","rows":1}}')])
    assert found() == []


def test_each_odd_event_is_named_and_what_comes_after_it_is_read(unguarded: list[Note]) -> None:
    bodies = [row.body for row in log()]
    rewrite([*bodies, "no json", told(), told('"sealed":3,'), "[]", told()])
    assert [(finding.seq, finding.words) for finding in verification.of_log().findings] == [
        (13, "its text is no JSON that can be read"),
        (15, "it answers for -1 (…) noted changes, and there are no"),
        (16, "its text is no JSON object"),
    ]
    odd = [body + " " if '"sealed"' in body else body for body in bodies]
    rewrite(odd)
    for file in files():
        file.unlink()
    sql.run(f"DELETE FROM {NOTES}")
    assert [(finding.seq, finding.words) for finding in verification.of_log().findings] == [
        (seq, "its text is not canonical JSON") for seq in (2, 6, 10)
    ]


def test_the_first_bad_event_is_named_with_what_was_expected_and_who_said_so(unguarded: list[Note]) -> None:
    row = log()[6]
    sql.run(f"UPDATE {EVENTS} SET body = '{{}}' WHERE seq = 7")
    code, said = asked("verify")
    assert code == 1
    expected = "TAMPERED at event 7: its text is not the text that was hashed"
    assert expected in said
    assert f"{row.hash.hex()} is there" in said
    assert f"({unguarded[1].words} covers it)" in said
    rewrite([row.body.replace("2026", "2025") if row.seq == 7 else row.body for row in log()])
    code, said = asked("verify")
    assert "event 5: one of the events up to 8 is not what was signed" in said
    assert f"{unguarded[1].root.hex()} was expected" in said
    assert f"by {unguarded[1].words}" in said


def test_where_each_of_two_events_was_signed_the_one_that_was_changed_is_named_alone() -> None:
    for number in (1, 2):
        tell()
        sign(minute(number))
    triggers.drop(connection)
    rewrite([log()[0].body, log()[1].body.replace("2026", "2025")])
    assert "event 2: it is not what was signed" in asked("verify")[1]


# --- notes -------------------------------------------------------------------------------------------------------
def forged(note: Note, key: signing.PrivateKey | None = None, **other: Any) -> str:
    return notes.written(replace(note, **other), key or signing.private_key(Path(site.CHECKPOINT_KEY)))


def restored(note: Note, size: int, root: bytes) -> str:
    return forged(note, size=5, at=minute(9), before=(size, root), reason=b"x" * 32)


def everywhere(texts: list[str]) -> None:
    for file in files():
        file.write_text("\n".join(texts))


def test_a_signed_note_that_does_not_fit_the_log_is_found_by_root_and_by_head(signed: list[Note]) -> None:
    """Even the signer's own key cannot make both right for another log; each alone is compared."""
    for wrong in ("root", "head"):
        other: dict[str, Any] = {wrong: b"x" * 32}
        everywhere([*[note.text for note in signed[:2]], forged(signed[2], **other)])
        assert (Kind.TAMPERED, 12) in found(), other


@pytest.mark.parametrize(
    ("change_of", "words"),
    [
        (lambda a, b, c: [a, b, forged(c, OTHER)], "not by the key"),
        (lambda a, b, c: [a, b], "lacks 1 notes"),
        (lambda a, b, c: [a, b, b], "not signed after the one before"),
        (lambda a, b, c: [a, c, b], "not signed after the one before"),
        (lambda a, b, c: [b, c], "lacks 1 notes"),
        (lambda a, b, c: [], "lacks 3 notes"),
        (lambda a, b, c: [a, b, forged(c, origin="other/audit")], "another log"),
        (lambda a, b, c: [a, b, c, forged(c, size=5, at=minute(9))], "shorter than"),
        (lambda a, b, c: [a, b, c, restored(c, 11, c.root)], "goes back from 11"),
        (lambda a, b, c: [a, b, c, restored(c, 12, a.root)], "goes back from 12"),
    ],
    ids=["own key", "last out", "older twice", "exchanged", "first out", "emptied", "other log", "shorter", "restore of 11",
         "restore of another log"],
)  # fmt: skip
def test_a_place_whose_notes_were_changed_is_found(signed: list[Note], change_of: Any, words: str) -> None:
    texts = change_of(*signed)
    files()[1].write_text("\n".join(getattr(text, "text", text) for text in texts))
    findings = [finding for finding in verification.of_log().findings if finding.kind == Kind.NOTES]
    assert any(words in finding.words for finding in findings), findings


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {} SET size = 7 WHERE size = 8",
        f"UPDATE {{}} SET root = '{'0' * 64}' WHERE size = 8",
        "UPDATE {} SET kind = 'RESTORE' WHERE size = 8",
        "UPDATE {} SET key_id = 'x' WHERE size = 8",
        "UPDATE {} SET signed_at = '2020-01-01 00:00:00' WHERE size = 8",
        "UPDATE {} SET note = (SELECT note FROM {} WHERE size = 12) WHERE size = 8",
        "UPDATE {} SET note = 'x' WHERE size = 8",
    ],
)
def test_a_note_in_the_database_that_was_changed_is_found(unguarded: list[Note], attack: str) -> None:
    sql.run(attack.format(NOTES, NOTES))
    findings = verification.of_log().findings
    assert [finding.kind for finding in findings] == [Kind.NOTES]
    assert "note 2 in the database" in findings[0].words or "in the database" in findings[0].words


def test_a_note_that_somebody_kept_finds_what_was_done_to_everything_else(
    unguarded: list[Note], tmp_path: Path
) -> None:
    (tmp_path / "kept.txt").write_text(unguarded[1].text)
    rewrite([row.body.replace("2026", "2025") for row in log()])
    everywhere([])
    sql.run(f"DELETE FROM {NOTES}")
    sql.run(f"DELETE FROM {CAPTURES}")
    assert found() != []  # the changes that events answer for are gone
    code, said = asked("verify", "--checkpoint", str(tmp_path / "kept.txt"))
    assert code == 1
    assert unguarded[1].words in said


def test_a_file_that_holds_no_note_of_ours_stops_the_verification(signed: list[Note], tmp_path: Path) -> None:
    for data in ("", "x", signed[0].text[:-1], signed[0].text.replace("head ", "head a")):
        (tmp_path / "kept.txt").write_text(data)
        code, said = asked("verify", "--checkpoint", str(tmp_path / "kept.txt"))
        assert (code, "kept.txt" in said) == (2, True)
    assert asked("verify", "--checkpoint", str(tmp_path / "none"))[0] == 2


def test_without_the_key_nothing_can_be_checked(signed: list[Note]) -> None:
    Path(site.CHECKPOINT_PUBLIC_KEY).unlink()
    code, said = asked("verify")
    assert (code, "checkpoint.pub.pem cannot be read" in said) == (2, True)


# --- the last rows -----------------------------------------------------------------------------------------------
def test_the_last_events_are_held_against_the_note_before_them(unguarded: list[Note]) -> None:
    assert "5 to 12 events" in asked("verify", "--last", "8")[1]
    assert "9 to 12 events" in asked("verify", "--last", "4")[1]
    assert "9 to 12 events" in asked("verify", "--last", "1")[1]
    assert "12 events" in asked("verify", "--last", "99")[1]
    assert verification.of_log(last=4).findings == []
    sql.run(f"UPDATE {EVENTS} SET body = '{{}}' WHERE seq = 2")
    assert verification.of_log(last=4).findings == []  # it says nothing of what lies before
    rewrite([row.body.replace("2026", "2025") if row.seq == 7 else row.body for row in log()])
    assert [finding.seq for finding in verification.of_log(last=4).findings] == [9]  # they follow another event 8
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > 10")
    assert verification.of_log(last=1).findings != []
