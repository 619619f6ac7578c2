"""Sources' terms: what may be shown for non-commercial use only is shown nowhere, unless settings say it may."""

import pytest

from catalog.errors import NotPublishable
from catalog.models import Movie, Rating, Source
from catalog.selectors.sources import check_publishable
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db

PAGES = [
    "/", "/top", "/top/1930s", "/top/drama", "/m/{film}", "/m/{film}/{slug}", "/m/{film}/rank", "/m/{film}/card.svg",
    "/browse", "/search?q=reel", "/editions", "/editions/1", "/editions/1.json", "/editions/1/artefact.ndjson",
]  # fmt: skip
API = ["charts/top", "movies", "movies/{film}", "movies/{film}/rank", "editions", "editions/1"]
OPEN = {
    "/data": 200, "/how": 200, "/healthz": 200, "/admin/": 302, "/admin/login/": 302, "/accounts/login/": 200,
    "/accounts/signup/": 200, "/static/css/base.css": 200, "/api/v1/schema": 200,
}  # fmt: skip


@pytest.fixture
def film():
    """A film of a catalogue whose source allows non-commercial use alone."""
    film = make.small_catalogue(3)[0]
    Source.objects.update(permitted_use=Source.Use.NON_COMMERCIAL, title="The Film Base")
    return film


@pytest.fixture
def forbidden(settings):
    settings.MAY_PUBLISH_NON_COMMERCIAL = False


def answer(client, path, film, **more):
    found = client.get(path.format(film=film.pk, slug=film.slug), **more)
    found.close()  # files
    return found


# --- what is closed ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_what_its_source_forbids(client, film, forbidden, path):
    found = answer(client, path, film)
    assert found.status_code == 451
    text = found.content.decode()
    assert "The terms of The Film Base do not allow showing their data here." in text
    assert "MAY_PUBLISH_NON_COMMERCIAL=yes" in text
    assert film.title not in text


@pytest.mark.parametrize("path", API)
def test_the_api_answers_with_a_problem(client, film, forbidden, path):
    _, secret = make.make_partner_key()
    found = answer(client, f"/api/v1/{path}", film, headers={"authorization": f"Bearer {secret}"})
    assert (found.status_code, found.headers["Content-Type"]) == (451, "application/problem+json")
    body = found.json()
    assert body["status"] == 451
    assert "The terms of The Film Base do not allow" in body["detail"]


def test_nobody_rates_what_may_not_be_shown(client, film, forbidden):
    client.force_login(make.make_user())
    assert client.post(f"/m/{film.pk}/rating", {"value": 7}).status_code == 451
    assert not Rating.objects.exists()


# --- what stays open ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("path", "status"), OPEN.items())
def test_what_shows_no_film_stays_open(client, film, forbidden, path, status):
    assert answer(client, path, film).status_code == status


@pytest.mark.parametrize("path", [*PAGES, *OPEN])
def test_with_the_permission_everything_is_shown(client, film, path):
    assert answer(client, path, film, follow=True).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_without_such_a_source_everything_is_shown(client, film, forbidden, path):
    Source.objects.update(permitted_use=Source.Use.ANY)
    assert answer(client, path, film, follow=True).status_code == 200


# --- the rule itself ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("use", [Source.Use.NON_COMMERCIAL, Source.Use.RESEARCH])
def test_the_refusal_names_every_source_that_forbids(forbidden, use):
    make.make_source(title="Free Films")
    make.make_source(title="First", permitted_use=use)
    make.make_source(title="Second", permitted_use=use)
    with pytest.raises(NotPublishable, match=r"^The terms of First and Second do not allow"):
        check_publishable()
    assert not Movie.objects.exists()


def test_sources_that_allow_any_use_never_forbid(forbidden):
    check_publishable()
    make.make_source()
    check_publishable()
