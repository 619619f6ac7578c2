"""Who may do what: every route, every method, every kind of caller; a route or method without a row fails."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from catalog.models import Delivery, Movie, PartnerImport, PartnerKey
from catalog.outward import signing
from catalog.services import partners, sealing
from mlops.ports import SYSTEM
from tests.catalog import staff
from tests.catalog.api_calls import BASE, five_films, new_key
from tests.catalog.learned import serve, small_model
from tests.factories import catalog as make
from tests.factories import partners as made
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")  # what takes away comes last
READ = [scope for scope in PartnerKey.Scope.values if scope.endswith(":read")]
WRITE = [scope for scope in PartnerKey.Scope.values if scope.endswith(":write")]
CALLERS = ("anonymous", "read", "write", "other", "expired", "revoked", "staff")
# What each caller is answered, in the order of CALLERS. write: a key that may write everything, and so read it, and reads
# the rest; other: such a key of another partner; staff: whoever is signed in at the site, without a key.
Row = tuple[int, ...]


def everybody(status: int) -> Row:
    return (status,) * len(CALLERS)


def keys(status: int, *, read: int | None = None, other: int | None = None) -> Row:
    """What keys are answered; whoever has none that is good is not let in."""
    return (401, status if read is None else read, status, status if other is None else other, 401, 401, 401)


OPEN = {"GET": everybody(200), "HEAD": everybody(200)}  # what everybody may read
READS = {"GET": keys(200), "HEAD": keys(200)}  # what every partner may read alike
OWN = {"GET": keys(200, other=404), "HEAD": keys(200, other=404)}  # what is its partner's alone
MINE = keys(200, read=403, other=404)
NATURAL = keys(204, read=403)  # under a name of the caller's own choosing: the other partner put one there before
HOOK, DELIVERY, IMPORT = f"whk_{'0' * 22}", f"dlv_{'0' * 22}", f"imp_{'0' * 22}"
NO_METHOD, NO_PUBLIC_METHOD = keys(405), everybody(405)
NO_WRITING_METHOD = keys(405, read=403)  # a key that may not write is told so before the method is looked at

# route → address, and for each method that it knows what it answers; every other method is not there.
ROUTES: dict[str, tuple[str, dict[str, Row]]] = {
    "api-chart": ("charts/top", READS),
    "api-movies": ("movies", READS),
    "api-lookup": ("movies/lookup?title=rear+window", READS),
    "api-movie": ("movies/12", READS),
    "api-movie-rank": ("movies/12/rank", READS),
    "api-movie-similar": ("movies/12/similar", READS),
    "api-recommendations": ("recommendations", {"POST": keys(200)}),
    "api-availability": ("availability", READS),
    "api-licence": ("availability/1", READS),
    "api-models": ("models", READS),
    "api-model": ("models/weighted-rating/1", READS),
    "api-editions": ("editions", READS),
    "api-edition": ("editions/1", READS),
    "api-user": ("users/ida", {"DELETE": keys(202, read=403, other=404)}),
    "api-user-ratings": ("users/ida/ratings", OWN),
    "api-user-rating": ("users/ida/ratings/12", OWN | {"PUT": keys(200, read=403, other=201), "DELETE": NATURAL}),
    "api-user-plays": ("users/ida/plays", OWN),
    "api-user-play": ("users/ida/plays/12", OWN | {"PUT": keys(200, read=403, other=201), "DELETE": NATURAL}),
    "api-user-recommendations": ("users/ida/recommendations", OWN),
    "api-changes": ("changes", READS),
    "api-changes-latest": ("changes/latest", READS),
    "api-webhooks": ("webhooks", READS | {"POST": keys(201, read=403)}),
    "api-webhook": (f"webhooks/{HOOK}", OWN | {"PATCH": MINE, "DELETE": keys(204, read=403, other=404)}),
    "api-webhook-secret": (f"webhooks/{HOOK}/secret", {"POST": keys(201, read=403, other=404)}),
    "api-webhook-test": (f"webhooks/{HOOK}/test", {"POST": keys(202, read=403, other=404)}),
    "api-deliveries": (f"webhooks/{HOOK}/deliveries", OWN),
    "api-delivery": (f"webhooks/{HOOK}/deliveries/{DELIVERY}", OWN),
    "api-replay": (f"webhooks/{HOOK}/deliveries/{DELIVERY}/replay", {"POST": keys(202, read=403, other=404)}),
    "api-imports": ("imports", READS | {"POST": keys(202, read=403)}),
    "api-import": (f"imports/{IMPORT}", OWN | {"DELETE": keys(409, read=403, other=404)}),
    "api-import-result": (f"imports/{IMPORT}/result", OWN),
    "api-key": ("key", READS),
    "api-usage": ("usage", READS),
    "api-status": ("status", OPEN),
    "api-schema": ("schema", OPEN),
    "api-problem": ("problems/internal", OPEN),
    "api-problems": ("problems", OPEN),
}
BODIES: dict[tuple[str, str], Any] = {
    ("api-recommendations", "POST"): {"ratings": [{"movie": 11, "value": 9}]},
    ("api-user-rating", "PUT"): {"value": 9},
    ("api-user-play", "PUT"): {},
    ("api-webhooks", "POST"): {"url": "https://93.184.215.14/hooks", "kinds": ["movie.updated"]},
    ("api-webhook", "PATCH"): {"description": "nightly"},
    ("api-webhook-secret", "POST"): {"overlap_hours": 0},
    ("api-imports", "POST"): b'{"user": "ida", "movie": 12, "value": 8}\n',
}
# Routes of which some method asks for the right to write, and those that are not even read without it.
WRITING = {"api-user-rating", "api-user-play", "api-webhooks", "api-webhook", "api-imports", "api-import"}
FOR_WRITERS = {"api-user", "api-webhook-secret", "api-webhook-test", "api-replay"}


def routes() -> set[str]:
    return {pattern.name for pattern in _patterns() if pattern.name}


def _patterns() -> Iterator[URLPattern]:
    api = next(
        one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and "api/v1" in str(one.pattern)
    )
    yield from (one for one in api.url_patterns if isinstance(one, URLPattern))


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert routes() == set(ROUTES)


@pytest.fixture
def callers() -> dict[str, Callable[[str, str, Any], Any]]:
    """How each caller sends a request."""
    films = five_films()
    serve(small_model(Movie.objects.order_by("pk")))
    make.make_licence(films[1], id=1)
    mine, read = new_key(*READ)
    _own(mine, films[1])
    other = new_key(*READ, *WRITE)[1]
    terms = {"partner": mine.partner, "scopes": [*READ, *WRITE], "by": SYSTEM}
    now = datetime.now(UTC)
    write = partners.issue_key(**terms, at=now, expires_at=now + timedelta(days=1))[1]
    ago = now - timedelta(days=2)
    expired = partners.issue_key(**terms, at=ago, expires_at=ago + timedelta(days=1))[1]
    gone, revoked = partners.issue_key(**terms, at=now, expires_at=now + timedelta(days=1))
    partners.revoke_key(key=gone, by=SYSTEM, at=now, reason="lost")
    plain = {"anonymous": "", "read": read, "write": write, "other": other, "expired": expired, "revoked": revoked}
    found = {name: _sender(Client(raise_request_exception=False), key) for name, key in plain.items()}
    return found | {"staff": _sender(staff.superuser(), "")}


def _own(key: PartnerKey, film: Movie) -> None:
    """What belongs to one partner: a viewer, an endpoint with a delivery, an import that has ended."""
    viewer = made.make_partner_rater(key.partner, "ida")
    make.make_rating(film, rater=viewer)
    made.make_partner_play(viewer, film)
    made.make_partner_tally(key.partner, film)
    secret = sealing.seal(signing.new_secret())
    endpoint = made.make_endpoint(key.partner, uid=HOOK, sealed_secret=secret)
    ended = {"state": Delivery.State.DELIVERED, "ended_at": NOON}
    made.make_delivery(endpoint, uid=DELIVERY, **ended)
    now = datetime.now(UTC)
    made.make_partner_import(key, uid=IMPORT, state=PartnerImport.State.COMPLETED, created_at=now, ended_at=now)


def _sender(client: Client, key: str) -> Callable[[str, str, Any], Any]:
    def send(method: str, address: str, body: Any) -> Any:
        headers = {"Idempotency-Key": f"{method}-{address}"[:255]}
        if method in ("PATCH", "DELETE") and address.startswith("webhooks/"):
            headers["If-Match"] = "*"
        if key:
            headers["Authorization"] = f"Bearer {key}"
        kind = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
        return client.generic(method, BASE + address, data, kind, headers=headers)

    return send


@pytest.mark.parametrize("route", ROUTES)
def test_every_caller_is_answered_as_the_row_says(route: str, callers: Any) -> None:
    address, rows = ROUTES[route]
    for method in METHODS:
        absent = NO_PUBLIC_METHOD if rows is OPEN else NO_METHOD
        if route in FOR_WRITERS or (route in WRITING and method != "OPTIONS"):
            absent = NO_WRITING_METHOD
        expected = dict(zip(CALLERS, rows.get(method, absent), strict=True))
        body = BODIES.get((route, method))
        found = {name: callers[name](method, address, body).status_code for name in CALLERS}
        assert (method, found) == (method, expected)
