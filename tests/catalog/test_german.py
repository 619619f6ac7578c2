"""The public site in German: no English word of the catalogue is left, figures and names are German, files are not."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from catalog import words
from catalog.forms import genre_choices
from catalog.models import Movie, User
from tests.architecture.test_words import MACHINE, plain
from tests.architecture.test_words import words as catalogue
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import make_member_rating

pytestmark = pytest.mark.django_db
GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9"}
PUBLIC = [
    "/",
    "/top",
    "/browse",
    "/browse?length=x",
    "/search?q=zzzz",
    "/for-you",
]
PUBLIC += ["/vs", "/how", "/data", "/editions", "/editions/1", "/models", "/transparency", "/nowhere"]
PUBLIC += ["/privacy", "/accessibility", "/terms", "/developers"]
PUBLIC += ["/top?page=x", "/accounts/signup/", "/accounts/password/reset/"]
PUBLIC += ["/top/alternative", "/top?m=5000&floor=10", "/top?m=-1", "/leaving", "/new", "/editions/1/diff/1"]
OF_FILMS = ["", "/rank", "/rank/history", "/similar", "/watch"]
OWN = ["/", "/for-you", "/me"]
OWN += [f"/me/{page}" for page in ("watchlist", "lists", "diary", "stats", "feeds", "removed")]
OWN += [f"/me/{page}" for page in ("hidden", "import", "data", "watching", "notices")]
OF_ACCOUNTS = (
    "delete",
    "email",
    "inactive",
    "logout",
    "password/change",
    "reauthenticate",
    "second-factor",
    "sessions",
)
OWN += [f"/accounts/{name}/" for name in (*OF_ACCOUNTS, "second-factor/app")]


class Texts(HTMLParser):
    """Collects what a page says, by text node, and what it reads aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()
        self.skipped = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped = tag if tag in ("script", "style", "pre", "cite") else self.skipped
        self.said |= {value or "" for name, value in attrs if name in ("aria-label", "placeholder", "alt")}

    def handle_endtag(self, tag: str) -> None:
        self.skipped = "" if tag == self.skipped else self.skipped

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.said.add(" ".join(data.split()))


def english() -> list[re.Pattern[str]]:
    """Return how the English texts look whose German is another; places match anything."""
    found = []
    for key, german in catalogue(MACHINE).items():
        for part in re.split(r"<[^>]+>", plain(key)):
            text = part.strip()
            if len(re.sub(r"%\(\w+\)s", "", text)) > 3 and text not in german:
                pieces = re.split(r"%\(\w+\)s", text)
                found.append(re.compile(".+".join(map(re.escape, pieces))))
    return found


def left_over(client: Client, address: str, patterns: list[re.Pattern[str]]) -> list[str]:
    response = client.get(address, follow=True, **GERMAN)
    page = Texts()
    page.feed(response.content.decode())
    assert '<html lang="de">' in response.content.decode(), address
    return [f"{address}: {text}" for text in page.said if any(form.fullmatch(text) for form in patterns)]


def test_no_english_word_of_the_catalogue_is_left_on_a_german_page(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    patterns = english()
    found = [text for page in PUBLIC for text in left_over(client, page, patterns)]
    found += [text for end in OF_FILMS for text in left_over(client, f"/m/{films[0].pk}{end}", patterns)]
    assert not found


def test_a_members_pages_are_german_too(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    patterns = english()
    own = [*OWN, f"/m/{films[3].pk}/guess", f"/for-you/why/{films[3].pk}"]
    assert not [text for page in own for text in left_over(client, page, patterns)]


def test_figures_are_german_to_people_and_the_same_to_machines(films: list[Movie], client: Client) -> None:
    top = client.get("/top", **GERMAN).content.decode()
    assert re.search(r"<b>\d,\d{4}</b>", top)
    assert not re.search(r"<b>\d\.\d{4}</b>", top)
    receipt = client.get(f"/m/{films[0].pk}/rank", **GERMAN).content.decode()
    assert re.search(r"\b25\.000\b", receipt)
    assert re.search(r"\b\d,\d{6}\b", receipt)
    assert re.search(r"\d\.\d{3},\d", receipt)  # S and m·C
    assert not re.search(r"\d,\d{3}[,.]\d", receipt)
    for machine in ("/editions/1.json", "/editions/1/artefact.ndjson", "/verify_edition.py"):
        german, plain_one = client.get(machine, **GERMAN), client.get(machine)
        assert german.content == plain_one.content
        assert german["Content-Language"] == "en-gb"


def localised_genres() -> list[tuple[str, str]]:
    with translation.override("de"):
        return [(value, str(label)) for value, label in genre_choices()]


def test_names_are_german_and_in_german_order(films: list[Movie], client: Client) -> None:
    page = client.get("/browse", **GERMAN).content.decode()
    facet = re.findall(r'id="f-genre-[^>]*>\s*(?:<[^>]*>\s*)*([^<]+?)\s*<', page)
    assert facet == words.in_order(facet, str)
    assert {"Komödie", "Drama"} & set(facet)
    assert not {"Comedy", "Documentary"} & set(facet)
    listed = [label for _, label in localised_genres()]
    assert listed == ["Alle Genres", "Action", "Animation", "Dokumentarfilm", "Drama", "Komödie", "Liebesfilm"]
    places = re.findall(r"<option[^>]*>([^<]+)</option>", page.split('id="territory"')[1])
    assert places == sorted(places, key=words.place)
    assert places[-1] == "Vereinigtes Königreich"
    assert "1950er" in page
    assert client.get("/top/1950s", **GERMAN).status_code == 200  # addresses are the same in every language


def test_the_language_is_chosen_by_a_form_and_the_page_stays(films: list[Movie], client: Client) -> None:
    answer = client.post("/language", {"language": "de", "next": "/browse?genre=Drama"})
    assert (answer.status_code, answer["Location"]) == (302, "/browse?genre=Drama")
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="en")
    assert '<html lang="de">' in page.content.decode()
    assert page["Content-Language"] == "de"
    assert {"Cookie", "Accept-Language"} <= {name.strip() for name in page["Vary"].split(",")}
    assert client.post("/language", {"language": "de", "next": "https://elsewhere.example/"})["Location"] == "/"
    client.post("/language", {"language": "en-gb"})
    assert '<html lang="en-gb">' in client.get("/", **GERMAN).content.decode()


def test_an_unreadable_choice_counts_as_none(films: list[Movie], client: Client) -> None:
    for choice in ("x" * 700, "../../etc/passwd", "de\x00", "xx"):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = choice
        assert '<html lang="en-gb">' in client.get("/").content.decode()


def test_staff_and_partners_are_answered_in_english(films: list[Movie], client: Client) -> None:
    assert client.get("/admin/login/", **GERMAN)["Content-Language"] == "en-gb"
    refused = client.get("/api/v1/movies/0", **GERMAN)
    assert refused["Content-Language"] == "en-gb"
    assert "Film mit der Nummer" not in refused.content.decode()


def test_a_stranger_of_one_language_is_never_shown_the_page_of_another(films: list[Movie], client: Client) -> None:
    for page in ("/", "/top", "/how"):
        assert '<html lang="de">' in client.get(page, **GERMAN).content.decode()
        assert '<html lang="en-gb">' in client.get(page).content.decode()
        assert '<html lang="de">' in client.get(page, **GERMAN).content.decode()


def test_what_a_rating_is_refused_for_is_said_in_german(films: list[Movie], client: Client, visitor: User) -> None:
    asked = {"HTTP_HX_REQUEST": "true", **GERMAN}
    answer = client.post(f"/m/{films[0].pk}/rating", {"value": "11"}, **asked)
    assert answer.status_code == 422
    assert "Eine Wertung ist eine ganze Zahl von 1 bis 10." in answer.content.decode()


def test_what_a_service_refuses_is_said_in_german(films: list[Movie], client: Client, visitor: User) -> None:
    def said(address: str, **given: str) -> str:
        return client.post(address, given, HTTP_HX_REQUEST="true", **GERMAN).content.decode()

    keep = f"/m/{films[0].pk}/keep"
    assert "Eine Liste braucht einen Titel von 1 bis 200 Zeichen." in said(keep, new="1", title="")
    assert "Dieser Tag kommt erst noch" in said(keep, see="1", seen_on="2999-01-01")
    assert "Dieser Film steht nicht mehr auf deiner Liste." in said(keep, off="999999")
