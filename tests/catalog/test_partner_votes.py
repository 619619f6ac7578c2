"""Votes of partners' viewers: in no edition under version 1, and in the next one when a version counts them, within the bound."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from catalog.errors import CatalogError
from catalog.models import ChartEdition, PartnerTally, Rater, Rating, Standing
from catalog.recsys.editions import parse
from catalog.selectors import charts
from catalog.services import editions, publishing, tallies, viewer_ratings
from mlops.models import ModelVersion, Run
from mlops.pipeline.execute import execute
from mlops.ports import SYSTEM
from mlops.services import runs
from mlops.serving import served
from tests.catalog.api_calls import Caller
from tests.catalog.partner_acts import a_key, kept, sends, sent
from tests.catalog.test_verify_edition import run_script
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_genesis, make_promotion

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BOTH = ["MEMBER", "PARTNER"]


def few_votes():
    """Three films with 40, 30 and 20 votes of their own, in edition 1."""
    films = [make.make_imported_votes(votes=votes, mean=6.0).movie for votes in (40, 30, 20)]
    make.make_edition()
    return films


def run_of(**params):
    """A version as a run leaves it, or what the run says."""
    run = runs.queue_run(recipe_key="weighted-rating", reason="who counts", by=SYSTEM, at=NOON, params=params)
    execute(run_id=run.pk, worker="test:1")
    run.refresh_from_db()
    return run


def judged(run):
    return {result["key"]: result["passed"] for result in ModelVersion.objects.get(run=run).gate_report.results}


def in_chart():
    return dict(Standing.objects.values_list("movie", "votes"))


# --- tallies -----------------------------------------------------------------------------------------------------
def test_sums_follow_any_history_of_acts():
    """400 ratings, changes and withdrawals of two partners and of keys for trying out: sums equal a recount throughout."""
    chance, films = random.Random(7), [make.make_movie() for _ in range(3)]
    live = [a_key(), a_key()]
    keys = [*live, a_key(of=live[0], test=True)]
    held = {}
    for step in range(400):
        key, film, who = chance.choice(keys), chance.choice(films), f"viewer-{chance.randrange(4)}"
        asked = {"by": key, "reference": who, "movie_id": film.pk, "at": NOON}
        if chance.random() < 0.3:
            assert viewer_ratings.withdraw(**asked) == (held.pop((key.pk, film.pk, who), None) is not None)
        else:
            value = held[key.pk, film.pk, who] = chance.randint(1, 10)
            viewer_ratings.rate(value=value, rated_at=None, **asked)
        if step % 40 == 0:
            assert tallies.partner_differences() == []
    names = ("rater__reference", "movie", "value", "rater__partner", "rater__test")
    assert {
        (film, who, value, partner, test) for who, film, value, partner, test in Rating.objects.values_list(*names)
    } == {
        (film, who, value, partner, test)
        for (pk, film, who), value in held.items()
        for partner, test in [next((key.partner_id, key.test) for key in keys if key.pk == pk)]
    }
    by_hand = {}
    for (pk, film, _), value in held.items():
        if pk != keys[2].pk:
            partner = next(key.partner_id for key in live if key.pk == pk)
            votes, points = by_hand.get((partner, film), (0, 0))
            by_hand[partner, film] = (votes + 1, points + 10 * value)
    assert sent() == by_hand == tallies.recount_partners()
    assert kept() == {}


def test_a_corrupted_tally_is_named_by_partner_and_film_and_mended(capsys):
    film, key = make.make_movie(), a_key()
    sends(key, film, 8, 9)
    call_command("recount")
    PartnerTally.objects.update(points=180)
    assert tallies.partner_differences() == [(key.partner_id, film.pk, (2, 180), (2, 170))]
    with pytest.raises(CommandError, match="1 tallies differ"):
        call_command("recount")
    assert f"partner {key.partner_id}, film {film.pk}: kept 2 votes" in capsys.readouterr().err
    tallies.rebuild()
    assert tallies.partner_differences() == []


# --- under version 1 ---------------------------------------------------------------------------------------------
def test_under_version_1_they_move_nothing_that_anybody_sees():
    film, *_ = few_votes()
    before = charts.newest()
    job = publishing.offer_next(by=SYSTEM, at=NOON + HOUR)
    sends(a_key(), film, *[10] * 30)
    assert publishing.offer_next(by=SYSTEM, at=NOON + HOUR).pk == job.pk  # the same inputs
    assert editions.publish(by=SYSTEM, at=NOON + HOUR, now=True) is None
    assert charts.newest() == before
    film = type(film).objects.select_related("standing").get(pk=film.pk)
    assert charts.provisional(film, film.standing, before) is None


# --- under a version that counts them ----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_promoted_by_two_people_the_next_edition_counts_them_within_the_bound(tmp_path):
    first, second, third = few_votes()
    ours, other, trying = a_key(), a_key(), None
    trying = a_key(of=ours, test=True)
    sends(ours, first, *[10] * 5)
    sends(ours, third, *[10] * 4)
    sends(other, third, *[10] * 21)  # one more than the film's own 20
    sends(trying, second, *[10] * 9)
    run = run_of(kinds=BOTH)
    assert run.state == Run.State.SUCCEEDED, run.failure
    assert judged(run) == {"recomputed": True, "counts": True, "no-partner-rules": True, "ranked": True}
    assert {fact.metric: fact.value for fact in run.metrics.filter(arm="candidate")}["partner-share"] == 9 / 99
    assert editions.publish(by=SYSTEM, at=NOON + HOUR, now=True) is None  # approved by nobody so far
    job = publishing.offer_next(by=SYSTEM, at=NOON + HOUR)
    make_promotion(ModelVersion.objects.get(run=run))
    assert publishing.offer_next(by=SYSTEM, at=NOON + HOUR).pk != job.pk
    edition = editions.publish(by=SYSTEM, at=NOON + HOUR, now=True)
    assert edition.version_label == "weighted-rating v2"
    assert in_chart() == {first.pk: 45, second.pk: 30, third.pk: 24}
    head, rows = parse(charts.artefact(edition))
    assert head["kinds"] == BOTH
    assert {row.id: (row.votes, row.points) for row in rows}[first.pk] == (45, 40 * 60 + 5 * 100)
    assert charts.verify(edition) == 3
    done = run_script(tmp_path, edition, charts.artefact(edition))
    assert (done.returncode, done.stdout) == (0, "Edition 2: holds, 3 films recomputed\n")


@pytest.fixture
def counting(transactional_db):
    """Films under a version that counts partners, and its first edition."""
    films = few_votes()
    make_promotion(ModelVersion.objects.get(run=run_of(kinds=BOTH)))
    editions.publish(by=SYSTEM, at=NOON + HOUR, now=True)
    return films


def test_each_vote_that_counts_makes_news_and_the_one_beyond_the_bound_takes_them_all_out(counting, client):
    _, _, film = counting
    key = a_key()
    edition = charts.newest()
    sends(key, film, *[10] * 20)
    film = type(film).objects.select_related("standing").get(pk=film.pk)
    soon = charts.provisional(film, film.standing, edition)
    assert (soon.votes, soon.points, soon.new_votes) == (40, 20 * 60 + 20 * 100, 20)
    offered = publishing.offer_next(by=SYSTEM, at=NOON + 2 * HOUR)
    assert editions.publish(by=SYSTEM, at=NOON + 2 * HOUR, now=True)
    assert in_chart()[film.pk] == 40
    assert "20 imported + 20 by members and partners' viewers" in client.get(f"/m/{film.pk}/rank").content.decode()
    sends(key, film, 10, first=20)
    assert publishing.offer_next(by=SYSTEM, at=NOON + 3 * HOUR).pk != offered.pk
    assert editions.publish(by=SYSTEM, at=NOON + 3 * HOUR, now=True)
    assert in_chart()[film.pk] == 20
    sends(a_key(of=key, test=True), film, *[1] * 5)
    assert editions.publish(by=SYSTEM, at=NOON + 4 * HOUR, now=True) is None
    assert [charts.verify(edition) for edition in ChartEdition.objects.all()] == [3] * 4


def test_a_viewer_who_is_taken_back_leaves_the_next_edition_as_if_they_had_never_been(counting):
    film, key = counting[0], a_key()
    before = charts.newest().content_digest
    sends(key, film, 10)
    editions.publish(by=SYSTEM, at=NOON + 2 * HOUR, now=True)
    assert charts.newest().content_digest != before
    viewer_ratings.withdraw(by=key, reference="viewer-0", movie_id=film.pk, at=NOON + 2 * HOUR)
    editions.publish(by=SYSTEM, at=NOON + 3 * HOUR, now=True)
    assert charts.newest().content_digest == before


# --- gates -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_partner_with_more_than_a_tenth_of_the_counting_votes_fails_the_gate():
    films = few_votes()  # 90 votes of their own
    key = a_key()
    sends(key, films[0], *[10] * 10)
    assert judged(run_of(kinds=BOTH))["no-partner-rules"] is True  # 10 of 100
    sends(key, films[0], 10, first=10)
    run = run_of(kinds=BOTH)
    assert judged(run)["no-partner-rules"] is False  # 11 of 101
    assert not ModelVersion.objects.get(run=run).gate_report.passed
    assert judged(run_of(prior_votes=10_000))["no-partner-rules"] is True  # a version that does not count them


@pytest.mark.parametrize("kinds", [["DEMO"], ["MEMBER", "DEMO"], ["PARTNER"], ["MEMBER", "PARTNER", "DEMO"]])
def test_without_members_or_with_demo_raters_there_is_no_edition(kinds, monkeypatch):
    make_genesis()
    film = make.make_imported_votes(votes=40, mean=6.0).movie
    model = served("weighted-rating").model
    object.__setattr__(model, "kinds", tuple(kinds))
    try:
        with pytest.raises(CatalogError, match="members count always"):
            editions.publish(by=SYSTEM, at=NOON, now=True)
    finally:
        object.__setattr__(model, "kinds", ("MEMBER",))
    assert not Standing.objects.filter(movie=film).exists()


# --- by the API --------------------------------------------------------------------------------------------------
def test_what_a_key_for_trying_out_sends_counts_nowhere():
    film, *_ = few_votes()
    caller = Caller()
    type(caller.key).objects.filter(pk=caller.key.pk).update(test=True)
    path = f"/api/v1/users/anna/ratings/{film.pk}"
    headers = {"Authorization": f"Bearer {caller.plain}"}
    assert caller.client.put(path, {"value": 9}, content_type="application/json", headers=headers).status_code == 201
    assert Rater.objects.get().test
    assert sent() == tallies.recount_partners() == {}
