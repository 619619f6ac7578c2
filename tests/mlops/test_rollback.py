"""One person may step back at once, never forward."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from mlops import policies, triggers
from mlops.errors import Conflict, Refused
from mlops.models import AuditEvent, Deployment
from mlops.ports import SYSTEM
from mlops.services import promotion
from mlops.services.audit import verify
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_genesis,
    make_person,
    make_promotion,
    make_scientist,
)
from tests.mlops import sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def on(day: int) -> datetime:
    return NOON + timedelta(days=day)


def back(at: datetime, by: Any = None, recipe_key: str = "toy-learner", reason: str = "worse") -> Deployment | None:
    return promotion.roll_back(recipe_key=recipe_key, reason=reason, by=by or make_approver(), at=at)


def serves(recipe_key: str = "toy-learner") -> str | None:
    found = Deployment.objects.champion(recipe_key)
    return found.version.label if found else None


def test_one_person_puts_back_what_served_before() -> None:
    make_promotion(at=on(0))
    second, approver = make_promotion(make_candidate(), at=on(1)), make_approver()
    deployment = back(on(2), approver)
    second.refresh_from_db()
    assert deployment is not None
    assert (deployment.version.label, deployment.how) == ("toy-learner v1", "ROLLBACK")
    assert (deployment.replaces, deployment.request, deployment.reason) == (second, None, "worse")
    assert (second.ended_at, second.ended_by) == (on(2), str(approver.subject_id))
    assert serves() == "toy-learner v1"
    event = AuditEvent.objects.order_by("seq").last()
    assert event is not None
    assert (event.action, event.actor, event.reason) == ("deployment.rolled_back", str(approver.subject_id), "worse")
    assert (event.facts["detail"]["version"], event.facts["detail"]["serves"]) == ("toy-learner v2", "toy-learner v1")
    assert verify().holds


def test_what_was_rolled_back_serves_again_after_a_new_request_alone() -> None:
    make_promotion(at=on(0))
    second = make_promotion(make_candidate(), at=on(1))
    back(on(2))
    assert second.version.requests.open().count() == 0
    again = make_promotion(second.version, at=on(3))
    assert (serves(), again.how, again.request != second.request) == ("toy-learner v2", "PROMOTION", True)
    assert back(on(4)) is not None
    assert serves() == "toy-learner v1"


def test_what_was_put_back_has_nothing_behind_it_but_nothing() -> None:
    """Back from a roll-back would be forward again: what learns then stops serving."""
    make_promotion(at=on(0))
    make_promotion(make_candidate(), at=on(1))
    back(on(2))
    assert back(on(3)) is None
    assert serves() is None
    with pytest.raises(Refused, match="nothing to roll back: no version serves"):
        back(on(4))


def test_the_first_champion_of_what_learns_is_rolled_back_to_nothing() -> None:
    first = make_promotion(at=on(0))
    assert back(on(1)) is None
    first.refresh_from_db()
    assert (first.ended_at, serves()) == (on(1), None)
    event = AuditEvent.objects.order_by("seq").last()
    assert event is not None
    assert event.facts["detail"]["serves"] is None
    assert make_promotion(first.version, at=on(2)).replaces is None


def test_a_formula_always_serves_something() -> None:
    make_genesis("toy-formula")
    with pytest.raises(Refused, match=r"nothing to roll back to: toy-formula v1 was the first version of a formula"):
        back(on(1), recipe_key="toy-formula")
    make_promotion(make_candidate(recipe_key="toy-formula", kind="SOFTWARE"), at=on(1))
    assert back(on(2), recipe_key="toy-formula") is not None
    with pytest.raises(Refused, match=r"toy-formula v1 was rolled back to what served before"):
        back(on(3), recipe_key="toy-formula")
    assert serves("toy-formula") == "toy-formula v1"


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (SYSTEM, "the system may not roll back: a person must"),
        (make_scientist(), "needs the right «mlops.roll_back»"),
        (make_person("roll_back", is_active=False), "not active"),
    ],
    ids=["system", "no right", "not active"],
)
def test_who_may_not_roll_back_is_told_why(by: Any, words: str) -> None:
    champion = make_promotion(at=on(0))
    with pytest.raises(Refused, match=words):
        back(on(1), by)
    assert not policies.may_roll_back(by, champion)
    assert serves() == "toy-learner v1"


def test_nothing_serves_nothing_to_roll_back() -> None:
    with pytest.raises(Refused, match="there is nothing to roll back: no version serves"):
        back(on(0))


def test_a_reason_is_needed_and_time_does_not_run_backwards() -> None:
    make_promotion(at=on(1))
    with pytest.raises(Refused, match="say why"):
        back(on(2), reason="")
    with pytest.raises(Refused, match="serves since 02 June 2026"):
        back(on(0))
    assert serves() == "toy-learner v1"


def test_a_reason_is_kept_without_the_spaces_around_it() -> None:
    make_promotion(at=on(0))
    make_promotion(make_candidate(), at=on(1))
    deployment, event = back(on(2), reason=" worse\n"), AuditEvent.objects.order_by("seq").last()
    assert deployment is not None
    assert event is not None
    assert (deployment.reason, event.reason) == ("worse", "worse")


@pytest.mark.django_db(transaction=True)
def test_what_was_retired_past_all_rules_is_not_put_back() -> None:
    first = make_promotion(at=on(0)).version
    make_promotion(make_candidate(), at=on(1))
    triggers.drop(connection)
    sql.run("UPDATE mlops_modelversion SET state = 'RETIRED' WHERE id = %s", first.pk)
    triggers.install(connection)
    assert back(on(2)) is None
    assert serves() is None


def test_nothing_is_promoted_into_the_past_by_a_clock_behind() -> None:
    first = make_promotion(at=on(0))
    assert back(on(2)) is None
    with pytest.raises(Conflict, match="toy-learner v1 was rolled back on 03 June 2026 12:00, after this"):
        make_promotion(first.version, at=on(1))
    assert serves() is None
