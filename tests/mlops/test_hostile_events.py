"""Events that no service wrote: whoever may write at all can chain one for good, and nothing may stand still for it."""

import json
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

from mlops import notes, triggers
from mlops.errors import NoProof
from mlops.models import AuditEvent
from mlops.models.audit import GENESIS, leaf
from mlops.services import chain, checkpoints, exports, live, proofs, strays, testimony, transparency, verification
from mlops.services.audit import canonical
from mlops.services.verification import Kind
from tests.mlops import sql
from tests.mlops.signed_log import CAPTURES, EVENTS, asked, files, log, make_log, minute, rewrite
from tests.mlops.starts import start

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_audit.py"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]  # toys: nothing of another app is governed


def body(**other: Any) -> str:
    """The text of an event as a service writes it, but for what is said here; None leaves it out."""
    facts = {"v": 1, "action": "toy.forged", "actor": "x", "at": "2026-01-01T00:00:00+00:00", "object": "toy:1"}
    facts |= {"reason": "", "detail": {}} | other
    return json.dumps(
        {name: value for name, value in facts.items() if value is not None}, sort_keys=True, separators=(",", ":")
    )


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


SOUND = {
    "as written": body(),
    "words in a reason": body(reason='{"[[[[\\" 東京 🎞 ' + "[" * 99),
    "nested as far as may be": body().replace('"detail":{}', f'"detail":{{"x":{nested(30)}}}'),
    "null for a seal": body().replace('"v":1', '"sealed":null,"v":1'),
}
HOSTILE = {
    "an act alone": '{"action":"request.opened"}',
    "a list for details": '{"action":"rows.accounted-for","detail":[]}',
    "unknown changes in no table": '{"action":"rows.changed-unsealed","detail":{"tables":[3]}}',
    "an event that cannot be looked up": '{"action":"rows.accounted-for","detail":{"event":[1]}}',
    "a promotion of nothing": '{"action":"version.promoted"}',
    "numbers for words": '{"action":3,"actor":{},"at":5,"object":[],"reason":null}',
    "nested until the stack ends": '{"action":"rows.x","sealed":' + "[" * 200_000,
    "nested, and whole": body().replace('"detail":{}', f'"detail":{{"x":{nested(500)}}}'),
    "nested one too deep": body().replace('"detail":{}', f'"detail":{{"x":{nested(31)}}}'),
    "no zone": body(at="2026-01-01T00:00:00"),
    "no moment": body(at="yesterday"),
    "a moment before time": body(at="0001-01-01T00:00:00+14:00"),
    "the end of time": body(at="9999-12-31T23:00:00+00:00"),
    "no JSON": "no json",
    "nothing": "",
    "no object": '["x",{"sealed":1}]',
    "a number": "3",
    "a number without end": body().replace('"v":1', '"v":' + "9" * 5_000),
    "infinity": body().replace('"v":1', '"v":1e999'),
    "no number": body().replace('"v":1', '"v":NaN'),
    "a space": '{"sealed" :{"rows":3,"digest":"ab"}}',
    "a space, and else as written": body().replace(":1}", ": 1}"),
    "a line after it": body() + "\n",
    "said twice": body().replace('{"action":', '{"action":"x","action":'),
    "letters beyond ASCII": body().replace('"reason":""', '"reason":"é"'),
    "half a character": body(object="\ud800", action="version.promoted"),
    "no reason": body(reason=None),
    "no details": body(detail=None),
    "no seal, and no changes": body(sealed={"rows": 0, "digest": ""}),
    "a seal of another kind": body(sealed={"rows": True, "digest": 5}),
    "an empty seal": body(sealed={}),
    "a false seal": body(sealed=False),
    "words for a seal": body(sealed="it has changes that another event answers for"),
}
GOVERNED: dict[str, Any] = {  # what an event of a migration can list as governed, once somebody forged it
    "none": [],
    "one of another site": ["x"],
    "a number": 5,
    "numbers": [[1]],
    "a number among texts": ["x", 3],
    "an object": {"mlops_deployment": 1},
    "words": "mlops_deployment",
    "nothing": None,
}
TYPED = {  # chained and canonical, of acts that are read for rows
    "request.opened": "evidence",
    "approval.given": "evidence",
    "version.rejected": "request, evidence",
    "version.registered": "gates",
    "version.promoted": "deployment",
    "rows.accounted-for": "event",
    "rows.changed-unsealed": "tables",
}


def forge(text: str) -> int:
    """Chain an event as raw SQL can, with every trigger in its place; return its number."""
    last = log()[-1]
    sql.run(
        f"INSERT INTO {EVENTS} (seq, prev, hash, body) VALUES (%s, %s, %s, %s)",
        *(last.seq + 1, last.hash, leaf(last.hash, last.seq + 1, text), text),
    )
    return last.seq + 1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_forged_event_is_named_and_stops_no_reader(text: str) -> None:
    make_log(1)
    seq = forge(text)
    code, said = asked("verify", "--live")
    assert (code, f"TAMPERED at event {seq}: " in said) == (1, True), said
    str(strays.left())
    str(checkpoints.fault(minute(9_999)))
    event = AuditEvent.objects.get(seq=seq)
    json.dumps([event.facts, str(event)], ensure_ascii=False, indent=1).encode()
    assert len(transparency.public_acts(transparency.OURS, 4, 20)) <= 1
    testimony.untold()


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_an_odd_event_that_a_service_could_have_written_holds(text: str) -> None:
    make_log(1)
    forge(text)
    assert verification.verify().findings == []


@pytest.mark.parametrize(("action", "lacking"), TYPED.items(), ids=TYPED)
@pytest.mark.parametrize("wrong", [{}, {"evidence": 3, "request": "x", "gates": [], "deployment": {}, "event": "1"}])
def test_an_event_of_a_known_act_without_its_details_is_named(action: str, lacking: str, wrong: dict[str, Any]) -> None:
    make_log(1)
    seq = forge(body(action=action, detail=wrong))
    found = [finding for finding in verification.verify().findings if finding.kind == Kind.UNTOLD]
    assert f"event {seq} ({action}) does not say its {lacking}" in [finding.words for finding in found]


# --- starts ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_forged_event_stops_no_start(text: str) -> None:
    make_log(1)
    forge(text)
    start()


@pytest.mark.parametrize("first", [True, False], ids=["before the first list", "after one"])
@pytest.mark.parametrize("listed", GOVERNED.values(), ids=GOVERNED)
def test_a_forged_list_of_governed_tables_signs_nothing_off(listed: Any, first: bool) -> None:
    """Changed past the triggers, and then a list that leaves the table out: the next start calls it unknown all the same."""
    make_log(1)
    if not first:
        start()
    triggers.drop(connection)
    sql.run("UPDATE mlops_dataset SET rows = 77")
    if sql.POSTGRES:
        sql.run("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.install(connection)
    forge(body(action=strays.MIGRATED, actor="system", object="rows", detail={"tables": {}, "governed": listed}))
    start()
    assert [list(event.detail["tables"]) for event in strays.left().events] == [["mlops_dataset"]]
    assert list(live.differences()) == []


# --- both verifiers ----------------------------------------------------------------------------------------------
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


LOGS: dict[str, Callable[[], None]] = {
    "as it was written": lambda: None,
    **{name: rewritten(text) for name, text in (SOUND | HOSTILE).items()},
    "changes sealed beyond the last event": sealed_by(99),
    "changes of no event": sealed_by(0),
    "one change more": sealed_by(2),
    "changes out": lambda: sql.run(f"DELETE FROM {CAPTURES}"),
    "nothing left": lambda: sql.run(f"DELETE FROM {EVENTS}"),
    "cut": lambda: sql.run(f"DELETE FROM {EVENTS} WHERE seq > 3"),
}


@pytest.mark.parametrize("attack", LOGS.values(), ids=LOGS)
def test_script_and_house_say_the_same_of_a_log(attack: Callable[[], None], tmp_path: Path) -> None:
    make_log(1)
    triggers.drop(connection)
    attack()
    exports.export(tmp_path / "export")
    assert scripted(tmp_path / "export") == int(not verification.of_log().holds)


def other_key(note: notes.Note) -> str:
    return notes.written(note, ec.generate_private_key(ec.SECP256R1()))


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


def signed_again(note: notes.Note, **other: Any) -> str:
    return notes.written(replace(note, **other), checkpoints.private_key())


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


# --- columns of another type, which SQLite takes once the triggers are away ---------------------------------------
@pytest.mark.parametrize("hashed", [0.5, None, 3_000_000_000_000_000, "x" * 32])
def test_a_hash_of_another_type_is_named(hashed: Any) -> None:
    assert "not of the type" in chain.fault(chain.Row(1, GENESIS, hashed, "{}"), 1, GENESIS)
    assert "not of the type" in chain.fault(chain.Row(1, hashed, GENESIS, "{}"), 1, GENESIS)


@sql.on_sqlite
@pytest.mark.parametrize("column", ["hash", "prev", "body"])
@pytest.mark.parametrize("value", [0.5, 3_000_000_000_000_000, b"{}"])
def test_a_column_of_another_type_is_told_to_both_verifiers(column: str, value: Any, tmp_path: Path) -> None:
    make_log(1)
    triggers.drop(connection)
    assert proofs.include(3).seq == 3
    sql.run(f"UPDATE {EVENTS} SET {column} = %s WHERE seq = 3", value)
    assert [finding.seq for finding in verification.of_log().findings] == [3]
    exports.export(tmp_path / "export")
    assert scripted(tmp_path / "export") == 1
    if column == "hash":
        with pytest.raises(NoProof):
            proofs.include(3)
        proofs._kept.cache_clear()
        with pytest.raises(NoProof):
            proofs.include(3)
    proofs._kept.cache_clear()


def test_the_text_of_an_event_is_written_as_the_verifiers_read_it() -> None:
    assert canonical({"b": "é", "a": 1}) == '{"a":1,"b":"\\u00e9"}'
