"""A visitor rates a film: the page says so at once, and a worker's next edition for good; taken back, all is as before."""

import time

import pytest

from catalog.models import ChartEdition, Rating, Standing
from catalog.selectors import charts
from catalog.selectors.documents import decimal
from tests.factories import catalog as make
from tests.flows.house import Visitor, assert_chain_holds, until

pytestmark = pytest.mark.django_db


def page(visitor, film):
    status, text = visitor.get(film.get_absolute_url())
    assert status == 200
    return text


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_rating_is_in_the_next_edition_and_taken_back_leaves_no_trace(port, worker):
    film = make.small_catalogue(12)[-1]
    visitor = Visitor(port, make.make_user())
    before = Standing.objects.get(movie=film)
    assert decimal(before.wr_e6, 6) in page(visitor, film)

    assert visitor.rate(film.pk, 1) == 302
    until(lambda: ChartEdition.objects.filter(number=2).exists(), worker.wrote)
    standing = Standing.objects.get(movie=film)
    assert (standing.votes, standing.points) == (before.votes + 1, before.points + 10)
    assert standing.wr_e6 < before.wr_e6
    assert decimal(standing.wr_e6, 6) in page(visitor, film)

    time.sleep(2)  # the next edition must be due, and the next nudge too
    assert visitor.withdraw(film.pk) == 302
    until(lambda: ChartEdition.objects.filter(number=3).exists(), worker.wrote)
    first, _, third = ChartEdition.objects.order_by("number")
    assert third.content_digest == first.content_digest
    assert third.changes == ChartEdition.objects.get(number=2).changes
    again = Standing.objects.get(movie=film)
    assert (again.votes, again.points, again.wr_e6, again.rank) == (
        before.votes,
        before.points,
        before.wr_e6,
        before.rank,
    )
    assert_chain_holds(least=3)


# --- what needs no worker ----------------------------------------------------------------------------------------
@pytest.fixture
def rated(client):
    """A film of edition 1, and a signed-in visitor."""
    client.force_login(make.make_user())
    return make.small_catalogue(12)[-1]


def shown(client, film):
    return client.get(film.get_absolute_url()).content.decode()


def test_between_two_editions_the_page_says_what_the_rating_does(client, rated):
    standing = Standing.objects.get(movie=rated)
    client.post(f"/m/{rated.pk}/rating", {"value": 10})
    now = charts.provisional(rated, standing, charts.newest())
    assert now.new_votes == 1
    assert decimal(now.wr_e6, 6) in shown(client, rated)
    client.post(f"/m/{rated.pk}/rating", {"withdraw": 1})
    assert charts.provisional(rated, standing, charts.newest()) is None
    assert decimal(now.wr_e6, 6) not in shown(client, rated)
    assert decimal(standing.wr_e6, 6) in shown(client, rated)


@pytest.mark.parametrize("value", ["0", "11", "5.5", "", "٧", "seven", "9" * 5000])
def test_what_is_no_rating_is_refused_in_words(client, rated, value):
    assert client.post(f"/m/{rated.pk}/rating", {"value": value}).status_code == 302
    assert "A rating is a whole number from 1 to 10." in shown(client, rated)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("form", [{"value": "7\x00"}, {}, {"value": ["\x00"]}, {"values": "7"}])
def test_a_broken_form_changes_nothing(client, rated, form):
    assert client.post(f"/m/{rated.pk}/rating", form).status_code in (302, 400)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("number", [0, 999, 2**31, 2**63, 10**30])
def test_an_unknown_film_is_not_there(client, rated, number):
    assert client.post(f"/m/{number}/rating", {"value": 7}).status_code == 404
    assert client.post(f"/m/{number}/rating", {"withdraw": 1}).status_code == 404
    assert not Rating.objects.exists()


def test_without_an_account_one_is_asked_for(client, rated):
    client.logout()
    answer = client.post(f"/m/{rated.pk}/rating", {"value": 7})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert not Rating.objects.exists()
