"""`audit verify` and docs/verify_audit.py beside each other: of every log and every kept note they say the same."""

import base64
import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as site
from django.db import connection

from mlops import notes, signing, triggers
from mlops.errors import NoProof
from mlops.models import AuditEvent, Capture
from mlops.services import checkpoints, exports, places, proofs, sealing, verification
from tests.mlops import sql
from tests.mlops.signed_log import CAPTURES, EVENTS, NOTES, asked, files, log, make_log, minute, rewrite
from tests.mlops.test_hostile_events import HOSTILE, SOUND, body

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_audit.py"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]  # toys: nothing of another app is governed


def scripted(path: Path, *words: object) -> object:
    """The exit code of the script."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [*map(str, (SCRIPT, path, "--key", site.CHECKPOINT_PUBLIC_KEY, *words))])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(SCRIPT), run_name="__main__")
    return end.value.code


def rewritten(text: str) -> Callable[[], None]:
    return lambda: rewrite([*[row.body for row in log()], text])


def sealed_by(seal: int) -> Callable[[], None]:
    insert = f'INSERT INTO {CAPTURES} ("of", op, "row", seal) VALUES (%s, %s, %s, %s)'
    return lambda: sql.run(insert, "toy", "D", "1", seal)


def answering(rows: object) -> Callable[[], None]:
    """One change more, and an event that says it answers for so many, with their digest."""

    def attack() -> None:
        seal = len(log()) + 1
        sealed_by(seal)()
        _count, digest = sealing.digest(Capture.objects.filter(seal=seal))
        rewritten(body(sealed={"rows": rows, "digest": digest}))()

    return attack


def no_text(table: str) -> Callable[[], None]:
    column = {EVENTS: "body", CAPTURES: "after"}[table]
    return lambda: sql.run(f"UPDATE {table} SET \"{column}\" = CAST(x'7bff' AS text)")


def noted(sign: Callable[[notes.Note], str], **other: Any) -> Callable[[], None]:
    """Another note in the database alone, older than the newest and listed as what it says."""

    def insert() -> None:
        (newest,) = places.read_all()[0].notes
        older = replace(newest, at=minute(-1), **other)
        row = ("CHECKPOINT", older.size, older.root.hex(), sign(older), older.key_id, older.at)
        sql.run(
            f"INSERT INTO {NOTES} (kind, size, root, note, key_id, signed_at) VALUES (%s, %s, %s, %s, %s, %s)", *row
        )

    return insert


OTHER = ec.generate_private_key(ec.SECP256R1())


def other_key(note: notes.Note) -> str:
    return notes.written(note, OTHER)


def resigned(text: str, *, key: Any = None, called: bytes = b"") -> str:
    """A note as somebody writes it by hand. called: the four bytes that stand for the key, by default for ours."""
    ours = checkpoints.private_key()
    name = called or bytes.fromhex(signing.key_id(ours.public_key()))[:4]
    signature = base64.b64encode(name + signing.sign(text.encode(), key or ours)).decode()
    return f"{text}\n— {site.AUDIT_ORIGIN} {signature}\n"


def body_of(text: str) -> str:
    return text.partition("\n— ")[0]


def from_nothing(note: notes.Note) -> str:
    """A restore that does not say what it goes back from."""
    first, _size, _root, *more = body_of(signed_again(note, before=(9, note.root), reason=b"x" * 32)).split("\n")
    return "\n".join([first, *more])


def signed_again(note: notes.Note, **other: Any) -> str:
    return notes.written(replace(note, **other), checkpoints.private_key())


LOGS: dict[str, Callable[[], None]] = {
    "as it was written": lambda: None,
    **{name: rewritten(text) for name, text in (SOUND | HOSTILE).items()},
    "one change, by the event that says so": answering(1),
    "one change, and true is said of it": answering(True),
    "changes sealed beyond the last event": sealed_by(99),
    "changes of no event": sealed_by(0),
    "one change more": sealed_by(2),
    "changes out": lambda: sql.run(f"DELETE FROM {CAPTURES}"),
    "nothing left": lambda: sql.run(f"DELETE FROM {EVENTS}"),
    "an older note beside it": noted(signed_again),
    "an older note by another key": noted(other_key),
    "an older note of another log": noted(signed_again, root=b"x" * 32),
    "an older note of another log, by another key": noted(other_key, root=b"x" * 32),
    "no note": lambda: sql.run(
        f"INSERT INTO {NOTES} (kind, size, root, note, key_id, signed_at) "
        "SELECT kind, size, root, 'x', key_id, signed_at FROM " + NOTES
    ),
    **({name: no_text(name) for name in (EVENTS, CAPTURES)} if sql.SQLITE else {}),
    "cut": lambda: sql.run(f"DELETE FROM {EVENTS} WHERE seq > 3"),
}


@pytest.mark.parametrize("attack", LOGS.values(), ids=LOGS)
def test_script_and_house_say_the_same_of_a_log(attack: Callable[[], None], tmp_path: Path) -> None:
    make_log(1)
    triggers.drop(connection)
    attack()
    exports.export(tmp_path / "export")
    assert scripted(tmp_path / "export") == int(not verification.of_log().holds)


KEPT: dict[str, tuple[Callable[[list[notes.Note]], str], int]] = {
    "one": (lambda found: found[0].text, 0),
    "our own file": (lambda found: files()[0].read_text(), 0),
    "with lines between": (lambda found: "\n\n\n".join(note.text for note in found) + "\n\n", 0),
    "of another machine": (lambda found: found[0].text.replace("\n", "\r\n"), 0),
    "without its last line's end": (lambda found: found[0].text.rstrip("\n"), 2),
    "torn after a whole one": (lambda found: found[0].text + "\n" + found[1].text[:99], 2),
    "a web page": (lambda found: "<html>\n<p>404</p>\n", 2),
    "nothing": (lambda found: "", 2),
    "a line before it": (lambda found: "\n" + found[0].text, 2),
    "by another key": (lambda found: other_key(found[0]), 2),
    "by another key that is called ours": (lambda found: resigned(body_of(found[0].text), key=OTHER), 2),
    "by our key under another's name": (lambda found: resigned(body_of(found[0].text), called=b"else"), 2),
    "of a restore from nothing": (lambda found: resigned(from_nothing(found[1])), 2),
    "in another base64": (lambda found: differently_spelt(found[0]), 2),
    "of another log": (lambda found: found[0].text.replace(site.AUDIT_ORIGIN, "other/audit"), 2),
    "of a log that was longer": (lambda found: signed_again(found[1], size=99), 1),
    "of a log with another root": (lambda found: signed_again(found[1], root=b"x" * 32), 1),
    "of a log with another head": (lambda found: signed_again(found[1], head=b"x" * 32), 1),
}


def differently_spelt(note: notes.Note) -> str:
    """The same signature in a base64 whose last character holds bits that nobody reads."""
    while not (text := signed_again(note)).endswith("=\n"):
        pass  # a signature is of 70 to 72 bytes, by chance
    whole = text.rstrip("=\n")
    return whole[:-1] + chr(ord(whole[-1]) + 1) + text[len(whole) :]


@pytest.mark.parametrize(("text", "code"), KEPT.values(), ids=KEPT)
def test_script_and_house_say_the_same_of_a_kept_file(
    text: Callable[[list[notes.Note]], str], code: int, tmp_path: Path
) -> None:
    made = make_log(2)
    exports.export(tmp_path / "export")
    (tmp_path / "kept").write_bytes(text(made).encode())
    said = (
        scripted(tmp_path / "export", "--checkpoint", tmp_path / "kept"),
        asked("verify", "--checkpoint", str(tmp_path / "kept"))[0],
    )
    assert said == (code, code)


@sql.on_sqlite
@pytest.mark.parametrize("column", ["hash", "prev", "body"])
@pytest.mark.parametrize("value", [0.5, 3_000_000_000_000_000, b"{}"])
def test_a_column_of_another_type_is_told_to_both_verifiers(column: str, value: Any, tmp_path: Path) -> None:
    make_log(1)
    triggers.drop(connection)
    assert proofs.include(3).seq == 3
    sql.run(f"UPDATE {EVENTS} SET {column} = %s WHERE seq = 3", value)
    assert [finding.seq for finding in verification.of_log().findings] == [3]
    assert str(AuditEvent.objects.get(seq=3)).startswith("3 ")
    exports.export(tmp_path / "export")
    assert scripted(tmp_path / "export") == 1
    if column == "hash":
        with pytest.raises(NoProof):
            proofs.include(3)
        proofs._kept.cache_clear()
        with pytest.raises(NoProof):
            proofs.include(3)
    proofs._kept.cache_clear()
