"""Events that no service wrote: whoever may write at all can chain one for good, and nothing may stand still for it."""

import json
from typing import Any

import pytest
from django.db import connection

from mlops import triggers
from mlops.errors import NotSigned
from mlops.models import AuditEvent
from mlops.models.audit import GENESIS, leaf
from mlops.services import chain, checkpoints, live, strays, testimony, transparency, verification
from mlops.services.audit import canonical
from mlops.services.verification import Kind
from tests.mlops import sql
from tests.mlops.signed_log import EVENTS, asked, log, make_log, minute, sign, tell
from tests.mlops.starts import start

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
    "unknown changes of a table that are a number": '{"action":"rows.changed-unsealed","detail":{"tables":{"x":3}}}',
    "an event that cannot be looked up": '{"action":"rows.accounted-for","detail":{"event":[1]}}',
    "a promotion of nothing": '{"action":"version.promoted"}',
    "a number for a word, and else as written": body(object=3),
    "a list for details, and else as written": body(detail=[]),
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


@sql.on_sqlite
@pytest.mark.parametrize("action", ["rows.migrated", "rows.changed-unsealed", "version.promoted"])
def test_a_forged_event_that_is_no_text_is_named_and_stops_nobody(action: str) -> None:
    """SQLite keeps a text that is no UTF-8, and then cannot read it."""
    make_log(1)
    last = log()[-1]
    text = f'{{"action":"{action}","'.encode() + b"\xff"
    sql.run(
        f"INSERT INTO {EVENTS} (seq, prev, hash, body) VALUES (%s, %s, %s, CAST(%s AS text))",
        *(last.seq + 1, last.hash, b"x" * 32, text),
    )
    start()
    tell()
    assert asked("verify", "--live")[1].startswith("TAMPERED at event 5: its text is not the text that was hashed")
    assert not strays.left().events
    assert "event 5" in checkpoints.fault(minute(9_999))
    with pytest.raises(NotSigned, match="event 5"):
        sign(minute(9))
    assert transparency.public_acts(transparency.OURS, 4, 20) == []


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


# --- columns of another type, which SQLite takes once the triggers are away ---------------------------------------
@pytest.mark.parametrize("hashed", [0.5, None, 3_000_000_000_000_000, "x" * 32])
def test_a_hash_of_another_type_is_named(hashed: Any) -> None:
    assert "not of the type" in chain.fault(chain.Row(1, GENESIS, hashed, "{}"), 1, GENESIS)
    assert "not of the type" in chain.fault(chain.Row(1, hashed, GENESIS, "{}"), 1, GENESIS)


def test_the_text_of_an_event_is_written_as_the_verifiers_read_it() -> None:
    assert canonical({"b": "é", "a": 1}) == '{"a":1,"b":"\\u00e9"}'
