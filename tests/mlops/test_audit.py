"""Who did what is written once, in the transaction of the act, chained to what was written before."""

import hashlib
import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from mlops import audit
from mlops.errors import AuditBroken
from mlops.models import AuditEvent, ModelVersion
from mlops.ports import SYSTEM
from mlops.services.audit import verify
from tests.factories.mlops import NOON, make_audit_event, make_version


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(AuditBroken, match="in the transaction of the act"):
        audit.record("test.happened", "test:1", by=SYSTEM, at=NOON)
    assert not AuditEvent.objects.exists()


@transaction.atomic
def act_and_fail() -> None:
    make_audit_event()
    raise RuntimeError


@transaction.atomic
def act_with_a_bad_event() -> None:
    make_version()
    make_audit_event(score=float("nan"))


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_event_and_an_event_that_fails_leaves_no_act() -> None:
    with pytest.raises(RuntimeError):
        act_and_fail()
    with pytest.raises(ValueError, match="Out of range float"):
        act_with_a_bad_event()
    assert not AuditEvent.objects.exists()
    assert not ModelVersion.objects.exists()
    assert verify().holds


@pytest.mark.django_db
def test_each_event_carries_the_hash_of_the_one_before() -> None:
    first, second = make_audit_event(), make_audit_event(reason="because")
    assert (first.seq, first.prev, second.seq, bytes(second.prev)) == (1, bytes(32), 2, bytes(first.hash))
    # By hand: 0x00, the hash before, the number in eight bytes, the text.
    by_hand = hashlib.sha256(b"\0" + bytes(first.hash) + (2).to_bytes(8, "big") + second.body.encode()).digest()
    assert bytes(second.hash) == by_hand


@pytest.mark.django_db
def test_an_event_says_who_what_when_and_why() -> None:
    event = make_audit_event(action="version.approved", subject="version:toy v1", reason="it is better", votes=2)
    event.refresh_from_db()
    assert (event.action, event.object, event.actor, event.reason) == (
        "version.approved",
        "version:toy v1",
        "system",
        "it is better",
    )
    assert event.at == NOON.isoformat()
    assert json.loads(event.body)["detail"] == {"votes": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["naïve — «quoted»", "東京 🎞", 'a "quote" and a \\', "line\nbreak", "x" * 10_000])
def test_any_words_come_back_as_they_were_hashed(reason: str) -> None:
    make_audit_event(reason=reason)
    assert AuditEvent.objects.get().reason == reason
    assert verify().holds


@pytest.mark.django_db
def test_a_log_without_events_holds() -> None:
    assert (verify().holds, verify().events) == (True, 0)


@pytest.mark.django_db(transaction=True)
def test_many_recorders_at_once_write_one_chain() -> None:
    threads, each, failed = 6, 8, []

    def work(who: int) -> None:
        try:
            for place in range(each):
                with transaction.atomic():
                    make_audit_event(subject=f"test:{who}-{place}", at=NOON + timedelta(seconds=place))
        except Exception as error:  # a thread's failure must reach the test
            failed.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=work, args=[who]) for who in range(threads)]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    assert failed == []
    verdict = verify()
    assert (verdict.holds, verdict.events) == (True, threads * each)
    assert len(set(AuditEvent.objects.values_list("body", flat=True))) == threads * each
