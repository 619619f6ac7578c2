"""A partner at the API: calls with a key, and a small catalogue whose every number is fixed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from catalog.models import Movie, PartnerKey, User
from catalog.services import partners
from mlops.ports import SYSTEM
from tests.factories import catalog as make
from tests.factories.mlops import NOON

BASE = "/api/v1/"


def new_key(*scopes: str, at: datetime | None = None, days: int = 30) -> tuple[PartnerKey, str]:
    """A key by the service itself; good now, unless told when it was issued."""
    at = at or datetime.now(UTC)
    return partners.issue_key(
        partner=make.make_partner(),
        scopes=scopes or PartnerKey.Scope.values,
        expires_at=at + timedelta(days=days),
        by=SYSTEM,
        at=at,
    )


class Caller:
    """Calls the API with one key; an exception in a view is answered, not raised."""

    def __init__(self, *scopes: str) -> None:
        self.key, self.plain = new_key(*scopes)
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        """GET a path below /api/v1/; `year_gte=1950` is sent as year.gte=1950."""
        return self.send("get", path, headers, **query)

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        address = path if path.startswith("/") else BASE + path
        if query:
            address += "?" + urlencode({_dotted(name): value for name, value in query.items()})
        headers = {"Authorization": f"Bearer {self.plain}"} | (headers or {})
        return getattr(self.client, method)(address, headers=headers)

    def post(self, path: str, body: Any, kind: str = "application/json", **headers: str) -> Any:
        """POST a body, as JSON unless it is text or bytes already."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.plain}"} | headers
        return self.client.post(BASE + path, text, content_type=kind, headers=headers)

    def walk(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of a list, by its cursors."""
        found: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            body = self.get(path, **query, **more).json()
            found += body["data"]
            if not body["has_more"]:
                assert body["next_cursor"] is None
                return found
            more = {"cursor": body["next_cursor"]}


def _dotted(name: str) -> str:
    return name[:-4] + "." + name[-3:] if name.endswith(("_gte", "_lte")) else name


def refusal(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem body, after checking that it is one, of this status and code."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    body: dict[str, Any] = response.json()
    assert body.keys() == {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/api/v1/problems/{code}")
    assert body["request_id"] == response["X-Request-Id"]
    assert body["detail"]
    return body


FILMS = (
    # id, title, year, genres, votes, mean
    (11, "The Third Man", 1949, ["Drama"], 90_000, 8.5),
    (12, "Rear Window", 1954, ["Drama", "Romance"], 120_000, 8.7),
    (13, "Some Like It Hot", 1959, ["Comedy", "Romance"], 60_000, 8.4),
    (14, "Plan 9 from Outer Space", 1959, [], 4_000, 3.5),
    (15, "Nobody's Favourite", 1931, ["Drama"], 12, 6.0),
)


def five_films() -> list[Movie]:
    """Five films with fixed ids in edition 1, one without a vote (16), one source."""
    source = make.make_source("archive", title="An archive", terms="Do as you like.")
    films = []
    for number, title, year, genres, votes, mean in FILMS:
        film = make.make_movie(title, id=number, year=year, genres=genres, source=source, source_row=number)
        make.make_imported_votes(film, votes=votes, mean=mean, source=source)
        films.append(film)
    make.make_movie("Unseen", id=16, year=1940, genres=[], runtime=None)
    make.make_edition()
    return films


def next_edition(film: Movie, value: int = 1, *, by: User | None = None) -> None:
    """A rating, and an hour later the edition that counts it."""
    make.make_member_rating(film, value=value, by=by)
    make.make_edition(NOON + timedelta(hours=1))
