"""Whoever has the database and one place of notes in hand: bits turned and nine kinds of attack, and none is missed."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import DatabaseError, connection, transaction

from mlops import notes, triggers
from mlops.models.audit import leaf
from mlops.notes import Note
from mlops.services import checkpoints, verification
from mlops.services.verification import Kind
from tests.mlops import sql
from tests.mlops.signed_log import (
    CAPTURES,
    EVENTS,
    NOTES,
    files,
    go_back,
    log,
    make_log,
    minute,
    rewrite,
    tell,
)
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db
Attack = Callable[[random.Random, list[Note]], Any]
FLIPS, TIMES = (10_000, 100), (1_000, 10)  # of the long form, of the short one


class Undone(Exception):
    """The attack is taken back: the next one meets the same log."""


def attempt(attack: Callable[[], Any], found: Callable[[], bool]) -> str:
    """Try an attack, ask the verifier, and put everything back: found, refused by the database, or missed."""
    before, said = [file.read_bytes() for file in files()], "missed"
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    attack()
            except DatabaseError:
                said = "refused"
                raise Undone from None
            said = "found" if found() else "missed"
            raise Undone
    except Undone:
        pass
    for file, data in zip(files(), before, strict=True):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    return said


def of_log() -> bool:
    """What there is to be found when the triggers stand again as if nothing had been."""
    return bool(verification.of_log().findings)


# --- bits --------------------------------------------------------------------------------------------------------
def flip(chance: random.Random) -> Callable[[], None]:
    """Turn one bit of an event, a noted change, a note in the database, or a file of notes."""
    kind = chance.choice(["event", "event", "event", "change", "note", "file"])
    if kind == "file":
        return lambda: _flip_file(chance)
    table, key, columns = {
        "event": (EVENTS, "seq", ["seq", "prev", "hash", "body", "body", "body"]),
        "change": (CAPTURES, "id", ["id", "of", "op", "row", "after", "after", "after", "seal"]),
        "note": (NOTES, "id", ["kind", "size", "root", "note", "note", "note", "key_id"]),
    }[kind]
    (last,) = sql.told(f"SELECT max({key}) FROM {table}")[0]
    where, column = chance.randint(1, last), chance.choice(columns)
    ((value,),) = sql.told(f'SELECT "{column}" FROM {table} WHERE {key} >= %s ORDER BY {key} LIMIT 1', where)
    return lambda: sql.run(
        f'UPDATE {table} SET "{column}" = %s WHERE {key} = (SELECT min({key}) FROM {table} WHERE {key} >= %s)',
        turned(value, chance),
        where,
    )


def turned(value: Any, chance: random.Random) -> Any:
    """A value with one bit turned; of text, one that leaves it text that both databases take."""
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(20)
    if isinstance(value, str):
        while True:
            place = chance.randrange(len(value))
            other = chr(ord(value[place]) ^ 1 << chance.randrange(7))
            if other != "\0":
                return value[:place] + other + value[place + 1 :]
    data = bytearray(bytes(value))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _flip_file(chance: random.Random) -> None:
    file = chance.choice(files())
    file.write_bytes(turned(file.read_bytes(), chance))


def test_no_turned_bit_is_missed(long: bool, tell: Tell) -> None:
    chance, times, began = random.Random(6962), FLIPS[not long], time.monotonic()
    make_log()
    triggers.drop(connection)
    assert not of_log()
    said = [attempt(flip(chance), of_log) for _ in range(times)]
    counted = {word: said.count(word) for word in ("found", "refused", "missed")}
    tell("bits turned", f"{times}: {counted}, {time.monotonic() - began:.0f} s")
    assert counted["missed"] == 0
    assert counted["found"] > times * 0.8


# --- nine kinds --------------------------------------------------------------------------------------------------
def cut(chance: random.Random, signed: list[Note]) -> None:
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > %s", chance.randrange(1, 12))


def emptied(chance: random.Random, signed: list[Note]) -> None:
    """And what else somebody may empty beside it, but for one place of notes."""
    sql.run(f"DELETE FROM {EVENTS}")
    for table in (CAPTURES, NOTES):
        if chance.random() < 0.5:
            sql.run(f"DELETE FROM {table}")
    if chance.random() < 0.5:
        chance.choice(files()).write_bytes(b"")
    if chance.random() < 0.3:
        tell_something(chance)


def edited(chance: random.Random, signed: list[Note]) -> None:
    """One text changed, and every hash after it made to fit."""
    bodies = [row.body for row in log()]
    place = chance.randrange(len(bodies))
    bodies[place] = chance.choice([turned(bodies[place], chance), bodies[place].replace("system", "nobody"), "{}"])
    rewrite(bodies)


def deleted(chance: random.Random, signed: list[Note]) -> None:
    """One event, or several, taken out, and every hash after it made to fit; perhaps its changes too."""
    bodies = [row.body for row in log()]
    gone = chance.randrange(len(bodies))
    until = min(len(bodies), gone + chance.randint(1, 4))
    rewrite(bodies[:gone] + bodies[until:])
    if chance.random() < 0.5:
        sql.run(f"DELETE FROM {CAPTURES} WHERE seal BETWEEN %s AND %s", gone + 1, until)


def old_backup(chance: random.Random, signed: list[Note]) -> None:
    """The database as it was, whole by every measure of its own; perhaps life went on from there, as long or longer."""
    go_back(chance.randrange(1, 12))
    if chance.random() < 0.6:
        for _ in range(chance.randint(1, 14)):
            tell_something(chance)


def forged(chance: random.Random, signed: list[Note]) -> None:
    """An event that never was: put between others with every hash made to fit, or hung on without a hash that fits."""
    bodies = [row.body for row in log()]
    body = bodies[chance.randrange(len(bodies))].replace("test.happened", "approval.given")
    if chance.random() < 0.5:
        place = chance.randrange(len(bodies))
        rewrite([*bodies[:place], body, *bodies[place:]])
        return
    prev, insert = log()[-1].hash, f"INSERT INTO {EVENTS} (seq, prev, hash, body) VALUES (%s, %s, %s, %s)"
    fitting = leaf(prev, 13, body)
    wrong = chance.choice(
        [
            (13, prev, chance.randbytes(32), body),
            (13, chance.randbytes(32), fitting, body),
            (14, prev, leaf(prev, 14, body), body),
            (13, prev, fitting, f"{body} "),
            (13, prev, leaf(prev, 13, sealing := '{"sealed":{"digest":"00","rows":1}}'), sealing),
        ]
    )
    sql.run(insert, *wrong)


def reordered(chance: random.Random, signed: list[Note]) -> None:
    bodies = [row.body for row in log()]
    one, other = chance.sample(range(len(bodies)), 2)
    bodies[one], bodies[other] = bodies[other], bodies[one]
    if chance.random() < 0.5:
        rewrite(bodies)
        return
    for place in (one, other):
        sql.run(f"UPDATE {EVENTS} SET body = %s WHERE seq = %s", bodies[place], place + 1)


def swapped(chance: random.Random, signed: list[Note]) -> None:
    """In one place of two, or in the database: a note exchanged for another, taken away, forged, or signed by another."""
    texts, place = [note.text for note in signed], chance.randrange(len(signed))
    key, note = chance.choice([ec.generate_private_key(ec.SECP256R1()), None]), signed[place]
    lie = replace(note, size=chance.randrange(1, 12), root=chance.randbytes(32))
    lies = [notes.written(lie, key)] if key else [note.text.replace(f"\n{note.size}\n", f"\n{lie.size + 12}\n")]
    lies += [texts[place - 1], "", turned(texts[place], chance)]
    restore = replace(lie, before=(12, signed[-1].root), reason=b"x" * 32, at=minute(99))
    texts[place] = chance.choice(lies)
    if chance.random() < 0.2:
        texts = [
            *[note.text for note in signed],
            notes.written(restore, key or ec.generate_private_key(ec.SECP256R1())),
        ]
    if chance.random() < 0.5 and texts[place]:
        sql.run(f"UPDATE {NOTES} SET note = %s WHERE size = %s", texts[place], note.size)
        if len(texts) == len(signed):
            return
    chance.choice(files()).write_text("\n".join(text for text in texts if text))


def tell_something(chance: random.Random) -> None:
    tell(1, f"test.{chance.randrange(10**9)}")


ATTACKS: dict[str, Attack] = {
    "tail cut": cut,
    "table emptied": emptied,
    "edited and rechained": edited,
    "deleted and rechained": deleted,
    "old backup": old_backup,
    "forged row": forged,
    "reordered": reordered,
    "checkpoint swapped": swapped,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_is_missed(name: str, long: bool, tell: Tell) -> None:
    chance, times, began = random.Random(name), TIMES[not long], time.monotonic()
    signed = make_log()
    triggers.drop(connection)
    assert not of_log()
    said = [attempt(lambda: ATTACKS[name](chance, signed), of_log) for _ in range(times)]
    counted = {word: said.count(word) for word in ("found", "refused", "missed")}
    tell(name, f"{times}: {counted}, {time.monotonic() - began:.0f} s")
    assert counted["missed"] == 0
    assert counted["found"] > times * 0.8


def test_no_dropped_trigger_is_missed(long: bool, tell: Tell) -> None:
    """One trigger or several away, or on PostgreSQL put to sleep: each is named."""
    chance, times, began = random.Random(9), TIMES[not long], time.monotonic()
    make_log()
    known = [trigger for trigger in triggers.database.triggers() if trigger.only in ("", connection.vendor)]
    missed = 0
    for _ in range(times):
        gone = chance.sample(known, chance.choice([1, 1, 1, 2, 5]))
        asleep = connection.vendor == "postgresql" and chance.random() < 0.3

        def attack(gone: list[Any] = gone, asleep: bool = asleep) -> None:
            for trigger in gone:
                sql.run(away(trigger, asleep))

        missed += attempt(attack, partial(all_named, gone)) != "found"
    tell("trigger dropped", f"{times}: missed {missed}, {time.monotonic() - began:.0f} s")
    assert missed == 0


def away(trigger: Any, asleep: bool) -> str:
    if asleep:
        return f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}"
    return f"DROP TRIGGER {trigger.name}" + (f" ON {trigger.table}" if connection.vendor == "postgresql" else "")


def all_named(gone: list[Any]) -> bool:
    said = " ".join(finding.words for finding in verification._unguarded())
    return all(f"{trigger.name} is missing" in said for trigger in gone)


def test_the_way_that_is_asked_here_is_the_way_that_the_command_takes() -> None:
    """`audit verify` asks of_log and the guards, and nothing of either is left out."""
    make_log()
    assert verification.verify().findings == []
    triggers.drop(connection)
    go_back(8)
    kinds = {finding.kind for finding in verification.verify().findings}
    assert {Kind.TAMPERED, Kind.UNGUARDED} <= kinds
    assert checkpoints.newest_outside() is not None
