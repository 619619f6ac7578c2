"""The player's page, the addresses it gives out, and who gets which piece of a film."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from catalog.errors import TicketRefused
from catalog.models import Licence, Play
from catalog.reels import library
from catalog.selectors import programme, tickets
from tests.factories.catalog import make_licence, make_movie, make_play, make_preferences, make_user

pytestmark = pytest.mark.django_db
REEL = library().reel(1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def film():
    made = make_movie("Proof")
    make_licence(made)
    return made


def page(client, film, query=""):
    response = client.get(f"/m/{film.pk}/watch{query}")
    assert response.status_code == 200
    return response


def address(client, film):
    found = re.search(r'<video[^>]* src="([^"#]+)', page(client, film).content.decode())
    return found[1]


def said(response):
    return " ".join(response.content.decode().split())


# --- the page ----------------------------------------------------------------------------------------------------
def test_the_page_has_a_film_with_captions_and_may_load_its_own_media_alone(client, film):
    response = page(client, film)
    words = said(response)
    assert "<video" in words
    assert "autoplay" not in words
    assert '<track kind="captions" srclang="en"' in words
    assert "This is a demo: every film is the same clip" in words
    assert "media-src 'self'" in response["Content-Security-Policy"]
    assert "media-src 'none'" in client.get("/leaving")["Content-Security-Policy"]
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("days", "words"), [(0, "its last night"), (1, "1 day left"), (29, "29 days left"), (30, "until")]
)
def test_an_end_that_is_near_is_said(client, film, days, words):
    last = programme.day_at("GB", timezone.now()) + timedelta(days=days)
    Licence.objects.update(ends_on=last)
    text = said(page(client, film))
    assert words in text
    assert ("left" in text or "last night" in text) is (days < 30)


def test_without_rights_there_is_no_player_but_a_reason_and_the_film_s_own_page(client):
    film = make_movie("Elsewhere")
    make_licence(film, territory="FR")
    make_licence(film, starts_on=date(2090, 5, 1), ends_on=date(2091, 5, 1))
    response = client.get(f"/m/{film.pk}/watch")
    assert response.status_code == 451
    text = said(response)
    assert "<video" not in text
    assert "Elsewhere does not play here tonight" in text
    assert "United Kingdom: our rights begin on 1 May 2090" in text
    assert client.get(film.get_absolute_url()).status_code == 200


def test_a_film_that_does_not_lie_here_says_so(client, film, settings, tmp_path):
    settings.REELS = {**settings.REELS, "LIBRARY": "catalog.reels.folder.FolderLibrary", "FOLDER": tmp_path}
    response = client.get(f"/m/{film.pk}/watch")
    assert response.status_code == 404
    assert "No copy of Proof lies here yet" in said(response)


def test_a_house_of_its_own_shows_what_lies_in_its_folder(client, film, settings, tmp_path):
    settings.REELS = {**settings.REELS, "LIBRARY": "catalog.reels.folder.FolderLibrary", "FOLDER": tmp_path}
    (tmp_path / "proof.mp4").write_bytes(b"0123456789")
    (tmp_path / f"{film.pk}.json").write_text('{"file": "../../proof.mp4", "seconds": 5160}')
    response = client.get(address(client, film), headers={"Range": "bytes=2-4"})
    assert (response.status_code, response.content) == (206, b"234")
    assert "demo" not in said(page(client, film))
    told = '{"file": "proof.mp4", "seconds": 9, "captions": {"en": "lost.vtt"}}'
    (tmp_path / f"{film.pk}.json").write_text(told)
    assert client.get(address(client, film) + "/en.vtt").status_code == 404
    for manifest in ("{", '{"file": "proof.mp4", "seconds": 0}', "[]"):
        (tmp_path / f"{film.pk}.json").write_text(manifest)
        assert client.get(f"/m/{film.pk}/watch").status_code == 404


def test_opening_the_page_writes_nothing_and_a_play_is_gone_on_with(client, film):
    member = make_preferences(record_plays=True).user
    make_play(member, film)
    client.force_login(member)
    before = list(Play.objects.values())
    text = said(page(client, film))
    assert "#t=20" in text
    assert "You stopped at 0:20" in text
    assert "#t=" not in said(page(client, film, "?from=start"))
    assert "Go on at 0:20" in said(client.get(film.get_absolute_url()))
    assert list(Play.objects.values()) == before


# --- progress ----------------------------------------------------------------------------------------------------
def test_progress_is_written_with_consent_alone(client, film):
    at = f"/m/{film.pk}/watch/progress"
    assert client.post(at, {"position": "30"}).status_code == 204  # nobody
    member = make_user()
    client.force_login(member)
    assert client.post(at, {"position": "30"}).status_code == 204  # no consent
    assert "data-progress" not in said(page(client, film))
    assert Play.objects.count() == 0
    assert client.post(f"/m/{film.pk}/watch/keep", follow=True).redirect_chain[-1][0] == f"/m/{film.pk}/watch"
    assert "data-progress" in said(page(client, film))
    assert client.post(at, {"position": "30"}).status_code == 204
    play = Play.objects.get()
    assert (play.user, play.position, play.length) == (member, 30, REEL.seconds)


@pytest.mark.parametrize("position", ["", "-1", "1.5", "x", "²", "9999999"])
def test_a_place_that_is_none_is_refused_by_name(client, film, position):
    response = client.post(f"/m/{film.pk}/watch/progress", {"position": position})
    assert (response.status_code, response.json()["why"][:9]) == (400, "position:")


# --- addresses ---------------------------------------------------------------------------------------------------
def issued(film, at=NOON, visitor="browser:a", territory="GB"):
    return tickets.issue(visitor=visitor, movie_id=film.pk, shown=programme.showing(film.pk, territory, at), at=at)


def admitted(ticket, film, at=NOON, visitor="browser:a"):
    try:
        tickets.admit(ticket, visitor=visitor, movie_id=film.pk, at=at)
    except TicketRefused as refusal:
        return str(refusal)
    return "in"


def test_a_ticket_is_for_one_visitor_one_film_and_some_hours(film):
    other, ticket = make_movie(), issued(film)
    make_licence(other)
    last = NOON + tickets.LASTS
    assert admitted(ticket, film) == "in"
    assert admitted(ticket, film, last - timedelta(seconds=1)) == "in"
    assert "expired" in admitted(ticket, film, last)
    assert "another visitor" in admitted(ticket, film, visitor="browser:b")
    assert "another visitor" in admitted(ticket, film, visitor="account:a")
    assert "another visitor" in admitted(ticket, film, visitor="")
    assert "another film" in admitted(ticket, other)
    for wrong in ("", "x", ticket[:-1], ticket + "A", ticket.swapcase(), signing.Signer().sign_object({})):
        assert "not made here" in admitted(wrong, film)
    assert "browser" not in ticket


@pytest.mark.parametrize(
    ("territory", "last_moment"),
    [
        ("GB", datetime(2026, 6, 1, 22, 59, 59, tzinfo=UTC)),
        ("JP", datetime(2026, 6, 1, 14, 59, 59, tzinfo=UTC)),
        ("US", datetime(2026, 6, 2, 3, 59, 59, tzinfo=UTC)),
    ],
)
def test_no_ticket_outlives_the_last_night_of_its_territory(territory, last_moment):
    film = make_movie()
    make_licence(film, territory="001", ends_on=date(2026, 6, 1))
    at = last_moment - timedelta(hours=1)
    ticket = issued(film, at, territory=territory)
    assert admitted(ticket, film, last_moment) == "in"
    assert "expired" in admitted(ticket, film, last_moment + timedelta(seconds=1))


def test_rights_that_are_taken_away_end_a_ticket_at_once(film):
    ticket = issued(film)
    Licence.objects.update(ends_on=date(2026, 5, 31))
    assert "rights to this film have ended" in admitted(ticket, film)
    Licence.objects.update(ends_on=date(2026, 6, 30))
    assert admitted(ticket, film) == "in"


def test_an_address_works_in_the_browser_it_was_made_for_alone(client, film):
    mine = address(client, film)
    assert client.get(mine, headers={"Range": "bytes=0-9"}).status_code == 206
    stranger = Client()
    for other in (stranger, client_of(make_user())):
        refused = other.get(mine, headers={"Range": "bytes=0-9"})
        assert refused.status_code == 403
        assert "made for another visitor" in said(refused)
        assert b"ftyp" not in refused.content
    page(stranger, film)
    assert stranger.get(mine).status_code == 403  # a number of its own does not help
    other = make_movie()
    make_licence(other)
    elsewhere = client.get(mine.replace(f"/m/{film.pk}/", f"/m/{other.pk}/"))
    assert (elsewhere.status_code, "for another film" in said(elsewhere)) == (403, True)


def test_who_signs_out_gives_the_address_up(film):
    client = client_of(make_user())
    mine = address(client, film)
    assert client.get(mine).status_code == 200
    client.logout()
    assert client.get(mine).status_code == 403


def test_the_player_gets_a_new_address_while_there_are_rights(client, film):
    assert client.get(f"/m/{film.pk}/watch/ticket").status_code == 403  # the page was never opened
    page(client, film)
    new = client.get(f"/m/{film.pk}/watch/ticket").json()["address"]
    assert client.get(new).status_code == 200
    Licence.objects.all().delete()
    over = client.get(f"/m/{film.pk}/watch/ticket")
    assert (over.status_code, over.json()["why"]) == (403, "The rights to this film have ended here.")
    assert client.get(new).status_code == 403


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


# --- pieces ------------------------------------------------------------------------------------------------------
@pytest.fixture
def ask(client, film, settings):
    settings.REELS = {**settings.REELS, "PIECE": 1000}
    where = address(client, film)
    return lambda wanted=None, method="get", **headers: getattr(client, method)(
        where, headers={**({"Range": wanted} if wanted else {}), **headers}
    )


def test_a_film_comes_in_pieces_that_are_the_film(ask):
    whole = REEL.path.read_bytes()
    first = ask("bytes=0-")
    assert first.status_code == 206
    assert first["Content-Range"] == f"bytes 0-999/{REEL.size}"
    assert (first["Content-Length"], first["Accept-Ranges"], first["Content-Type"]) == ("1000", "bytes", "video/mp4")
    assert first.content == whole[:1000]
    assert ask("bytes=5000-5099").content == whole[5000:5100]
    assert ask("bytes=-100").content == whole[-100:]
    assert ask("bytes=7-9,0-1").content == whole[7:10]


def test_behind_the_end_there_is_no_piece(ask):
    response = ask(f"bytes={REEL.size}-")
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{REEL.size}")


def test_a_head_tells_the_size_and_takes_no_range(ask):
    response = ask("bytes=0-9", "head")
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(REEL.size), b"")


def test_other_bytes_than_those_begun_with_come_as_no_range(ask):
    mark = ask("bytes=0-9")["ETag"]
    assert ask("bytes=0-9", **{"If-Range": mark}).status_code == 206
    assert ask("bytes=0-9", **{"If-Range": '"other"'}).status_code == 400
    assert ask("bytes=0-9", **{"If-Range": f"W/{mark}"}).status_code == 400


def test_nobody_holds_a_worker_with_a_whole_film(ask):
    response = ask()
    assert response.status_code == 400
    assert "ask for a range" in response.content.decode()
    assert ask("items=1-2").status_code == 400
    assert ask(method="post").status_code == 405


def test_a_short_film_comes_whole(client, film):
    response = client.get(address(client, film))
    assert (response.status_code, response.content == REEL.path.read_bytes()) == (200, True)


def test_the_front_server_hands_it_out_when_told_so(client, film, settings):
    settings.REELS = {**settings.REELS, "ACCEL": "/inside/"}
    where = address(client, film)
    response = client.get(where, headers={"Range": "bytes=0-9"})
    assert (response["X-Accel-Redirect"], response.content) == ("/inside/demo.mp4", b"")
    assert Client().get(where).status_code == 403


def test_captions_are_for_the_same_visitor(client, film):
    where = f"{address(client, film)}/en.vtt"
    response = client.get(where)
    assert (response["Content-Type"], response.content[:6]) == ("text/vtt; charset=utf-8", b"WEBVTT")
    assert Client().get(where).status_code == 403
    assert client.get(where.replace("en.vtt", "xx.vtt")).status_code == 404
