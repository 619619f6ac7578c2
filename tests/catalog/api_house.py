"""A house whose every answer is known: five films, one partner with all that a partner can own, requests to it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client

from catalog.bulk import folders
from catalog.key_text import LIVE, checksum
from catalog.models import Delivery, IdempotentCall, Movie, PartnerImport, PartnerKey, WebhookEndpoint
from catalog.models.webhooks import TOLD
from catalog.outward import signing
from catalog.services import limits, sealing
from catalog.services.imports import MOST_OPEN
from tests.catalog.api_calls import BASE, five_films, next_edition
from tests.catalog.learned import serve, small_model
from tests.factories import catalog as make
from tests.factories import partners as made
from tests.factories.mlops import NOON

WHK, DLV = f"whk_{'1' * 22}", f"dlv_{'1' * 22}"
ENDED, OPEN, EXPIRED = (f"imp_{sign * 22}" for sign in "123")
ALL = list(PartnerKey.Scope.values)


def secret(sign: str) -> str:
    """A whole key, always the same."""
    stem = LIVE + sign * 30
    return stem + checksum(stem)


KEYS = {"all": secret("a"), "films": secret("f"), "narrow": secret("n"), "unknown": secret("u"), "part": "rmk_live_aaa"}


@dataclass(frozen=True)
class Ask:
    """One request. key: which of KEYS, or "" without one.

    earlier: requests made before, of which the last one's ETag and next_cursor fill {ETag} and {cursor}; meanwhile: what
    happens between those and this.
    """

    address: str
    method: str = "GET"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    key: str = "all"
    earlier: tuple["Ask", ...] = ()
    meanwhile: "Callable[[House], object] | None" = None


class House:
    """Where requests are answered, each as if it were the first one."""

    def __init__(self, scope: str) -> None:
        """scope: what the narrow key may not do."""
        self.films, self.client = five_films(), Client(raise_request_exception=False)
        make.make_licence(self.films[1], id=1)
        self.partner = make.make_partner("Cinémathèque")
        self.key = make.make_partner_key(self.partner, secret=KEYS["all"])[0]
        make.make_partner_key(self.partner, secret=KEYS["films"], scopes=["catalog:read"])
        opens = {scope, f"{scope.partition(':')[0]}:write"}
        make.make_partner_key(self.partner, secret=KEYS["narrow"], scopes=[one for one in ALL if one not in opens])
        _viewer(self)
        _told(self)
        _imports(self)

    def answer(self, ask: Ask) -> Any:
        """What is answered; and then nothing of it has happened."""
        before = transaction.savepoint()
        try:
            known = self._before(ask)
            return self._sent(ask, known)
        finally:
            transaction.savepoint_rollback(before)

    def _before(self, ask: Ask) -> dict[str, str]:
        known = {"{ETag}": "", "{cursor}": ""}
        for one in ask.earlier:
            answer = self._sent(one, known)
            assert answer.status_code < 400, answer.content
            known["{ETag}"] = answer.get("ETag", "")
            if answer["Content-Type"] == "application/json":
                known["{cursor}"] = answer.json().get("next_cursor") or ""
        return known

    def _sent(self, ask: Ask, known: Mapping[str, str]) -> Any:
        cache.clear()  # every request is the first one of its minute
        if ask.meanwhile:
            ask.meanwhile(self)
        address, headers = ask.address, dict(ask.headers)
        for word, value in known.items():
            address = address.replace(word, value)
            headers = {name: text.replace(word, value) for name, text in headers.items()}
        if ask.key:
            headers = {"Authorization": f"Bearer {KEYS[ask.key]}"} | headers
        data = "" if ask.body is None else ask.body if isinstance(ask.body, str | bytes) else json.dumps(ask.body)
        return self.client.generic(ask.method, BASE + address, data, ask.kind, headers=headers)


def _viewer(house: House) -> None:
    ida = made.make_partner_rater(house.partner, "ida")
    for film, value in ((house.films[0], 9), (house.films[1], 8)):
        make.make_rating(film, rater=ida, value=value)
        made.make_partner_tally(house.partner, film, points=10 * value)
        made.make_partner_play(ida, film)


def _told(house: House) -> None:
    """What happened, an endpoint, and how it was told."""
    lately = {"written_at": datetime.now(UTC)}  # longer ago, and the feed would not tell them
    film, *_ = [made.make_event(kind, data={"movie": 12}, territory="GB", **lately) for kind in TOLD]
    facts = {"kinds": list(TOLD), "sealed_secret": sealing.seal(signing.new_secret())}
    endpoint = made.make_endpoint(house.partner, uid=WHK, **facts)
    ended = {"state": Delivery.State.DELIVERED, "attempts": 2, "ended_at": NOON}
    delivery = made.make_delivery(endpoint, film, uid=DLV, **ended)
    made.make_attempt(delivery, status=None, problem="no answer within 15 s")
    made.make_attempt(delivery, number=2, answer="thanks")
    made.make_delivery(endpoint, made.make_event("movie.updated", data={"movie": 11}, **lately))
    for operation, status, calls in (("movies", 200, 40), ("movies", 304, 900), ("topChart", 429, 7)):
        made.make_usage(house.key, day=NOON.date(), operation=operation, status=status, calls=calls)


def _imports(house: House) -> None:
    """One that ended just now, one at work, one whose results are gone."""
    lines = (
        b'{"line": 1, "status": "added"}\n{"line": 2, "status": "rejected", "problem": "value must be from 1 to 10"}\n'
    )
    folders.of(ENDED).mkdir(parents=True)
    (folders.of(ENDED) / folders.SEGMENT.format(1)).write_bytes(lines)
    done = {"size": 90, "offset": 90, "lines": 2, "started_at": NOON}
    ended = {"state": "COMPLETED", "ended_at": datetime.now(UTC), "segments": 1, "added": 1, "rejected": 1}
    made.make_partner_import(house.key, uid=ENDED, **done, **ended)
    made.make_partner_import(house.key, uid=OPEN, state="RUNNING", size=90, offset=30, started_at=NOON)
    made.make_partner_import(house.key, uid=EXPIRED, state="EXPIRED", ended_at=NOON, unchanged=2, **done)


# --- what happens meanwhile --------------------------------------------------------------------------------------
def served(_: House) -> None:
    """A learned version goes into service."""
    facts = {"run": {"id": 7}, "gates": {"digest": "9" * 64}}  # which are numbered over all tests
    serve(small_model(Movie.objects.order_by("pk")), **facts)


def newer_edition(house: House) -> None:
    next_edition(house.films[1])


def at_work(_: House) -> None:
    """Whatever was sent before is not answered yet."""
    IdempotentCall.objects.update(answered_at=None, status=None, headers={}, body="")


def disabled(_: House) -> None:
    WebhookEndpoint.objects.update(enabled=False, disabled_reason="disabled by the partner")


def many_endpoints(house: House) -> None:
    for _ in range(9):
        made.make_endpoint(house.partner, kinds=list(TOLD))


def many_imports(house: House) -> None:
    for _ in range(MOST_OPEN - 1):
        made.make_partner_import(house.key, state=PartnerImport.State.CREATED)


def used_up(bucket: str, counter: int = 0) -> Callable[[House], None]:
    """The key's minute, or with counter 1 the partner's month, is used up; the minute that may begin meanwhile too."""

    def use(house: House) -> None:
        now = datetime.now(UTC)
        minutes = [limits.take(key=house.key, bucket=bucket, at=now + timedelta(seconds=later)) for later in (0, 60)]
        for left in minutes[counter:]:
            assert left is not None
            most = (left.limit - 1, left.quota - 2)[counter]  # beside those just taken
            limits.store().give_back([left.counters[counter]], -most)

    return use
