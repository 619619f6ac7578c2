"""What partners send as rows of datasets: with source and partner, not of who tries out a key, and nobody's too many."""

from datetime import timedelta

import numpy as np
import pytest

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.models import Movie, PartnerPlay, Rater, Rating
from catalog.recipes.recommender import Recommender
from catalog.recipes.recommending import shares
from catalog.recipes.weighted_rating import WeightedRating
from catalog.recsys.formula import RATER_KINDS
from catalog.recsys.signals import SIGNALS
from catalog.selectors import extracts
from catalog.services import demo, erasure, tallies
from mlops.errors import MlopsError
from mlops.models import AuditEvent, Erasure, Job, ModelVersion, Run
from mlops.pipeline import parquet
from mlops.pipeline.execute import execute
from mlops.pipeline.freeze import freeze
from mlops.pipeline.jobs import carry_out
from mlops.ports import SYSTEM, Fold, NotEnoughData
from mlops.services import requests, runs
from tests.catalog.api_calls import Caller
from tests.catalog.partner_acts import a_key, sends, sent, watches
from tests.catalog.test_load_demo import generated_set
from tests.catalog.test_recipe import tallies as frozen_before
from tests.catalog.test_recommender_recipe import full
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_scientist
from tests.leftovers import in_database

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PARTNER, WATCHED = RATER_KINDS.index("PARTNER"), SIGNALS.index("WATCHED")


def rows_of(partner, until=NOON + HOUR):
    """(film, value, signal, kind) of each row of one partner's viewers."""
    rows, _ = extracts.ratings(None, until)
    names = ("film", "value", "signal", "kind", "partner")
    found = zip(*(rows[name].tolist() for name in names), strict=True)
    return sorted(row[:4] for row in found if row[4] == partner)


# --- extracts ----------------------------------------------------------------------------------------------------
def test_a_viewers_rating_and_play_are_in_the_next_extract_with_source_and_partner():
    seen, rated, key = make.make_movie(), make.make_movie(), a_key()
    sends(key, rated, 9, at=NOON + HOUR)
    watches(key, seen, at=NOON + HOUR)
    assert rows_of(key.partner_id, NOON) == []
    assert rows_of(key.partner_id) == sorted([(rated.pk, 9, 0, PARTNER), (seen.pk, 0, WATCHED, PARTNER)])
    _, origins = extracts.ratings(None, NOON + HOUR)
    assert [(one.key, one.rows, one.permitted_use) for one in origins] == [(f"partner-{key.partner_id}", 2, "ANY")]


def test_of_a_key_for_trying_out_nothing_is_extracted():
    film = make.make_movie()
    key = a_key()
    trying = a_key(of=key, test=True)
    sends(trying, film, 9, 8, 7)
    watches(trying, film)
    rows, origins = extracts.ratings(None, NOON + HOUR)
    assert (len(rows["film"]), origins) == (0, [])
    assert len(extracts.tallies()[0]["film"]) == 0


def test_tallies_name_whose_votes_they_are_and_where_those_come_from():
    film = make.make_imported_votes(votes=40, mean=6.0).movie
    one, other = a_key(), a_key()
    sends(one, film, 9, 8)
    sends(other, film, 3)
    rows, origins = extracts.tallies()
    names = ("film", "partner", "votes", "points")
    assert list(zip(*(rows[name].tolist() for name in names), strict=True)) == [
        (film.pk, 0, 40, 2400),
        (film.pk, one.partner_id, 2, 170),
        (film.pk, other.partner_id, 1, 30),
    ]
    assert {(origin.key, origin.rows) for origin in origins} == {
        ("imported", 1),
        (f"partner-{one.partner_id}", 1),
        (f"partner-{other.partner_id}", 1),
    }
    assert WeightedRating().split(rows)[0].facts == {"films": 1}


# --- datasets of before ------------------------------------------------------------------------------------------
OLD = frozen_before((1, 1950, 30, 1500), (2, 1950, 10, 900))


def test_tallies_frozen_before_are_weighed_as_they_were_and_say_why_they_cannot_tell_of_partners():
    recipe = WeightedRating()
    fold = recipe.split(OLD)[0]
    members = recipe.fit((), {**recipe.params}, 0)
    both = recipe.fit((), {**recipe.params, "kinds": ["MEMBER", "PARTNER"]}, 0)
    assert {metric.name: metric.value for metric in recipe.evaluate(members, fold)}["recomputed"] == 1
    assert recipe.compare(members, members, fold)
    for act in (lambda: recipe.evaluate(both, fold), lambda: recipe.compare(members, both, fold)):
        with pytest.raises(NotEnoughData, match="frozen before partners' votes were in it"):
            act()


def test_ratings_frozen_before_take_all_viewers_of_partners_to_be_one_partners():
    def fold(*kinds):
        rows = full(*(("a", film, 8, 1) for film in range(1, len(kinds) + 1)))
        rows["kind"] = np.array(kinds, dtype=np.int8)
        del rows["partner"]
        none = {name: column[:0] for name, column in rows.items()}
        return Fold("held-out-users", "", rows, none, none)

    assert shares.largest(fold(0, 1, 1, 0)) == 0
    assert shares.largest(fold(0, PARTNER, PARTNER, 1)) == 1 / 2


def test_the_share_is_the_largest_of_any_one_partner():
    rows = full(*(("a", film, 8, 1) for film in range(1, 11)))
    rows["partner"] = np.array([0, 0, 0, 4, 4, 9, 9, 9, 0, 0])
    half = {name: column[:5] for name, column in rows.items()}
    rest = {name: column[5:] for name, column in rows.items()}
    assert shares.largest(Fold("held-out-users", "", half, rest, {n: c[:0] for n, c in rows.items()})) == 3 / 10


# --- the gate, through a run -------------------------------------------------------------------------------------
def run_of(recipe):
    run = runs.queue_run(recipe_key=recipe, reason="who sent it", by=SYSTEM, at=NOON + HOUR)
    execute(run_id=run.pk, worker="test:1")
    run.refresh_from_db()
    assert run.state == Run.State.SUCCEEDED, run.failure
    return ModelVersion.objects.get(run=run)


def verdict(version):
    return next(one for one in version.gate_report.results if one["key"] == "no-partner-rules")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recipe", ["recommender", "neighbours"])
def test_a_flood_of_one_partner_fails_its_gate_and_without_it_the_same_data_pass(recipe):
    demo.load(demo_set=generated_set(), by=SYSTEM, at=NOON, progress=lambda *_: None)
    before = verdict(run_of(recipe))
    assert (before["passed"], before["value"]) == (True, 0)
    key, films = a_key(), sorted(Rating.objects.values_list("movie_id", flat=True).distinct())[:45]
    for number, film in enumerate(films):
        sends(key, Movie(pk=film), *[1 + (number + place) % 10 for place in range(10)])
    version = run_of(recipe)
    after = verdict(version)
    assert after["passed"] is False
    assert after["value"] == pytest.approx(0.6, abs=0.02)
    assert "at most .250 is needed" in after["words"]
    with pytest.raises(MlopsError):
        requests.open_request(version_id=version.pk, reason="it is better", by=make_scientist(), at=NOON + HOUR)


# --- erasing a viewer --------------------------------------------------------------------------------------------
def test_a_viewer_is_unknown_at_once_and_a_worker_takes_out_all_that_they_left():
    caller, film, seen = Caller(), make.make_movie(), make.make_movie()
    sends(caller.key, film, 9, 4)
    sends(caller.key, film, 2)  # changed: history has two rows of viewer-0
    watches(caller.key, seen)
    subject = str(Rater.objects.get(reference="viewer-0").subject_id)
    dataset = freeze(recipe=Recommender(), until=NOON + HOUR, by=SYSTEM, at=NOON + HOUR)
    asked = caller.send("delete", "users/viewer-0")
    assert (asked.status_code, asked.json()["reference"]) == (202, "viewer-0")
    assert caller.get("users/viewer-0/ratings").status_code == 404
    assert caller.send("delete", "users/viewer-0").status_code == 404
    assert sent() == {(caller.key.partner_id, film.pk): (2, 60)}  # a worker does it
    job = Job.objects.get(task="catalog.erase_member")
    carry_out(job_id=job.pk, worker="one")
    job.refresh_from_db()
    assert job.state == "DONE", job.failure
    assert sent() == {(caller.key.partner_id, film.pk): (1, 40)}
    assert tallies.partner_differences() == []
    assert not PartnerPlay.objects.exists()
    assert Rating.history.count() == 1
    dataset.refresh_from_db()
    rest = parquet.rows_of(dataset)
    assert subject not in rest["subject"].tolist()
    assert len(rest["film"]) == 1
    assert in_database(["viewer-0", subject, subject.replace("-", "")]) == {}
    stone = Erasure.objects.get()
    assert (stone.reason, stone.erased_by) == ("at the request of their partner", f"partner:{caller.key.partner_id}")
    assert stone.counts["catalog_partnerplay"] == 1
    assert AuditEvent.objects.order_by("seq").filter(body__contains="subject.erased").exists()


def test_whoever_comes_again_under_the_same_name_is_somebody_new_whom_the_erasure_leaves_alone():
    key, film = a_key(), make.make_movie()
    sends(key, film, 9)
    erasure.ask_for_viewer(viewer=Rater.objects.get(), by=key, at=NOON)
    sends(key, film, 5)
    carry_out(job_id=Job.objects.get().pk, worker="one")
    assert Rating.objects.get().value == 5
    assert sent() == {(key.partner_id, film.pk): (1, 50)}
    assert tallies.partner_differences() == []


def test_a_partner_has_nobody_erased_but_its_own_viewers():
    key, other, film = a_key(), a_key(), make.make_movie()
    sends(other, film, 9)
    with pytest.raises(MlopsError, match="its own viewers"):
        erasure.ask_for_viewer(viewer=Rater.objects.get(), by=key, at=NOON)
    member = make.make_member_rating(film).rater
    with pytest.raises(MlopsError, match="its own viewers"):
        erasure.erase_member(subject=member.subject_id, reason="no", by=erasure.OfPartner(key.partner_id), at=NOON)
