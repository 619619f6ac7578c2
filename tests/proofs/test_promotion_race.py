"""Processes that ask, vote, withdraw, roll back and change policies at random, at once, on one database."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from mlops.errors import Busy, Conflict, Refused
from mlops.models import Capture, Deployment, ModelVersion, PolicyRequest, PromotionRequest
from mlops.ports import SYSTEM
from mlops.services import approvals, policy_requests, promotion, remarks, requests
from mlops.services.audit import record
from mlops.services.sealing import governed
from tests.factories.mlops import NOON, make_candidate, make_genesis
from tests.mlops.training import child, wait_for
from tests.proofs.champions import broken
from tests.proofs.conftest import Tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]
RECIPES = ("toy-learner", "toy-formula")
START = NOON + timedelta(days=30)
PEOPLE = 10
ACTS = {
    "request": 20, "approve": 30, "reject": 2, "withdraw": 4, "expire": 3, "roll_back": 8, "say": 3, "again": 6,
    "ask_policy": 4, "approve_policy": 10, "reject_policy": 1, "withdraw_policy": 1, "deactivate": 3, "reactivate": 5,
}  # fmt: skip


class Somebody:
    """One process's random acts. Its moments run fast, so that fourteen days pass while it acts."""

    def __init__(self, number: int, people: list[int], began: float, fast: float) -> None:
        self.rng, self.people, self.began, self.fast = random.Random(number), people, began, fast
        self.number, self.acts, self.last = number, 0, None  # type: ignore[var-annotated]

    def act(self) -> Any:
        (name,) = self.rng.choices(list(ACTS), list(ACTS.values()))
        self.acts += 1
        again = {"at": START + timedelta(seconds=(time.time() - self.began) * self.fast), "by": self.person()}
        return getattr(self, name)(key=f"{self.number}-{self.acts}", **again)

    def done(self, service: Callable[..., Any], **given: Any) -> Any:
        self.last = (service, given)
        return service(**given)

    def person(self) -> Any:
        return get_user_model().objects.get(pk=self.rng.choice(self.people))

    def one(self, rows: Any) -> Any:
        """One of the rows; the first when it is there, so that many meet at it."""
        found = list(rows.order_by("pk")[:6])
        if not found:
            raise Refused("there is nothing of that kind")
        return self.rng.choice(found)

    def request(self, **given: Any) -> Any:
        version = self.one(ModelVersion.objects.filter(state__in=["CANDIDATE", "APPROVED"], run__isnull=False))
        return self.done(requests.open_request, version_id=version.pk, reason="better", **given)

    def decide(self, verdict: str, **given: Any) -> Any:
        row = self.one(PromotionRequest.objects.open())
        seen = {"evidence_digest": row.evidence_digest, "reason": "seen"}
        return self.done(approvals.decide, request_id=row.pk, verdict=verdict, **seen, **given)

    def approve(self, **given: Any) -> Any:
        return self.decide("APPROVE", **given)

    def reject(self, **given: Any) -> Any:
        return self.decide("REJECT", **given)

    def withdraw(self, **given: Any) -> Any:
        return self.done(
            requests.withdraw, request_id=self.one(PromotionRequest.objects.open()).pk, reason="no", **given
        )

    def expire(self, by: Any, **given: Any) -> Any:
        return self.done(requests.expire, by=SYSTEM, **given)

    def roll_back(self, **given: Any) -> Any:
        row = self.one(Deployment.objects.open())
        return self.done(promotion.roll_back, recipe_key=row.recipe_key, deployment_id=row.pk, reason="worse", **given)

    def say(self, key: str, **given: Any) -> Any:
        return remarks.say(request_id=self.one(PromotionRequest.objects.open()).pk, text="Why?", **given)

    def again(self, **_: Any) -> Any:
        """The same click a second time, perhaps much later."""
        if self.last is None:
            raise Refused("nothing was done yet")
        service, given = self.last
        return service(**given)

    def ask_policy(self, **given: Any) -> Any:
        asked = {"recipe_key": self.rng.choice(RECIPES), "wanted": self.rng.randint(1, 3), "reason": "so many"}
        return self.done(policy_requests.open_policy_request, **asked, **given)

    def on_policy(self, verdict: str, **given: Any) -> Any:
        row = self.one(PolicyRequest.objects.open())
        return self.done(policy_requests.decide_policy, request_id=row.pk, verdict=verdict, reason="seen", **given)

    def approve_policy(self, **given: Any) -> Any:
        return self.on_policy("APPROVE", **given)

    def reject_policy(self, **given: Any) -> Any:
        return self.on_policy("REJECT", **given)

    def withdraw_policy(self, **given: Any) -> Any:
        row = self.one(PolicyRequest.objects.open())
        return self.done(policy_requests.withdraw_policy, request_id=row.pk, reason="no", **given)

    def deactivate(self, key: str, by: Any, at: Any) -> Any:
        return set_active(by, at, active=False)

    def reactivate(self, key: str, by: Any, at: Any) -> Any:
        return set_active(by, at, active=True)


@governed()
def set_active(who: Any, at: Any, *, active: bool) -> None:
    get_user_model().objects.filter(pk=who.pk).update(is_active=active)
    action = "account.reactivated" if active else "account.deactivated"
    record(action, f"account:{who.subject_id}", by=SYSTEM, at=at)


def many(somebody: Somebody, times: int, file: Path) -> None:
    """So many acts, and what came of each."""
    ends: Counter[str] = Counter()
    for _ in range(times):
        ends[ended(somebody.act)] += 1
    file.write_text(json.dumps(ends))
    connections.close_all()


def ended(act: Callable[[], Any]) -> str:
    try:
        act()
    except Conflict as conflict:
        return f"refused by the database: {conflict.__cause__}" if conflict.__cause__ else "conflict"
    except Refused:
        return "refused"
    except Busy:
        return "busy"
    except Exception as error:
        return f"unexplained: {type(error).__name__}: {error}"
    return "done"


def test_what_many_do_at_once_leaves_one_line_of_champions(tmp_path: Path, long: bool, tell: Tell) -> None:
    processes, times, candidates = (8, 500, 40) if long else (4, 25, 4)
    people = [get_user_model().objects.create(username=f"person-{n}", is_superuser=True).pk for n in range(PEOPLE)]
    make_genesis("toy-formula")
    learners: list[ModelVersion] = []
    for n in range(candidates):  # the first is judged against nothing, the second against it, two each after another
        learners.append(make_candidate(gates={"against": learners[n // 2] if n else None}))
        make_candidate(recipe_key="toy-formula", kind="SOFTWARE")
    since = Capture.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    began, fast = time.time(), (14 * 86_400) / (20 if long else 3)
    start = time.monotonic()
    pids = [
        child(lambda n=n: many(Somebody(n, people, began, fast), times, tmp_path / str(n)))  # type: ignore[misc]
        for n in range(processes)
    ]
    codes = [wait_for(pid) for pid in pids]
    seconds = time.monotonic() - start
    assert codes == [0] * processes
    ends: Counter[str] = Counter()
    for n in range(processes):
        ends.update(json.loads((tmp_path / str(n)).read_text()))
    wrong = broken(since)
    whole = sum(ends.values())
    tell("random acts of processes at once", f"{whole} by {processes} processes in {seconds:.0f} s")
    tell("what came of them", ", ".join(f"{words} {n} ({n / whole:.1%})" for words, n in ends.most_common()))
    tell("champions in line", Deployment.objects.count())
    learned = Deployment.objects.filter(recipe_key="toy-learner", how="PROMOTION", replaces__isnull=False)
    tell("in the place of the one that they were judged against", learned.count())
    tell("invariants broken", len(wrong))
    assert not wrong, "\n".join(wrong)
    assert set(ends) <= {"done", "refused", "conflict", "busy"}, dict(ends)
    assert whole == processes * times
    assert os.getpid() not in pids
    assert connection.vendor
