"""Every address of the site, found by walking its URLs: a look changes nothing, breaks nothing, and is nobody else's."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from catalog.models import FeedLink, User
from mlops.models import AuditEvent
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import make_hidden, make_member_rating, make_play, make_user, small_catalogue
from tests.factories.keeping import make_feed_link, make_list, make_move, make_removal, make_viewing, make_watchlist

pytestmark = pytest.mark.django_db
WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE)\b", re.IGNORECASE)
# Before the first checkpoint; and the API's own root, which answers as one of its problems.
NOT_THERE = ("/transparency/checkpoint", "/transparency/key", "/transparency/proof/", "/api/v1/")
NO_SECOND_FACTOR = ("/accounts/second-factor/app/remove/", "/accounts/second-factor/recovery-codes/")
# Where one shows who one is: one thing at a time, and no menu beside it.
DOORS = ("/accounts/inactive/", "/accounts/reauthenticate/", "/accounts/password/reset/")
DOORS += ("/accounts/email/sent/", "/accounts/email/confirm/")
WORDS: dict[str, Any] = {
    "decade": "1930s",
    "genre": "drama",
    "ending": "json",
    "kind": "csv",
    "number": 1,
    "a": 1,
    "b": 1,
    "year": 2026,
    "month": 11,
    "recipe_key": "recommender",
    "recipe": "recommender",
    "code": "not_found",
    "key": "nothing",
    "ticket": "nothing",
    "uid": f"whk_{'0' * 22}",
    "dlv": f"dlv_{'0' * 22}",
    "reference": "nobody",
    "language": "en",
    "app_label": "catalog",
    "uidb36": "1",
    "url": "nowhere",
    "content_type_id": 1,
}
PLACES = re.compile(r"(<(?:\w+:)?\w+>|\(\?P<\w+>[^()]*\)|\([^()?]+\))")
SECRET = "s" * 32
PERSON = "django.contrib.auth.backends.ModelBackend"
Examples = Mapping[str, Any]


@pytest.fixture
def member() -> User:
    return make_user("ida", email="ida@example.org")


@pytest.fixture
def examples(member: User, settings: Any) -> Examples:
    """For each piece of an address that is no word of ours something that is there; the longest beginning counts."""
    settings.SECURITY_CONTACT = "mailto:hole@example.org"
    films = small_catalogue(6)
    serve(small_model(films))
    make_member_rating(films[0], by=member, value=9)
    shared = make_list(member, title="Mine", films=films[:2], token=SECRET)
    make_watchlist(member, films=films[1:3])
    make_hidden(member, films[4])
    UserSession.objects.create(user=member, ip="192.0.2.1", session_key="over", user_agent="an old browser")
    return WORDS | {
        "pk": films[0].pk,
        "slug": films[0].slug,
        "me/lists/<int:pk>": shared.pk,
        "me/lists/<int:pk>/films/<int:entry>": shared.entries.get(position=1).pk,
        "me/diary/lines/<int:pk>": make_viewing(member, films[0]).pk,
        "me/undo/<int:pk>": make_removal(member, movie=films[5]).pk,
        "me/import/<int:pk>": make_move(member).pk,
        "me/watching/<int:play_id>": make_play(member, films[3]).pk,
        "me/feeds/<str:kind>": "DIARY",
        "l/<str:token>": SECRET,
        "feeds/diary/<str:token>": make_feed_link(member).token,
        "feeds/leaving/<str:token>": make_feed_link(member, kind=FeedLink.Kind.LEAVING).token,
        "seq": AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0],
        "id": member.pk,
        "api/v1/movies/<whole:number>": films[0].pk,
        "api/v1/imports/<import:uid>": f"imp_{'0' * 22}",
        "api/v1/webhooks/<endpoint:uid>": f"whk_{'0' * 22}",
    }


def routes(resolver: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        yield from routes(pattern, route) if isinstance(pattern, URLResolver) else [(route, pattern)]


def address(route: str, pattern: Any, examples: Examples) -> str:
    """Return an address of a route, with something that is there in every place."""
    begun, made = "", "/"
    for part in PLACES.split(route.replace("^", "").replace("$", "").replace("\\Z", "")):
        begun += part
        name = re.search(r"(\w+)>", part)
        if not PLACES.fullmatch(part):
            made += part
        elif name and name[1] != "object_id":
            made += str(next(examples[key] for key in (begun, name[1]) if key in examples))
        else:
            made += _row(pattern)
    return made


def _row(pattern: Any) -> str:
    """Return the number of a row of the table that a page of the admin is about."""
    model = pattern.callback.model_admin.model if hasattr(pattern.callback, "model_admin") else User
    return str(model._default_manager.values_list("pk", flat=True).first() or 1)


class Head(HTMLParser):
    """What a page says of itself: its language, title and description, and how many first headings it has."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.lang = self.title = self.description = self.within = ""
        self.headings = 0
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, self.within = dict(attrs), tag
        self.headings += tag == "h1"
        if tag == "html":
            self.lang = given.get("lang") or ""
        if tag == "meta" and given.get("name") == "description":
            self.description = given.get("content") or ""

    def handle_data(self, data: str) -> None:
        if self.within == "title":
            self.title += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self.within = ""


def looked_at(client: Client, examples: Examples, *, within: str = "") -> Iterator[tuple[str, Any]]:
    """Look at every address, and yield it with its answer; nothing was written for it but the visitor's own session."""
    for route, pattern in routes(get_resolver()):
        if not route.startswith(within):
            continue
        where = address(route, pattern, examples)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(where)
            answer.getvalue()  # a feed or a file is made while it is sent
        written = [query["sql"] for query in asked if WRITES.match(query["sql"])]
        assert [sql for sql in written if '"django_session"' not in sql] == [], where
        yield where, answer


def is_page(answer: Any) -> bool:
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def test_a_stranger_finds_no_broken_page_and_each_says_what_it_is(client: Client, examples: Examples) -> None:
    titles: dict[str, str] = {}
    for where, answer in looked_at(client, examples):
        assert answer.status_code < 500, where
        assert answer.status_code != 404 or where.startswith(NOT_THERE), where
        if is_page(answer):
            head = Head(answer.getvalue().decode())
            assert (head.headings, head.lang) == (1, "en-gb"), where
            assert len(head.description) > 20, where
            titles[where] = head.title
    assert len(titles) > 35
    assert not [where for where, title in titles.items() if title in ("", "Retromovies") and where != "/"]


def test_what_a_member_sees_is_kept_by_no_shared_cache(client: Client, examples: Examples, member: User) -> None:
    client.force_login(member, backend=PERSON)
    pages = 0
    for where, answer in looked_at(client, examples):
        assert answer.status_code < 500, where
        assert answer.status_code != 404 or where.startswith((*NOT_THERE, *NO_SECOND_FACTOR)), where
        if is_page(answer) and where.startswith(("/me", "/accounts/")):
            assert (b'class="mine-nav"' in answer.getvalue()) != where.startswith(DOORS), where
        if member.username.encode() in answer.getvalue() or is_page(answer):
            pages += 1
            assert "private" in answer["Cache-Control"], where
            assert "Cookie" in answer["Vary"], where
    assert pages > 60


def test_staff_change_nothing_by_looking(client: Client, examples: Examples) -> None:
    client.force_login(make_user("root", is_staff=True, is_superuser=True), backend=PERSON)
    codes = {where: answer.status_code for where, answer in looked_at(client, examples, within="admin/")}
    assert max(codes.values()) < 500
    own = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in site._registry]
    assert {
        where: codes[where] for where in (reverse(f"{name}_changelist") for name in own) if codes[where] != 200
    } == {}
    there = [
        (f"{name}_change", model._default_manager.first()) for name, model in zip(own, site._registry, strict=True)
    ]
    rows = [reverse(name, args=[row.pk]) for name, row in there if row is not None]
    assert len(rows) > 10
    assert {where: codes[where] for where in rows if codes[where] != 200} == {}
