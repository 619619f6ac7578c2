"""The newest acts that everybody may know of: found by an index in the database, and no other act among them."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection, transaction

from mlops import signing, triggers
from mlops.models.audit import leaf
from mlops.services import checkpoints, transparency
from tests.clock import NOON
from tests.factories.mlops import make_audit_event, make_person
from tests.mlops import sql
from tests.mlops.signed_log import EVENTS, go_back, log, sign, tell

pytestmark = pytest.mark.django_db


def shown(most: int = 20, size: int = 0) -> list[tuple[int, str]]:
    return [(act.seq, act.action) for act in transparency.public_acts(transparency.OURS, size, most)]


def forge(body: str) -> None:
    last = log()[-1]
    row = (last.seq + 1, last.hash, leaf(last.hash, last.seq + 1, body), body)
    sql.run(f"INSERT INTO {EVENTS} (seq, prev, hash, body) VALUES (%s, %s, %s, %s)", *row)


def test_the_newest_of_every_kind_come_first_and_no_more_than_asked_for() -> None:
    for action in ("version.genesis", "version.promoted", "version.promoted-not", "deployment.rolled_back"):
        tell(2, action)
    assert shown() == [
        *((seq, "deployment.rolled_back") for seq in (8, 7)),
        *((seq, "version.promoted") for seq in (4, 3)),
        *((seq, "version.genesis") for seq in (2, 1)),
    ]
    assert [shown(most) for most in (1, 3)] == [shown()[:1], shown()[:3]]
    twice = transparency.public_acts([*transparency.OURS, "version.promoted"], 0, 20)
    assert [(act.seq, act.action) for act in twice] == shown(), "a kind named twice is told once"
    assert [act.signed for act in transparency.public_acts(transparency.OURS, 4, 20)] == [*[False] * 2, *[True] * 4]


def test_after_a_restore_other_events_of_the_same_numbers_are_not_told() -> None:
    tell(3)
    tell(1, "version.promoted")
    assert shown() == [(4, "version.promoted")]
    triggers.drop(connection)
    go_back(3)
    triggers.install(connection)
    with transaction.atomic():
        make_audit_event(action="account.roles-changed", subject="account:a-subject-id")
    tell(1, "version.promoted")
    assert shown() == [(5, "version.promoted")]


@pytest.mark.parametrize(
    "body",
    [
        '{"action":"version.promoted","action":"account.roles-changed","at":"2026-06-01T12:00:00+00:00"}',
        '{"action":"version.promoted","detail":' + "[" * 200_000,
        '{"action":"version.promoted","at',
        '{"action":"' + "x" * 200_000 + '","at":""}',
        '{"action":"version.promoted","at":"yesterday"}',
    ],
    ids=["said twice", "deep", "cut", "long", "no moment"],
)
def test_what_only_begins_like_a_public_act_is_none(body: str) -> None:
    tell(1, "version.promoted")
    forge(body)
    assert shown() == [(1, "version.promoted")]


@pytest.mark.parametrize("many", [3, 250])
def test_forged_ones_hide_no_true_act_however_many_they_are(many: int) -> None:
    tell(1, "version.promoted")
    for _ in range(many):
        forge('{"action":"version.promoted","at":"x"}')
    tell(1, "version.promoted")
    assert shown(2) == [(many + 2, "version.promoted"), (1, "version.promoted")]


def test_a_proof_tells_of_a_public_act_alone_and_its_text_only_when_no_person_did_it() -> None:
    bare = {"seq", "hash", "proof", "checkpoint"}
    with transaction.atomic():
        make_audit_event(action="version.promoted", by=make_person())
    for action in ("version.genesis", "test.published", "account.roles-changed"):
        tell(1, action)
    sign(NOON)
    told = [set(transparency.inclusion(seq, ["test.published"])) - bare for seq in (1, 2, 3, 4)]
    act, text = {"action", "object", "at"}, {"prev", "body"}
    assert told == [act, act | text, act | text, set()]


def test_a_checkpoint_comes_with_the_key_that_it_was_signed_by() -> None:
    ours = signing.pem(checkpoints.private_key().public_key())
    assert transparency.checkpoint() is None, "nothing is signed"
    tell()
    sign(NOON)
    later = signing.pem(ec.generate_private_key(ec.SECP256R1()).public_key())
    Path(settings.CHECKPOINT_PUBLIC_KEY).write_text(later + ours)
    told = transparency.checkpoint()
    assert told is not None
    assert (told.key, told.size) == (ours, 1)


def test_they_are_found_without_reading_the_log() -> None:
    tell(300)
    sql.run("ANALYZE mlops_auditevent")  # as autovacuum does once there is something to count
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    asked = ('{"action":"version.promoted",', transparency.LAST, transparency.AT_ONCE)
    plan = str(sql.told(f"{explain} {transparency.NEWEST[connection.vendor]}", *asked))
    assert "mlops_audit_by_action" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
