"""Whatever people do in whatever order: no path leads from a failed gate, one's own vote or changed evidence to champion.

A small model says of each act whether it may be done, and what serves then; the services and both databases must agree.
"""

import contextlib
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from mlops.models import AuditEvent, Capture, Deployment, Erasure, ModelVersion, PromotionRequest
from mlops.ports import SYSTEM
from mlops.services import policy_requests
from mlops.services.audit import record
from mlops.services.sealing import governed
from tests.factories.mlops import make_candidate
from tests.mlops import sql
from tests.proofs.conftest import Tell
from tests.proofs.promotions import (
    DAYS,
    FAILED,
    JUDGED,
    PEOPLE,
    RECIPE,
    SOME_VERSION,
    SOMEBODY,
    VERDICT,
    Asked,
    Promotions,
)
from tests.proofs.test_promotion_race import set_active

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


class Histories(Promotions):
    """Besides requests: policies, people who come and go, and attacks past all services."""

    # --- policies ------------------------------------------------------------------------------------------------
    @rule(who=SOMEBODY, wanted=st.integers(1, 3))
    def ask_policy(self, who: int, wanted: int) -> None:
        told = self.facts(who)
        waiting = [w for w in self.wishes if w.state == "OPEN"]
        allowed = who in self.active and wanted != self.required and not any(self.at < w.ends for w in waiting)
        given = {"recipe_key": RECIPE, "wanted": wanted, "reason": "so many", **told}
        row = self.tried(allowed, lambda: policy_requests.open_policy_request(**given))
        if row:
            for old in waiting:
                old.state, self.events = "EXPIRED", self.events + 1
            self.events += 1
            self.wishes.append(Asked(row.pk, who, max(self.required, wanted), self.at + DAYS, wanted=wanted))

    @precondition(lambda self: self.wishes)
    @rule(place=st.integers(0, 99), who=SOMEBODY, verdict=VERDICT, fitting=st.booleans())
    def vote_policy(self, place: int, who: int, verdict: str, fitting: bool) -> None:
        wish = self.recent(self.wishes, place)
        self.voted_policy(wish, self.fitting(wish, who) if fitting else who, verdict)

    @rule(who=SOMEBODY, wanted=st.integers(1, 3))
    def go_on_policy(self, who: int, wanted: int) -> None:
        """As people do who want another policy."""
        ready = [wish for wish in self.wishes if self.open_to(wish, self.fitting(wish, who))]
        if ready:
            self.voted_policy(ready[-1], self.fitting(ready[-1], who), "APPROVE")
        else:
            self.ask_policy(who=next(iter(self.active), who), wanted=wanted)

    def voted_policy(self, wish: Asked, who: int, verdict: str) -> None:
        told = self.facts(who)
        allowed = self.open_to(wish, who)
        vote = {"request_id": wish.pk, "verdict": verdict, "reason": "seen", **told}
        found = self.tried(allowed, lambda: policy_requests.decide_policy(**vote))
        if not allowed:
            return
        self.events += 1
        if verdict == "REJECT":
            wish.state, wish.against = "REJECTED", True
            return
        wish.voters.add(who)
        assert (found is not None) == (self.counted(wish) >= wish.needed)
        if found:
            wish.state, self.required, self.policy = "APPLIED", wish.wanted, self.policy + 1
            self.events += 1
            self.acts["policies"] += 1

    # --- people --------------------------------------------------------------------------------------------------
    @rule(who=SOMEBODY, active=st.sampled_from([True, True, False]))
    def switch(self, who: int, active: bool) -> None:
        if who in self.gone:
            return
        self.at += timedelta(hours=1)
        set_active(self.people[who], self.at, active=active)
        self.events += 1
        (self.active.add if active else self.active.discard)(who)

    @rule(who=st.integers(2, PEOPLE - 1))
    def erase(self, who: int) -> None:
        if len(self.gone) > 1 or who in self.gone:
            return
        self.at += timedelta(hours=1)
        erase(self.people[who], self.at)
        self.events += 1
        self.gone.add(who)
        self.active.discard(who)

    # --- attacks -------------------------------------------------------------------------------------------------
    @rule(version=SOME_VERSION)
    def damage(self, version: int) -> None:
        """The stored state is changed, or put right again."""
        if version in self.damaged:
            self.mend(version)
        else:
            self.written(version, lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]))
            self.damaged.add(version)

    @rule(
        attack=st.sampled_from(
            [
                f"UPDATE mlops_promotionrequest SET evidence_digest = '{'b' * 64}'",
                "UPDATE mlops_promotionrequest SET needed = 1 + needed",
                "UPDATE mlops_promotionrequest SET requested_by = 'somebody'",
                "UPDATE mlops_promotionrequest SET expires_at = '2099-01-01'",
                "UPDATE mlops_modelversion SET state = 'APPROVED' WHERE state = 'CANDIDATE'",
                "UPDATE mlops_gatereport SET passed = NOT passed",
                "UPDATE mlops_approval SET verdict = 'APPROVE', decided_by = 'x'",
                "UPDATE mlops_policy SET approvals_required = 9",
                "UPDATE mlops_deployment SET version_id = version_id + 1",
                "DELETE FROM mlops_approval",
                "DELETE FROM mlops_policyvote",
                "DELETE FROM mlops_act",
            ]
        )
    )
    def attack(self, attack: str) -> None:
        """By SQL, past all services: refused, unless there is no row to do it to."""
        table = next(word for word in attack.split() if word.startswith("mlops_"))
        before = sql.rows(table)
        with contextlib.suppress(DatabaseError):
            sql.run(attack)
        assert sql.rows(table) == before

    @rule(version=SOME_VERSION, who=SOMEBODY)
    def forge(self, version: int, who: int) -> None:
        """A deployment as a raw row, without the votes it needs."""
        row = self.versions[version]
        latest = PromotionRequest.objects.filter(version=row).order_by("-pk").first()
        fields = {"recipe_key": RECIPE, "version_id": row.pk, "role": "CHAMPION", "how": "PROMOTION", "request": latest}
        by = {"started_at": self.at, "started_by": str(self.people[who].subject_id)}
        with pytest.raises(DatabaseError), transaction.atomic():
            Deployment.objects.create(**fields, **by)

    # --- what is true after every act ---------------------------------------------------------------------------
    @initialize()
    def begins(self) -> None:
        assert not Deployment.objects.exists()

    @invariant()
    def one_champion_as_the_model_says(self) -> None:
        found = [row.version_id for row in Deployment.objects.open()]
        wanted = [] if self.champion is None else [self.versions[self.serving() or 0].pk]
        assert found == wanted
        assert self.versions[FAILED].pk not in found

    @invariant()
    def an_event_for_every_act_and_no_change_without_one(self) -> None:
        assert AuditEvent.objects.count() == self.events
        assert not Capture.objects.unsealed().filter(pk__gt=self.base["since"]).exists()

    @invariant()
    def versions_live_as_the_model_says(self) -> None:
        rows = ModelVersion.objects.filter(pk__in=[row.pk for row in self.versions]).order_by("pk")
        assert list(rows.values_list("state", flat=True)) == self.states


def erase(person: Any, at: Any) -> None:
    """A tombstone, and the account gone."""
    with governed():
        digest = hashlib.sha256(str(person.subject_id).encode()).hexdigest()
        row = Erasure.objects.create(subject_digest=digest, reason="asked for", erased_at=at, erased_by="system")
        sql.run("DELETE FROM catalog_user WHERE id = %s", person.pk)
        row.state = Erasure.State.DONE
        row.save()
        record("account.erased", f"account:{person.subject_id}", by=SYSTEM, at=at)


def test_no_path_leads_around_the_rules(long: bool, tell: Tell) -> None:
    examples, steps = (1000, 50) if long else (25, 25)
    people = [get_user_model().objects.create(username=f"person-{n}", is_superuser=True) for n in range(PEOPLE)]
    versions: list[ModelVersion] = []
    for n, other in enumerate(JUDGED):
        judged = {"passed": n != FAILED, "against": None if other is None else versions[other]}
        versions.append(make_candidate(by=people[0] if n < 2 else None, gates=judged))
    folder = Path(site.ARTEFACTS)
    artefacts = [(folder / v.artefact_digest[:2] / v.artefact_digest).read_bytes() for v in versions]
    last = Capture.objects.order_by("-pk").values_list("pk", flat=True).first()
    Histories.base = {"people": people, "versions": versions, "artefacts": artefacts, "since": last or 0}
    Histories.acts.clear()
    assert apps.is_installed("catalog")
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not long,
            phases=[Phase.generate],  # a history that fails is told as it was: to shorten it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    tell("histories of random acts against a model", f"{examples} × up to {steps} steps")
    tell("acts, as the model says", ", ".join(f"{words} {n}" for words, n in Histories.acts.most_common()))
    assert {"promoted", "in another's place", "rolled back", "policies"} <= set(Histories.acts), (
        "the histories go nowhere"
    )
