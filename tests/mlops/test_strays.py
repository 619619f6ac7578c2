"""What nobody answered for is sealed as unknown, cannot be sealed by hand, and waits for a person."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from mlops.audit import governed, record
from mlops.errors import AuditBroken, Refused
from mlops.models import AuditEvent, Capture, Deployment, Erasure
from mlops.models.audit import leaf
from mlops.ports import SYSTEM
from mlops.services import audit, strays, testimony, verification
from mlops.services.sealing import Sealed
from tests.factories.mlops import NOON, make_approver, make_genesis, make_person
from tests.mlops import sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
BY_HAND = "UPDATE mlops_capture SET seal = (SELECT max(seq) FROM mlops_auditevent) WHERE seal IS NULL"


def end_by_hand() -> None:
    """A change that the guards allow and no service made."""
    sql.run("UPDATE mlops_deployment SET ended_at = started_at, ended_by = 'x' WHERE ended_at IS NULL")


def stray() -> AuditEvent:
    make_genesis("toy-formula")
    end_by_hand()
    (event,) = strays.seal(at=NOON)
    return event


def test_what_a_service_did_is_no_stray() -> None:
    make_genesis("toy-formula")
    assert strays.seal(at=NOON) == []
    assert not strays.left()


def test_a_change_by_hand_is_sealed_as_unknown_with_table_and_key() -> None:
    event = stray()
    assert (event.actor, event.action) == ("unknown", "rows.changed-unsealed")
    row = str(Deployment.objects.get().pk)
    assert event.facts["detail"]["tables"] == {"mlops_deployment": {"changes": 1, "first": [row]}}
    assert strays.seal(at=NOON) == []
    assert "mlops_deployment (1)" in str(strays.left())
    assert testimony.untold() == [
        f"deployment {row} of toy-formula v1 was not ended, as far as the log tells",
        f"event {event.seq} tells of changes by nobody known, and nobody accounted for them",
    ]


def test_before_it_is_sealed_it_is_already_open() -> None:
    make_genesis("toy-formula")
    end_by_hand()
    assert str(strays.left()) == "1 changes that no event answers for"


def test_a_person_with_the_right_accounts_for_it_once() -> None:
    event, auditor = stray(), make_person("account_for_changes")
    with pytest.raises(Refused, match="account_for_changes"):
        strays.account_for(seq=event.seq, reason="a repair", by=make_approver(), at=NOON)
    with pytest.raises(Refused, match="reason"):
        strays.account_for(seq=event.seq, reason=" ", by=auditor, at=NOON)
    told = strays.account_for(seq=event.seq, reason="a repair by hand", by=auditor, at=NOON)
    assert (told.object, told.facts["detail"]) == (f"event:{event.seq}", {"event": event.seq})
    assert not strays.left()
    for seq in (event.seq, told.seq, 10**9):
        with pytest.raises(Refused, match="does not wait"):
            strays.account_for(seq=seq, reason="again", by=auditor, at=NOON)


def test_a_service_that_tells_nothing_changes_nothing() -> None:
    make_genesis("toy-formula")
    with pytest.raises(AuditBroken, match="mlops_deployment"), governed():
        Deployment.objects.update(ended_at=NOON, ended_by="x")
    assert Deployment.objects.get().ended_at is None


def test_an_erasure_left_open_is_told() -> None:
    facts = {"subject_digest": "a" * 64, "reason": "asked", "erased_at": NOON, "erased_by": "x"}
    with governed():
        Erasure.objects.create(**facts)
        record("toy.erased", "toy:1", by=SYSTEM, at=NOON)
    assert str(strays.left()) == "1 erasures left open"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [False, True], ids=["by an old event", "by one that answers for something else"])
def test_nothing_is_sealed_by_hand(first: bool) -> None:
    """Only by an event of the very transaction, which tells the first and the last that it answers for."""
    make_genesis("toy-formula")
    end_by_hand()

    def sealed() -> None:
        with transaction.atomic():
            if first:
                record("toy.looked-at", "toy:1", by=SYSTEM, at=NOON)
            sql.run(BY_HAND)

    with pytest.raises(DatabaseError, match="by the event of its own transaction"):
        sealed()
    assert Capture.objects.unsealed().count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_that_claims_more_than_it_tells_is_found() -> None:
    """Whoever writes an event by hand is in the log; and its digest must be that of what it sealed."""
    make_genesis("toy-formula")
    end_by_hand()
    note = Capture.objects.latest("pk").pk
    with transaction.atomic():
        claimed = Sealed(rows=1, first=note, last=note, digest="0" * 64)
        head = AuditEvent.objects.latest("seq")
        said = {
            "action": "toy.forged",
            "actor": "system",
            "at": NOON.isoformat(),
            "object": "toy:1",
            "reason": "",
            "v": 1,
        }
        body = audit.canonical({**said, "detail": {}, "sealed": claimed.told()})
        prev = bytes(head.hash)
        AuditEvent.objects.create(seq=head.seq + 1, prev=prev, hash=leaf(prev, head.seq + 1, body), body=body)
        sql.run(BY_HAND)
    assert any("answers for 1 (000000000000" in str(finding) for finding in verification.verify().findings)


@pytest.mark.django_db(transaction=True)
def test_no_earlier_event_seals_what_came_later() -> None:
    make_genesis("toy-formula")
    with governed():
        record("toy.looked-at", "toy:1", by=SYSTEM, at=NOON)
    end_by_hand()
    assert "its own transaction" in sql.refused(BY_HAND)
    assert "its own transaction" in sql.refused(BY_HAND.replace("(SELECT max(seq) FROM mlops_auditevent)", "1"))


def test_notes_are_kept_as_they_were_noted() -> None:
    make_genesis("toy-formula")
    note = Capture.objects.latest("pk")
    columns = '"of", op, "row", seal'
    for attack in (
        "DELETE FROM mlops_capture",
        "UPDATE mlops_capture SET after = '{}'",
        f"INSERT INTO mlops_capture ({columns}) VALUES ('t', 'U', '1', 1)",
        f"INSERT INTO mlops_capture (id, {columns}) VALUES ({note.pk - 1}, 't', 'U', '1', NULL)",
        *(
            [f"REPLACE INTO mlops_capture (id, {columns}) VALUES ({note.pk}, 't', 'U', '1', NULL)"]
            if sql.SQLITE
            else []
        ),
    ):
        sql.refused(attack)


@sql.on_postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_under_way_elsewhere_is_nobodys_stray() -> None:
    make_genesis("toy-formula")
    changed, go_on = threading.Event(), threading.Event()

    def slow_service() -> None:
        with governed():
            Deployment.objects.update(ended_at=NOON, ended_by="x")
            changed.set()
            assert go_on.wait(20)
            record("toy.ended", "toy:1", by=SYSTEM, at=NOON)
        connection.close()

    thread = threading.Thread(target=slow_service)
    thread.start()
    assert changed.wait(20)
    assert strays.seal(at=NOON) == []
    go_on.set()
    thread.join()
    assert strays.seal(at=NOON) == []
    assert AuditEvent.objects.latest("seq").action == "toy.ended"
    assert Capture.objects.get(op="U").seal == AuditEvent.objects.latest("seq").seq
