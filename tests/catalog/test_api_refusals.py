"""What the API refuses: who may not come in, what no query may say. One body for all, never a 500."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog.api.base import PublicView
from catalog.api.problems import PROBLEMS
from catalog.models import PartnerKey, Source
from catalog.services import partners
from mlops.ports import SYSTEM
from tests.catalog.api_calls import Caller, five_films, new_key, next_edition, refusal
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
GUARDED = (
    "charts/top",
    "movies",
    "movies/12",
    "movies/12/rank",
    "movies/12/similar",
    "editions",
    "editions/1",
    "models",
    "models/weighted-rating/1",
)


@pytest.fixture
def api() -> Caller:
    return Caller()


def get(address: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(f"/api/v1/{address}", headers=headers)


# --- the key -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", GUARDED)
def test_without_a_key_nothing_is_told(address: str) -> None:
    five_films()
    response = get(address)
    refusal(response, 401, "key_missing")
    assert response["WWW-Authenticate"] == 'Bearer realm="Retromovies API"'


@pytest.mark.parametrize(
    "header",
    [
        "Bearer rmk_nonsense",
        "Bearer rmk_" + "a" * 36,
        "Bearer " + "x" * 5000,
        "Bearer ключ",
        "Bearer",
        "Bearer  ",
        "Basic cm1rOng=",
        "rmk_" + "a" * 36,
        "Bearer rmk_a rmk_b",
    ],
)
def test_what_is_no_key_of_ours_is_refused(header: str) -> None:
    response = get("movies", Authorization=header.encode().decode("latin-1"))
    refusal(response, 401, "key_refused")
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_key_that_ended_says_why(api: Caller) -> None:
    partners.revoke_key(key=api.key, by=SYSTEM, at=datetime(2026, 6, 3, tzinfo=UTC), reason="leaked")
    assert "revoked on 3 June 2026" in refusal(api.get("movies"), 401, "key_refused")["detail"]
    _, old = new_key(at=NOON - timedelta(days=400))
    assert "expired" in refusal(get("movies", Authorization=f"Bearer {old}"), 401, "key_refused")["detail"]


def test_the_keys_of_a_partner_who_left_do_not_work(api: Caller) -> None:
    api.key.partner.active = False
    api.key.partner.save()
    assert "partner" in refusal(api.get("movies"), 401, "key_refused")["detail"]


@pytest.mark.parametrize("address", GUARDED)
def test_a_key_without_the_scope_is_told_which(address: str) -> None:
    five_films()
    charts = address.startswith(("charts", "editions")) or address.endswith("rank")
    needed = "charts:read" if charts else "catalog:read"
    other = ({*PartnerKey.Scope.values} - {needed}).pop()
    response = Caller(other).get(address)
    assert f"scope {needed}" in refusal(response, 403, "scope_missing")["detail"]
    assert f'scope="{needed}"' in response["WWW-Authenticate"]
    assert Caller(needed).get(address).status_code == 200


@pytest.mark.parametrize("query", ["api_key=1", "token=abc", "q=rmk_" + "a" * 36, "KEY=x"])
def test_a_key_in_the_address_is_refused_with_the_right_place(api: Caller, query: str) -> None:
    body = refusal(api.get(f"movies?{query}"), 400, "key_in_address")
    assert "Authorization: Bearer" in body["detail"]
    assert "rmk_a" not in json.dumps(body)


# --- the query ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("charts/top?limit=0", "limit"),
        ("charts/top?limit=251", "limit"),
        ("charts/top?limit=-1", "limit"),
        ("charts/top?limit=+5", "limit"),
        ("charts/top?limit=5.0", "limit"),
        ("charts/top?limit=1e1", "limit"),
        ("charts/top?limit=050", "limit"),
        ("charts/top?limit=ten", "limit"),
        ("charts/top?limit=", "limit"),
        ("charts/top?limit=%20", "limit"),
        ("charts/top?limit=５０", "limit"),
        ("charts/top?limit=" + "9" * 5000, "limit"),
        ("charts/top?limit=5&limit=6", "limit"),
        ("charts/top?decade=1950", "decade"),
        ("charts/top?decade=1955s", "decade"),
        ("charts/top?decade=１９５０s", "decade"),
        ("charts/top?genre=western", "genre"),
        ("charts/top?genre=drama,comedy", "genre"),
        ("movies?genre=drama,western", "genre"),
        ("movies?genre=drama,comedy|action", "genre"),
        ("movies?genre=,", "genre"),
        ("movies?year.gte=1887", "year.gte"),
        ("movies?year.lte=nineteen", "year.lte"),
        ("movies?votes.gte=2147483648", "votes.gte"),
        ("movies?votes.gte=-1", "votes.gte"),
        ("movies?sort=wr;drop", "sort"),
        ("movies?sort=match", "sort"),
        ("movies?q=", "q"),
        ("movies?q=" + "a" * 101, "q"),
        ("movies?cursor=" + "a" * 3000, "cursor"),
    ],
)
def test_a_wrong_value_is_a_400_that_names_its_parameter(api: Caller, address: str, parameter: str) -> None:
    body = refusal(api.get(address), 400, "bad_parameter")
    assert [fault["parameter"] for fault in body["errors"]] == [parameter]
    assert parameter in body["detail"]


@pytest.mark.parametrize("address", [*GUARDED, "schema", "problems/internal"])
def test_an_unknown_parameter_is_named_beside_those_known(api: Caller, address: str) -> None:
    five_films()
    body = refusal(api.get(address, page=2), 400, "unknown_parameter")
    assert "page" in body["detail"]
    if address == "charts/top":
        assert "cursor, decade, edition, fields, genre, limit" in body["detail"]


def test_everything_wrong_is_listed_at_once(api: Caller) -> None:
    body = refusal(api.get("charts/top?limit=0&decade=x&colour=red"), 400, "bad_parameter")
    assert [fault["parameter"] for fault in body["errors"]] == ["limit", "decade", "colour"]
    assert [fault["code"] for fault in body["errors"]] == ["bad_parameter", "bad_parameter", "unknown_parameter"]


def test_format_is_no_parameter(api: Caller) -> None:
    refusal(api.get("movies", format="json"), 400, "unknown_parameter")


def test_a_cursor_belongs_to_its_query(api: Caller) -> None:
    make.small_catalogue(12)
    cursor = api.get("movies", limit=3, sort="title").json()["next_cursor"]
    for other in ({"sort": "year"}, {}, {"sort": "title", "genre": "drama"}):
        refusal(api.get("movies", cursor=cursor, **other), 404, "unknown_cursor")
    refusal(api.get("charts/top", cursor=cursor), 404, "unknown_cursor")
    assert api.get("movies", cursor=cursor, sort="title", limit=9).status_code == 200


@pytest.mark.parametrize("address", ["movies?cursor=x", "movies?cursor=W10.x", "editions?cursor=."])
def test_what_is_no_cursor_of_ours_leads_nowhere(api: Caller, address: str) -> None:
    five_films()
    refusal(api.get(address), 404, "unknown_cursor")


def test_a_cursor_is_its_partner_s_alone(api: Caller) -> None:
    five_films()
    cursor = api.get("movies", limit=3).json()["next_cursor"]
    refusal(Caller().get("movies", limit=3, cursor=cursor), 404, "unknown_cursor")
    second, plain = new_key()
    PartnerKey.objects.filter(pk=second.pk).update(partner=api.key.partner)
    assert api.get("movies", {"Authorization": f"Bearer {plain}"}, limit=3, cursor=cursor).status_code == 200


def test_a_cursor_cannot_be_forged(api: Caller) -> None:
    films = make.small_catalogue(12)
    cursor = api.get("charts/top", limit=3).json()["next_cursor"]
    body, _, signature = cursor.partition(".")
    forged = ("A" if body[-1] != "A" else "B").join([body[:-1], f".{signature}"])
    refusal(api.get("charts/top", cursor=forged), 404, "unknown_cursor")
    next_edition(films[0])
    assert api.get("charts/top", cursor=cursor).status_code == 200


# --- the rest of the request -------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["q=%00", "q=a%0Bb", "a=" + "b" * 9000, "&".join(["a=1"] * 101), "%00=1"])
def test_input_that_no_address_can_have_is_a_problem_too(api: Caller, query: str) -> None:
    refusal(api.get(f"movies?{query}"), 400, "bad_request")


@pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=%FF%FE", "%FF=1", "q=%E2%80%AE%F0%9F%8E%AC"])
def test_bytes_that_are_no_text_are_never_a_500(api: Caller, query: str) -> None:
    assert api.get(f"movies?{query}").status_code in (200, 400)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("address", ["charts/top", "movies/12", "schema"])
def test_the_api_is_read_only(api: Caller, method: str, address: str) -> None:
    response = api.send(method, address)
    refusal(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("body", "kind"),
    [("[" * 100_000, "application/json"), ("{" * 50, "text/xml"), ("\0", "application/json"), ("a=1", "x/y")],
)
def test_whatever_is_posted_is_refused_unread(api: Caller, body: str, kind: str) -> None:
    headers = {"Authorization": f"Bearer {api.plain}"}
    refusal(api.client.post("/api/v1/movies", body, content_type=kind, headers=headers), 405, "method_not_allowed")
    refusal(api.client.post("/api/v1/movies", body, content_type=kind), 401, "key_missing")


def test_a_body_on_a_get_is_not_looked_at(api: Caller) -> None:
    five_films()
    headers = {"Authorization": f"Bearer {api.plain}"}
    response = api.client.generic("GET", "/api/v1/movies", "[" * 100_000, "application/json", headers=headers)
    assert response.status_code == 200


def test_only_json_is_spoken(api: Caller) -> None:
    five_films()
    refusal(api.get("movies", {"Accept": "text/html"}), 406, "not_acceptable")
    for accepted in ("application/json", "*/*", "application/*", "text/html, */*;q=0.1"):
        assert api.get("movies", {"Accept": accepted}).status_code == 200


def test_whoever_speaks_another_language_and_has_no_key_is_told_of_the_key(api: Caller) -> None:
    refusal(api.get("movies", {"Accept": "text/html", "Authorization": "Bearer nothing"}), 401, "key_refused")


def test_a_key_of_one_address_opens_from_there(api: Caller) -> None:
    five_films()
    PartnerKey.objects.filter(pk=api.key.pk).update(networks=["2001:db8::7/128"])
    for address, status in (("2001:db8::7", 200), ("2001:db8::8", 401), ("192.0.2.7", 401)):
        api.client.defaults["REMOTE_ADDR"] = address
        assert api.get("movies").status_code == status, address


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (ZeroDivisionError("secret"), 500, "internal"),
        (OperationalError("secret"), 503, "unavailable"),
        (UnsupportedMediaType("text/xml"), 415, "media_type"),
    ],
)
def test_whatever_breaks_in_a_view_is_a_problem_that_tells_nothing(
    fault: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaks(PublicView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request: Request) -> Any:
            raise fault

    request: Any = APIRequestFactory().get("/api/v1/breaks")
    request.id = "f" * 32
    response = Breaks.as_view()(request)
    body = json.loads(response.content)
    assert (response.status_code, body["code"], body["request_id"]) == (status, code, "f" * 32)
    assert "secret" not in response.content.decode()
    assert ("f" * 32 in caplog.text) == (status >= 500)


def test_data_that_may_not_be_shown_is_not_shown(api: Caller, settings: Any) -> None:
    five_films()
    Source.objects.update(permitted_use=Source.Use.NON_COMMERCIAL)
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    for address in ("charts/top", "movies", "movies/12", "movies/12/rank"):
        assert "An archive" in refusal(api.get(address), 451, "terms_of_source")["detail"]
    assert api.get("schema").status_code == 200
    Source.objects.update(permitted_use=Source.Use.ANY)
    assert api.get("charts/top").status_code == 200


@pytest.mark.parametrize("code", PROBLEMS)
def test_the_type_of_every_problem_is_a_live_address(code: str) -> None:
    body = get(f"problems/{code}").json()
    assert body["code"] == code
    assert body["status"] == PROBLEMS[code].status
    assert body["remedy"]
