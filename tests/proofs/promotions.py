"""A small model of requests, votes and champions, walked at random beside the services: they must agree at every step."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from mlops.errors import MlopsError
from mlops.models import AuditEvent, Capture, Deployment
from mlops.ports import SYSTEM
from mlops.services import approvals, promotion, requests
from tests.factories.mlops import NOON
from tests.proofs.champions import broken

PEOPLE, VERSIONS = 5, 4
FAILED = VERSIONS - 1  # the last version failed its gates
JUDGED = (
    None,
    0,
    1,
    0,
)  # against which version each was judged: the first against none, the next two each after another
SOMEBODY, SOME_VERSION = st.integers(0, PEOPLE - 1), st.integers(0, VERSIONS - 1)
VERDICT = st.sampled_from(["APPROVE"] * 7 + ["REJECT"])
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
    acts: ClassVar[Counter[str]] = Counter()

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
        if allowed:
            self.acts["done"] += 1
            return act()
        with pytest.raises(MlopsError):
            act()
        assert (AuditEvent.objects.count(), Capture.objects.count()) == before
        self.acts["refused"] += 1
        return None

    def facts(self, who: int) -> dict[str, Any]:
        """Who acts, read anew, and when: an hour after whatever was before."""
        self.acts["steps"] += 1
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
        allowed = allowed and self.fits(version) and not any(self.at < a.ends for a in waiting)
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
    @rule(place=st.integers(0, 99), who=SOMEBODY, verdict=VERDICT, fitting=st.booleans())
    def vote(self, place: int, who: int, verdict: str, fitting: bool) -> None:
        asked = self.recent(self.asked, place)
        self.voted(asked, self.fitting(asked, who) if fitting else who, verdict)

    @rule(version=SOME_VERSION, who=SOMEBODY)
    def go_on(self, version: int, who: int) -> None:
        """As people do who want something to serve: vote on what is asked for, or else ask for something."""
        good = [a for a in self.asked if a.seen == self.now() and a.version not in self.damaged]
        ready = [a for a in good if self.open_to(a, self.fitting(a, who))]
        if ready:
            self.voted(ready[-1], self.fitting(ready[-1], who), "APPROVE")
        else:
            fitting = [n for n in range(FAILED) if self.fits(n) and self.states[n] != "REJECTED"]
            self.ask(version=fitting[version % len(fitting)] if fitting else version, who=next(iter(self.active), who))

    def voted(self, asked: Asked, who: int, verdict: str) -> None:
        told = self.facts(who)
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
            self.acts["promoted"] += 1
            self.acts["in another's place"] += self.line[-1][2] is not None

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
            self.acts["rolled back"] += 1
            if how == "PROMOTION" and replaced is not None:
                self.line.append((self.line[replaced][0], "ROLLBACK", champion))
                self.champion = len(self.line) - 1

    def serving(self) -> int | None:
        return None if self.champion is None else self.line[self.champion][0]

    def fits(self, version: int) -> bool:
        """Whether it does not serve, and nothing serves but what it was judged against: to begin with, or after a roll-back."""
        return self.serving() != version and self.serving() in (None, JUDGED[version])

    def fitting(self, asked: Asked, who: int) -> int:
        """Somebody who may vote on it, if anybody may."""
        return next((n for n in range(PEOPLE) if self.open_to(asked, n)), who)

    def recent(self, rows: list[Asked], place: int) -> Asked:
        """One of the last three, the last one most often."""
        return rows[-1 - min(len(rows) - 1, (0, 0, 0, 1, 2)[place % 5])]

    def mend(self, version: int) -> None:
        self.written(version, lambda _: self.base["artefacts"][version])
        self.damaged.discard(version)

    def written(self, version: int, changed: Callable[[bytes], bytes]) -> None:
        digest = self.versions[version].artefact_digest
        file = Path(site.ARTEFACTS) / digest[:2] / digest
        file.chmod(0o600)
        file.write_bytes(changed(self.base["artefacts"][version]))
