"""The keeping policy: every artefact for a week, one a day for a year, one a month after; digests and changes for ever."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from catalog.errors import EditionGone
from catalog.models import ChartEdition, RankChange
from catalog.selectors import charts
from catalog.services import editions, ratings
from mlops import store
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy(settings):
    settings.EDITION_KEEP = {"all_days": 7, "daily_days": 365}


class Press:
    """Prints editions at will: each value gives one film another tally, and the same value the same chart again."""

    def __init__(self):
        self.film, self.member = make.make_imported_votes(votes=10).movie, make.make_user()

    def print(self, at, value):
        if value:
            ratings.rate_movie(movie_id=self.film.pk, by=self.member, at=at, value=value)
        else:
            ratings.withdraw_rating(movie_id=self.film.pk, by=self.member, at=at)
        return make.make_edition(at)


@pytest.fixture
def press():
    return Press()


def on(month, day, hour=12, year=2026):
    return datetime(year, month, day, hour, tzinfo=UTC)


def kept():
    """The numbers of editions whose rows can still be read."""
    return {edition.number for edition in charts.editions() if edition.thinned_at is None and charts.artefact(edition)}


def thin(at):
    return editions.thin(by=SYSTEM, at=at)


# --- the policy, with frozen times -------------------------------------------------------------------------------
@pytest.fixture
def half_year(press):
    """Editions 1–4 on two days of June, 5–6 in July, 7 in December; each with another chart."""
    times = [on(6, 1, 9), on(6, 1, 18), on(6, 2, 9), on(6, 2, 23), on(7, 1), on(7, 15), on(12, 1)]
    return [press.print(at, value) for value, at in enumerate(times, start=1)]


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (on(6, 8, 8), {1, 2, 3, 4, 5, 6, 7}),  # nothing is older than a week
        (on(6, 8, 9), {1, 2, 3, 4, 5, 6, 7}),  # a week to the second still counts
        (on(6, 9, 8), {2, 3, 4, 5, 6, 7}),  # of 1 June only the last one
        (on(6, 20), {2, 4, 5, 6, 7}),
        (on(6, 1, 9, 2027), {2, 4, 5, 6, 7}),  # a year later still one a day
        (on(6, 4, year=2027), {4, 5, 6, 7}),  # then one a month
        (on(12, 1, year=2027), {4, 6, 7}),
        (on(1, 1, year=2040), {4, 6, 7}),  # and that for ever
    ],
)
def test_what_is_kept_at_a_moment(half_year, at, left):
    assert thin(at) == 7 - len(left)
    assert kept() == left
    assert thin(at) == 0  # doing it twice does nothing more


def test_thinned_day_by_day_the_same_is_left(half_year):
    day = on(6, 1)
    while day < on(1, 1, year=2028):
        thin(day)
        day += timedelta(days=3)
    assert kept() == {4, 6, 7}


def test_the_newest_edition_is_always_kept(press):
    press.print(on(6, 1), 1)
    press.print(on(6, 1, 13), 2)
    thin(on(6, 1, year=2030))
    assert kept() == {2}


# --- what a thinned edition still has ----------------------------------------------------------------------------
def test_a_thinned_edition_says_so_and_keeps_its_digests_and_changes(half_year):
    before = ChartEdition.objects.values().get(number=1)
    thin(on(6, 20))
    assert ChartEdition.objects.values().get(number=1) == before | {"thinned_at": on(6, 20)}
    assert RankChange.objects.filter(edition=1).count() == 1
    assert not store.has(before["content_digest"])
    with pytest.raises(
        EditionGone, match=r"^The full rows of edition 1 were let go by age; its digests are kept for ever\."
    ):
        charts.verify(ChartEdition.objects.get(number=1))


@pytest.mark.parametrize("column", ["content_digest", "chain_digest"])
def test_the_place_in_the_chain_of_a_thinned_edition_is_still_checked(half_year, column):
    thin(on(6, 20))
    ChartEdition.objects.filter(number=1).update(**{column: "e" * 64})
    with pytest.raises(CommandError, match="its chain digest does not fit"):
        call_command("verify_edition", "1")


def test_thinning_is_recorded_with_the_numbers_let_go(half_year):
    thin(on(6, 20))
    assert AuditEvent.objects.order_by("-seq").first().facts["detail"]["numbers"] == [3, 1]


def test_verifying_all_editions_passes_over_those_let_go(half_year, capsys):
    thin(on(6, 20))
    call_command("verify_edition", "--all")
    said = capsys.readouterr().out
    assert said.count(" holds: ") == 5
    assert said.count("were let go by age") == 2


# --- the same chart twice ----------------------------------------------------------------------------------------
def test_an_artefact_shared_with_an_edition_that_is_kept_stays(press):
    """Edition 3 has the chart of edition 1: as long as one of them is kept, both can be read."""
    press.print(on(6, 1, 9), 1)
    press.print(on(6, 1, 10), 2)
    press.print(on(6, 1, 11), 1)
    assert thin(on(6, 20)) == 1
    assert kept() == {1, 3}
    assert charts.verify(ChartEdition.objects.get(number=1)) == 1


def test_an_artefact_shared_by_two_that_go_goes_with_both(press):
    for hour, value in enumerate([1, 2, 1, 2, 3], start=8):
        press.print(on(6, 1, hour), value)
    assert thin(on(6, 20)) == 4
    assert kept() == {5}


def test_a_chart_let_go_and_printed_again_can_be_read_again(press):
    press.print(on(6, 1, 9), 1)
    press.print(on(6, 1, 10), 2)
    thin(on(6, 20))
    again = press.print(on(6, 20, 13), 1)
    assert kept() == {2, 3}
    assert charts.verify(again) == 1
    assert again.content_digest == ChartEdition.objects.get(number=1).content_digest


@pytest.mark.django_db(transaction=True)
def test_a_chart_let_go_while_it_is_printed_again_is_not_lost(press):
    """The publisher has found its bytes already stored, as those of edition 1; before its transaction they are thinned."""
    press.print(on(6, 1, 9), 1)
    press.print(on(6, 1, 10), 2)
    ratings.rate_movie(movie_id=press.film.pk, by=press.member, at=NOON, value=1)
    gone = []

    def just_before_the_transaction(execute, sql, params, many, context):
        if not gone and ("BEGIN" in sql or "pg_advisory_xact_lock" in sql):
            gone.append(0)
            gone[0] = elsewhere(lambda: thin(on(6, 20)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(just_before_the_transaction):
        again = editions.publish(by=SYSTEM, at=on(6, 20, 13))
    assert gone == [1]
    assert charts.verify(again) == 1
    assert kept() == {2, 3}


def elsewhere(act):
    """Do something on a connection of its own, and return what it returned."""
    found = []

    def run():
        try:
            found.append(act())
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    return found[0]
