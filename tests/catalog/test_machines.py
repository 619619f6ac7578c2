"""What programs read: addresses by convention, structured data, pictures of shared links; each cheap for who has it."""

import json
import re
import struct
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Movie
from catalog.views.machines import expires
from tests.factories.catalog import make_movie, make_source

pytestmark = pytest.mark.django_db
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _pictures_apart(settings: Any, tmp_path: Path) -> None:
    settings.STATE = tmp_path


def lds(page: Any) -> dict[str, Any]:
    """Every piece of JSON-LD of a page, by its kind."""
    found = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page.content.decode(), re.DOTALL)
    return {piece["@type"]: piece for piece in map(json.loads, found)}


def head(page: Any, name: str) -> str:
    found = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)"', page.content.decode())
    return found[1] if found else ""


# --- by convention -----------------------------------------------------------------------------------------------
def test_the_sitemap_has_every_film_once_and_every_address_in_it_answers(films: list[Movie], client: Client) -> None:
    page = client.get("/sitemap.xml")
    found = [loc.text or "" for loc in ET.fromstring(page.content).iter(f"{SITEMAP}loc")]
    paths = [url.removeprefix("http://testserver") for url in found]
    assert len(paths) == len(set(paths))
    assert {film.get_absolute_url() for film in films} <= set(paths)
    assert {path: code for path in paths if (code := client.get(path).status_code) != 200} == {}
    assert f"<lastmod>{datetime.now(UTC):%Y-%m-%d}</lastmod>" in page.content.decode()


def test_the_sitemap_costs_the_same_for_many_films_and_nothing_for_who_has_it(
    films: list[Movie], client: Client
) -> None:
    def asked(**headers: str) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/sitemap.xml", headers=headers)
        return len(queries), page

    few, _page = asked()
    Movie.objects.bulk_create([Movie(title=f"More {n}", year=1950) for n in range(50)])
    make_movie("One by itself")
    many, page = asked()
    assert many <= few
    assert page.content.count(b"<url>") > 60
    known, again = asked(**{"If-None-Match": page["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert known <= 3
    make_movie("News")
    assert asked(**{"If-None-Match": page["ETag"]})[1].status_code == 200


def test_robots_are_told_where_the_sitemap_is_and_kept_from_what_is_ones_own(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert {"Disallow: /me", "Disallow: /accounts/", "Disallow: /admin/"} <= set(lines)
    assert "Disallow: /for-you" not in lines  # strangers may come in by it; what is below it is somebody's own


def test_a_hole_can_be_told_to_whoever_is_named(client: Client, settings: Any) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:hole@example.org https://example.org/hole"
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert lines[:2] == ["Contact: mailto:hole@example.org", "Contact: https://example.org/hole"]
    until = datetime.fromisoformat(next(line for line in lines if line.startswith("Expires: "))[9:])
    assert timedelta(days=1) < until - datetime.now(UTC) < timedelta(days=365)
    assert "Canonical: http://testserver/.well-known/security.txt" in lines


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 1, 31), date(2028, 2, 29), date(2027, 12, 31)])
def test_security_txt_never_expires_soon_and_stays_the_same_within_a_month(day: date) -> None:
    left = expires(day) - datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert timedelta(days=149) <= left <= timedelta(days=180)
    assert expires(day) == expires(day.replace(day=1))


def test_a_browser_finds_how_to_search_here(films: list[Movie], client: Client) -> None:
    assert 'rel="search" type="application/opensearchdescription+xml"' in client.get("/").content.decode()
    root = ET.fromstring(client.get("/opensearch.xml").content)
    urls = {url.get("type"): url.get("template", "") for url in root.iter("{http://a9.com/-/spec/opensearch/1.1/}Url")}
    page = client.get(urls["text/html"].replace("{searchTerms}", "reel"))
    assert films[0].title in page.content.decode()
    suggested = client.get(urls["application/x-suggestions+json"].replace("{searchTerms}", "reel"))
    assert suggested["Content-Type"] == "application/x-suggestions+json"
    assert suggested.json()[0] == "reel"


@pytest.mark.parametrize("address", ["/robots.txt", "/opensearch.xml", "/sitemap.xml", "/card.png", "/m/{}/card.png"])
def test_who_has_it_is_told_so(films: list[Movie], client: Client, address: str) -> None:
    address = address.format(films[0].pk)
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert "public" in first["Cache-Control"]
    assert "Set-Cookie" not in first


def test_terms_that_forbid_showing_data_do_not_close_what_shows_none(client: Client, settings: Any) -> None:
    make_source(permitted_use="NONCOMMERCIAL")
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    assert client.get("/robots.txt").status_code == client.get("/opensearch.xml").status_code == 200
    assert client.get("/sitemap.xml").status_code in (200, 451)


# --- pictures of shared links --------------------------------------------------------------------------------------
def test_a_films_picture_is_a_png_of_its_size_drawn_once_for_what_it_shows(
    films: list[Movie], client: Client, tmp_path: Path
) -> None:
    page = client.get(f"/m/{films[0].pk}/card.png")
    assert page["Content-Type"] == "image/png"
    assert page.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", page.content[16:24]) == (1200, 630)
    kept = list((tmp_path / "cards").rglob("*.png"))
    assert [file.read_bytes() for file in kept] == [page.content]
    assert client.get(f"/m/{films[0].pk}/card.png").content == page.content
    films[0].title = "Another Name"
    films[0].save()
    renamed = client.get(f"/m/{films[0].pk}/card.png")
    assert renamed["ETag"] != page["ETag"]
    assert renamed.content != page.content


@pytest.mark.parametrize("title", ["<&\">'", "羅生門", "A" * 200, "Łódź", "🎬", "\u202eabc"])
def test_no_title_breaks_a_picture(client: Client, title: str) -> None:
    assert client.get(f"/m/{make_movie(title).pk}/card.png").status_code == 200


# --- structured data, and what pages say of themselves ----------------------------------------------------------------
def test_the_chart_and_lists_are_item_lists_in_their_order(films: list[Movie], client: Client) -> None:
    found = lds(client.get("/top"))["ItemList"]["itemListElement"]
    assert [item["position"] for item in found] == list(range(1, 13))
    assert [item["url"] for item in found] == [f"http://testserver{film.get_absolute_url()}" for film in films]
    browsed = lds(client.get("/browse?sort=title"))["ItemList"]["itemListElement"]
    assert browsed[0]["name"] == min(Movie.objects.all(), key=lambda film: (film.sort_title, film.pk)).title


def test_a_film_says_where_it_stands_and_how_it_looks_when_shared(films: list[Movie], client: Client) -> None:
    film = films[0]
    page = client.get(film.get_absolute_url())
    way = lds(page)["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in way] == [1, 2, 3]
    assert all(client.get(step["item"].removeprefix("http://testserver")).status_code == 200 for step in way)
    assert head(page, "og:type") == "video.movie"
    assert head(page, "og:image") == lds(page)["Movie"]["image"] == f"http://testserver/m/{film.pk}/card.png"
    assert head(page, "og:title").startswith(film.title)


def test_nothing_in_a_title_gets_out_of_the_head(client: Client) -> None:
    film = make_movie('"><script>alert(1)</script>')
    page = client.get(film.get_absolute_url())
    assert "<script>alert" not in page.content.decode()
    assert head(page, "og:title").startswith("&quot;&gt;&lt;script&gt;")
    assert lds(page)["Movie"]["name"] == film.title


PAGES = ["/", "/top", "/top/drama", "/browse", "/browse?genre=Drama", "/search", "/how", "/data", "/editions"]
PAGES += ["/editions/1", "/models", "/vs", "/for-you", "/transparency", "/accounts/login/"]


def test_pages_describe_themselves_each_in_its_own_words(films: list[Movie], client: Client) -> None:
    pages = {path: client.get(path) for path in [*PAGES, films[0].get_absolute_url(), films[1].get_absolute_url()]}
    described = {path: head(page, "description") for path, page in pages.items()}
    assert len(set(described.values())) == len(described), described
    assert all(40 <= len(words) <= 260 for words in described.values()), described
    for path, page in pages.items():
        assert head(page, "og:url") == f"http://testserver{path.partition('?')[0]}"
        assert head(page, "og:image").endswith("card.png")
        assert f'rel="canonical" href="http://testserver{path.partition("?")[0]}"' in page.content.decode()


def test_a_further_page_is_its_own_and_an_error_page_nobodys(client: Client) -> None:
    Movie.objects.bulk_create([Movie(title=f"More {n}", year=1950) for n in range(60)])
    assert 'rel="canonical" href="http://testserver/browse?page=2"' in client.get("/browse?page=2").content.decode()
    lost = client.get("/nothing").content.decode()
    assert 'rel="canonical"' not in lost
    assert 'content="noindex"' in lost
