"""Whatever people do in whatever order: no path leads from a failed gate, one's own vote or changed evidence to champion.

A small model says of each act whether it may be done, and what serves then; the services and both databases must agree.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mlops.errors import MlopsError
from mlops.models import AuditEvent, Capture, Deployment, Erasure, ModelVersion, PromotionRequest
from mlops.ports import SYSTEM
from mlops.services import approvals, policy_requests, promotion, requests
from mlops.services.audit import record
from mlops.services.sealing import governed
from tests.factories.mlops import NOON, make_candidate
from tests.mlops import sql
from tests.proofs.champions import broken
from tests.proofs.conftest import Tell
from tests.proofs.test_promotion_race import set_active

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
PEOPLE, VERSIONS = 5, 4
FAILED = VERSIONS - 1  # the last version failed its gates
SOMEBODY, SOME_VERSION = st.integers(0, PEOPLE - 1), st.integers(0, VERSIONS - 1)
RECIPE = "toy-learner"
DAYS = timedelta(days=14)


@dataclass
class Asked:
    """A request as the model sees it: for a version, or for a policy (wanted)."""

    pk: int
    by: int
    needed: int
    ends: Any
    version: int = 0
    wanted: int = 0
    seen: tuple[Any, ...] = ()  # the champion and the policy when it was opened
    digest: str = ""
    state: str = "OPEN"
    voters: set[int] = field(default_factory=set)
    against: bool = False


class Promotions(RuleBasedStateMachine):
    """Five people, all superusers, and four versions: two of the first's training, one that failed its gates."""

    base: ClassVar[dict[str, Any]] = {}
    acts: ClassVar[dict[str, int]] = {"done": 0, "refused": 0}

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.people, self.versions = self.base["people"], self.base["versions"]
        self.at = NOON + timedelta(days=1)
        self.active, self.gone = set(range(PEOPLE)), set()  # type: ignore[var-annotated]
        self.states = ["CANDIDATE"] * VERSIONS
        self.asked: list[Asked] = []
        self.wishes: list[Asked] = []
        self.line: list[tuple[int, str, int | None]] = []  # of each champion: version, how, what it replaced
        self.champion: int | None = None  # its place in the line
        self.required, self.policy = 1, 0
        self.events = AuditEvent.objects.count()
        self.damaged: set[int] = set()

    def teardown(self) -> None:
        try:
            for version in list(self.damaged):
                self.mend(version)
            assert broken(self.base["since"]) == [] if Deployment.objects.exists() else True
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- how an act is done, and judged ---------------------------------------------------------------------------
    def tried(self, allowed: bool, act: Callable[[], Any]) -> Any:
        """Done when the model allows it, refused in words and without a trace when not."""
        before = (AuditEvent.objects.count(), Capture.objects.count())
        try:
            found = act()
        except MlopsError as refusal:
            assert not allowed, f"the model allows what is refused: {refusal}"
            assert (AuditEvent.objects.count(), Capture.objects.count()) == before
            self.acts["refused"] += 1
            return None
        assert allowed, "the model forbids what was done"
        self.acts["done"] += 1
        return found

    def facts(self, who: int) -> dict[str, Any]:
        """Who acts, read anew, and when: an hour after whatever was before."""
        self.at += timedelta(hours=1)
        person = self.people[who]
        found = get_user_model().objects.filter(pk=person.pk).first()
        person.is_active = False
        return {"by": found or person, "at": self.at}

    def counted(self, asked: Asked) -> int:
        return len({who for who in asked.voters if who in self.active})

    def open_to(self, asked: Asked, who: int) -> bool:
        """Whether this person may vote on it now; for a version, the trainer may not."""
        others = {asked.by} | ({0} if not asked.wanted and asked.version < 2 else set())
        fresh = who not in asked.voters and not asked.against
        return asked.state == "OPEN" and self.at < asked.ends and who in self.active - others and fresh

    def now(self) -> tuple[Any, ...]:
        return self.champion, self.policy

    # --- requests ------------------------------------------------------------------------------------------------
    @rule(version=SOME_VERSION, who=SOMEBODY)
    def ask(self, version: int, who: int) -> None:
        told = self.facts(who)
        waiting = [a for a in self.asked if a.version == version and a.state == "OPEN"]
        allowed = who in self.active and version != FAILED and self.states[version] != "REJECTED"
        allowed = allowed and self.serving() != version and not any(self.at < a.ends for a in waiting)
        pk = self.versions[version].pk
        row = self.tried(allowed, lambda: requests.open_request(version_id=pk, reason="better", **told))
        if row:
            for old in waiting:
                old.state, self.events = "EXPIRED", self.events + 1
            asked = Asked(row.pk, who, row.needed, self.at + DAYS, version, seen=self.now())
            asked.digest, self.events = row.evidence_digest, self.events + 1
            assert row.needed == self.required
            self.asked.append(asked)

    @precondition(lambda self: self.asked)
    @rule(place=st.integers(0, 99), who=SOMEBODY, verdict=st.sampled_from(["APPROVE"] * 5 + ["REJECT"]))
    def vote(self, place: int, who: int, verdict: str) -> None:
        asked, told = self.recent(self.asked, place), self.facts(who)
        allowed = self.open_to(asked, who)
        if verdict == "APPROVE":
            allowed = allowed and asked.seen == self.now() and asked.version not in self.damaged
        found = self.tried(allowed, lambda: self.decide(asked, verdict, asked.digest, told))
        if not allowed:
            return
        self.events += 1
        if verdict == "REJECT":
            asked.against, asked.state = True, "REJECTED"
            self.states[asked.version] = self.states[asked.version].replace("CANDIDATE", "REJECTED")
            return
        asked.voters.add(who)
        assert (found is not None) == (self.counted(asked) >= asked.needed)
        if found:
            asked.state, self.states[asked.version], self.events = "PROMOTED", "APPROVED", self.events + 1
            self.line.append((asked.version, "PROMOTION", self.champion))
            self.champion = len(self.line) - 1

    @precondition(lambda self: self.asked)
    @rule(place=st.integers(0, 99), who=SOMEBODY)
    def vote_on_other_evidence(self, place: int, who: int) -> None:
        asked, told = self.recent(self.asked, place), self.facts(who)
        digest = hashlib.sha256(asked.digest.encode()).hexdigest()
        self.tried(False, lambda: self.decide(asked, "APPROVE", digest, told))

    def decide(self, asked: Asked, verdict: str, digest: str, told: dict[str, Any]) -> Any:
        seen = {"evidence_digest": digest, "reason": "seen"}
        return approvals.decide(request_id=asked.pk, verdict=verdict, **seen, **told)

    @precondition(lambda self: self.asked)
    @rule(place=st.integers(0, 99), who=SOMEBODY)
    def withdraw(self, place: int, who: int) -> None:
        asked, told = self.recent(self.asked, place), self.facts(who)
        allowed = asked.state == "OPEN" and asked.by == who and who in self.active
        if self.tried(allowed, lambda: requests.withdraw(request_id=asked.pk, reason="no", **told)):
            asked.state, self.events = "WITHDRAWN", self.events + 1

    @rule(days=st.sampled_from([0, 0, 5, 15]))
    def expire(self, days: int) -> None:
        self.at += timedelta(days=days)
        late = [a for a in [*self.asked, *self.wishes] if a.state == "OPEN" and self.at >= a.ends]
        assert requests.expire(by=SYSTEM, at=self.at) == len(late)
        for asked in late:
            asked.state, self.events = "EXPIRED", self.events + 1

    # --- what serves ---------------------------------------------------------------------------------------------
    @rule(who=SOMEBODY)
    def roll_back(self, who: int) -> None:
        told, champion = self.facts(who), self.champion
        allowed = who in self.active and champion is not None
        self.tried(allowed, lambda: promotion.roll_back(recipe_key=RECIPE, reason="worse", **told))
        if allowed and champion is not None:
            _, how, replaced = self.line[champion]
            self.events, self.champion = self.events + 1, None
            if how == "PROMOTION" and replaced is not None:
                self.line.append((self.line[replaced][0], "ROLLBACK", champion))
                self.champion = len(self.line) - 1

    def serving(self) -> int | None:
        return None if self.champion is None else self.line[self.champion][0]

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
    @rule(place=st.integers(0, 99), who=SOMEBODY, verdict=st.sampled_from(["APPROVE"] * 5 + ["REJECT"]))
    def vote_policy(self, place: int, who: int, verdict: str) -> None:
        wish, told = self.recent(self.wishes, place), self.facts(who)
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

    def mend(self, version: int) -> None:
        self.written(version, lambda _: self.base["artefacts"][version])
        self.damaged.discard(version)

    def written(self, version: int, changed: Callable[[bytes], bytes]) -> None:
        digest = self.versions[version].artefact_digest
        file = Path(site.ARTEFACTS) / digest[:2] / digest
        file.chmod(0o600)
        file.write_bytes(changed(self.base["artefacts"][version]))

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
        try:
            sql.run(attack)
        except DatabaseError:
            pass
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

    def recent(self, rows: list[Asked], place: int) -> Asked:
        """One of the last three, the last one most often."""
        return rows[-1 - min(len(rows) - 1, (0, 0, 0, 1, 2)[place % 5])]

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
    versions = [make_candidate(by=people[0] if n < 2 else None, gates={"passed": n != FAILED}) for n in range(VERSIONS)]
    folder = Path(site.ARTEFACTS)
    artefacts = [(folder / v.artefact_digest[:2] / v.artefact_digest).read_bytes() for v in versions]
    last = Capture.objects.order_by("-pk").values_list("pk", flat=True).first()
    Promotions.base = {"people": people, "versions": versions, "artefacts": artefacts, "since": last or 0}
    Promotions.acts = {"done": 0, "refused": 0}
    assert apps.is_installed("catalog")
    run_state_machine_as_test(
        Promotions,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not long,
            suppress_health_check=list(HealthCheck),
        ),
    )
    tell("histories of random acts against a model", f"{examples} × up to {steps} steps")
    tell("acts done, acts refused as the model says", "{done}, {refused}".format(**Promotions.acts))
