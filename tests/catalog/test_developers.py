"""What a partner's developer reads: nothing on it is typed that the code knows, and every address on it answers."""

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client

from catalog.models import Movie, PartnerKey
from catalog.services import idempotency, partners
from tests.catalog.api_calls import refusal
from tests.catalog.page_words import text
from tests.factories.catalog import make_source

pytestmark = pytest.mark.django_db
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
OPEN = ("/developers", "/llms.txt", "/api/docs", "/getting_started.sh", "/getting_started.py")
PARTS = ("keys", "limits", "conventions", "promises")
OPEN += ("/api/v1/problems", "/api/v1/problems/not_found", "/api/v1/schema")


# --- the page ----------------------------------------------------------------------------------------------------
def test_both_scripts_are_shown_as_they_are_handed_out_and_as_they_lie_in_docs(client: Client) -> None:
    page = client.get("/developers").content.decode()
    shown = [
        html.unescape(found) for found in re.findall(r'<pre class="tour"[^>]*><code>(.*?)</code>', page, re.DOTALL)
    ]
    for script, name in zip(shown, ("getting_started.sh", "getting_started.py"), strict=True):
        assert script == Path("docs", name).read_text()
        assert client.get(f"/{name}").content.decode() == script


def test_every_scope_is_told_of_and_what_a_key_may_do_unless_told_is_marked(client: Client) -> None:
    table = client.get("/developers").content.decode().partition('id="scopes-c"')[2]
    told = re.findall(r'<th scope="row"><code>([a-z:]+)</code></th><td>([^<]+)(<span class="tag">)?', table)
    assert [scope for scope, _, _ in told] == PartnerKey.Scope.values
    assert [scope for scope, _, tag in told if tag] == list(PartnerKey.READ)


def test_limits_are_those_in_force(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_PER_MINUTE, settings.API_WRITES_PER_MINUTE, settings.API_PER_MONTH = 77, 66, 5_555
    monkeypatch.setattr(idempotency, "KEPT", timedelta(hours=33))
    monkeypatch.setattr(partners, "LONGEST_OVERLAP", timedelta(days=4))
    page, machine = text(client.get("/developers")), client.get("/llms.txt").content.decode()
    for words in ("77 requests a minute", "66 requests a minute", "5,555 requests a month", "50 items", "250 at most"):
        assert words in page
    assert "kept for 33 hours" in page
    assert "up to 4 days" in page
    assert "77 reads and 66 writes a minute and key, 5555 requests a month" in machine
    assert "kept for 33 hours" in machine


def test_no_number_is_typed_but_statuses() -> None:
    folder = Path("templates/catalog/developers")
    for path in (folder.with_suffix(".html"), *(folder / f"{name}.html" for name in PARTS)):
        words = re.sub(r'\{\{.*?\}\}|\{#.*?#\}|</?h\d.*?>|<code>.*?</code>|"0"|\bi18n\b', "", path.read_text())
        assert re.findall(r"\d+", words) == [], path


def test_every_address_on_it_answers(films: list[Movie], client: Client) -> None:
    main = client.get("/developers").content.decode().partition("<main")[2].partition("</main>")[0]
    places = {found.partition("#")[0] for found in re.findall(r'href="([^"]+)"', main)} - {""}
    assert set(OPEN) - {"/api/v1/problems/not_found", "/developers"} <= places
    assert {place: code for place in places if (code := client.get(place).status_code) != 200} == {}


@pytest.mark.parametrize("place", OPEN)
def test_it_can_be_read_where_the_data_may_not_be_shown(client: Client, settings: Any, place: str) -> None:
    make_source(permitted_use="NONCOMMERCIAL")
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    assert client.get(place).status_code == 200


# --- for language models -----------------------------------------------------------------------------------------
def test_the_map_is_short_and_every_address_on_it_answers(films: list[Movie], client: Client) -> None:
    answer = client.get("/llms.txt")
    body = answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert body.startswith("# Retromovies API\n\n> ")
    assert len(body.splitlines()) < 30
    assert not re.search(r"&\w+;|[{}]{2}|\{%", body)
    places = re.findall(r"\]\(http://testserver(/[^)]+)\)", body)
    assert {"/getting_started.sh", "/getting_started.py", "/api/v1/schema"} <= set(places)
    assert {place: code for place in places if (code := client.get(place).status_code) != 200} == {}
    assert len(re.findall(r"^\d+\. ", body, re.MULTILINE)) == 10
    assert client.get("/llms.txt", headers={"If-None-Match": answer["ETag"]}).status_code == 304


# --- kinds of problem --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", ["/api/v1/problems", "/api/v1/problems/not_found"])
def test_a_browser_sees_a_page_where_a_program_reads_json(client: Client, place: str) -> None:
    page = client.get(place, headers={"Accept": BROWSER})
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert "<code>not_found</code>" in page.content.decode()
    assert 'class="colophon"' in page.content.decode()
    for accept in ("*/*", "application/json", "application/json, text/html", ""):
        answer = client.get(place, headers={"Accept": accept} if accept else {})
        assert answer["Content-Type"] == "application/json", accept
        assert "Accept" in [name.strip() for name in answer["Vary"].split(",")]
        assert answer["ETag"] != page["ETag"]
    assert "Accept" in [name.strip() for name in page["Vary"].split(",")]


def test_no_other_address_of_the_api_has_a_page(films: list[Movie], client: Client) -> None:
    assert client.get("/api/v1/status", headers={"Accept": BROWSER})["Content-Type"] == "application/json"
    refusal(client.get("/api/v1/status", headers={"Accept": "text/html"}), 406, "not_acceptable")
    refusal(client.get("/api/v1/problems/no_such", headers={"Accept": BROWSER}), 404, "not_found")


def test_every_kind_is_in_the_list_as_it_is_by_itself(client: Client) -> None:
    kinds = client.get("/api/v1/problems").json()["data"]
    assert len(kinds) > 25
    assert [client.get(f"/api/v1/problems/{kind['code']}").json() for kind in kinds] == kinds


# --- to try out --------------------------------------------------------------------------------------------------
def test_the_page_to_try_out_has_no_script_or_style_of_its_own_and_the_strict_policy(client: Client) -> None:
    answer = client.get("/api/docs")
    page = answer.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://", page) == []
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    assert page.count('src="/static/') == 2


def test_what_it_loads_is_collected_for_production(settings: Any, tmp_path: Path, client: Client) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    page = client.get("/api/docs").content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert len(files) == 5
    assert all((tmp_path / file).is_file() and re.search(r"\.[0-9a-f]{12}\.", file) for file in files)
    assert staticfiles_storage.manifest_strict  # a file that is not there is an error, not a broken page
