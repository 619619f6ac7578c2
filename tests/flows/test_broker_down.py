"""The broker is away: ratings, pages and signing in go on as ever; when it returns, what was asked for is published."""

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest
import redis
from celery import current_app

from catalog import queue
from catalog.models import ChartEdition, Rating, Standing
from catalog.services import ratings
from mlops import queue as nudges
from moviesite.processes import start_valkey, stop
from tests import servers
from tests.factories import catalog as make
from tests.factories.mlops import NOON
from tests.flows.house import Visitor, assert_chain_holds, until, web
from tests.proofs.proxy import Proxy

SOON = 10.0  # seconds: a page that waits for a broker that never answers takes longer on any machine
pytestmark = pytest.mark.django_db(transaction=True)


class Broker:
    """A broker that can be stopped and started again at the same address."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rm-broker-"))
        self.start()

    def start(self):
        self.process, self.url = start_valkey(self.folder)

    def stop(self):
        stop(self.process)


@pytest.fixture
def broker():
    made = Broker()
    yield made
    made.stop()
    shutil.rmtree(made.folder)


@pytest.fixture
def impatient():
    """As if the last nudge, and the last failure, were long ago."""
    nudges.forget()


# --- without a broker there is (the tests' settings name an address where nothing listens) -------------------------
def test_a_rating_without_a_broker_is_kept_and_quick(impatient):
    film, member = make.small_catalogue(3)[2], make.make_user()
    for value in (3, 4, 5):
        started = time.monotonic()
        ratings.rate_movie(movie_id=film.pk, by=member, at=NOON, value=value)
        assert time.monotonic() - started < SOON
    assert Rating.objects.get().value == 5
    assert film.tally.votes == film.imported.votes + 1


def test_after_a_failure_the_broker_is_left_alone_for_a_while(impatient, caplog):
    film = make.small_catalogue(3)[2]
    for _ in range(3):
        make.make_member_rating(film)
    assert caplog.text.count("the broker is away, the schedule will ask again for catalog.publish_edition") == 1


def test_signing_in_and_up_without_a_broker(client, settings):
    """Rate limits are kept in the cache, and the cache is away with the broker."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "signup": "20/m/ip"}
    make.make_user("ida")
    started = time.monotonic()
    assert client.post("/accounts/login/", {"login": "ida", "password": "wrong"}).status_code == 200
    assert client.post("/accounts/login/", {"login": "ida", "password": make.PASSWORD}).status_code == 302
    assert client.session["_auth_user_id"]
    client.logout()
    new = {"username": "new-visitor", "password1": make.PASSWORD, "password2": make.PASSWORD}
    assert client.post("/accounts/signup/", new).status_code == 302
    assert client.session["_auth_user_id"]
    assert time.monotonic() - started < 2 * SOON


def test_every_page_answers_without_a_broker(client):
    film = make.small_catalogue(3)[0]
    for path in ("/", "/top", film.get_absolute_url(), "/search?q=reel", "/browse", "/editions", "/how", "/data"):
        started = time.monotonic()
        assert client.get(path).status_code == 200
        assert time.monotonic() - started < SOON
    health = client.get("/healthz")
    assert (health.status_code, health.json()["state"]) == (200, "degraded")
    assert health.json()["parts"]["broker"].startswith("away")


# --- with a real site whose broker goes and returns --------------------------------------------------------------
def asked(path, visitor):
    """GET or POST quickly, or fail."""
    assert visitor.took < SOON, f"{path} took {visitor.took:.1f} s"


@pytest.mark.worker
@pytest.mark.parametrize("away", ["stopped", "frozen"])
def test_ratings_given_while_the_broker_was_away_are_published_when_it_returns(broker, tmp_path, monkeypatch, away):
    film, other = make.small_catalogue(12)[-2:]
    with servers.worker(broker.url, tmp_path) as worker, web(broker.url, tmp_path) as port:
        visitor = Visitor(port, make.make_user())
        assert visitor.rate(film.pk, 1) == 302
        until(lambda: ChartEdition.objects.filter(number=2).exists(), worker.wrote)
        time.sleep(1.1)  # the next nudge is due

        broker.stop() if away == "stopped" else os.kill(broker.process.pid, signal.SIGSTOP)
        assert visitor.rate(film.pk, 2) == 302
        asked("the first rating", visitor)
        assert visitor.rate(other.pk, 3) == 302
        asked("the second rating", visitor)
        assert visitor.get(film.get_absolute_url())[0] == 200
        asked("the page", visitor)
        assert ChartEdition.objects.count() == 2

        broker.start() if away == "stopped" else os.kill(broker.process.pid, signal.SIGCONT)
        with servers.pointed_at(broker.url, monkeypatch):
            current_app.send_task(queue.PUBLISH_EDITION, queue="charts")  # one tick of the schedule
            until(lambda: ChartEdition.objects.filter(number=3).exists(), worker.wrote)
    held = {row.movie_id: row.points for row in Standing.objects.select_related("movie__imported")}
    assert held[film.pk] == film.imported.points + 20
    assert held[other.pk] == other.imported.points + 30
    assert_chain_holds(least=3)


# --- a broker that is slow -----------------------------------------------------------------------------------------
@pytest.mark.worker
def test_a_slow_broker_gets_one_message_and_a_rest(valkey_server, monkeypatch):
    """It takes what it is told, slowly: who waits for it once does not wait again right after."""
    proxy = Proxy(valkey_server.removeprefix("unix://"))
    with servers.pointed_at(proxy.url, monkeypatch), redis.Redis.from_url(valkey_server) as line:
        proxy.turn("slow")
        for told in (1, 1):
            nudges.nudge(nudges.TEND, "charts")
            assert line.llen("charts") == told
        nudges.forget()
        nudges.nudge(nudges.TEND, "charts")
        assert line.llen("charts") == 2
    proxy.close()
