"""What the demo keeps back: the last ratings by time, on record, and fed later as if given now."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError

from catalog.demo import generated, holding
from catalog.errors import CatalogError
from catalog.models import DataImport, Movie, Rater, Rating, Tally
from catalog.services import demo, tallies
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests.catalog.test_load_demo import generated_set, load, load_set
from tests.factories.mlops import NOON, make_genesis

database = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_state(settings, tmp_path):
    settings.STATE = tmp_path  # accounts.txt


def drawn(count=60):
    return generated_set(count).ratings


@pytest.mark.parametrize(("percent", "later"), [(0, 0), (10, 30), (33, 99), (100, 300)])
def test_the_last_ratings_by_time_are_kept_back(percent, later):
    loaded, kept = holding.held_back(drawn(), percent)
    assert (len(loaded), len(kept)) == (300 - later, later)
    assert max(loaded.rated_at, default=0) <= min(kept.rated_at, default=2**40)
    assert kept.rated_at.tolist() == sorted(kept.rated_at.tolist())
    pairs = [(rater, film) for part in (loaded, kept) for rater, film in zip(part.raters, part.film_ids, strict=True)]
    assert sorted(pairs) == sorted(zip(drawn().raters, drawn().film_ids, strict=True))


@database
@pytest.mark.parametrize("percent", ["-1", "101"])
def test_an_impossible_share_is_refused_in_words(percent):
    with pytest.raises(CommandError, match="per cent of the ratings can be held back"):
        load("--demo", "generated", "--films", "60", "--hold-back", percent)


@database
def test_what_was_kept_back_is_in_the_report_and_feeding_it_moves_no_chart():
    make_genesis()
    load("--demo", "generated", "--films", "60", "--hold-back", "25")
    assert Rating.objects.count() == 7_548
    report = DataImport.objects.get(report__kind="ratings").report["held_back"]
    assert (report["percent"], report["ratings"]) == (25, 2_517)
    assert report["first_at"] >= Rating.objects.latest("rated_at").rated_at.timestamp()
    parts = holding.held_back(generated.generated_ratings(1895, generated.generated_films(1895, 60), 671, 10_065), 25)
    before = dict(Tally.objects.values_list("movie_id", "points"))
    fed = demo.feed_ratings(ratings=parts[1], source_key="generated", by=SYSTEM, at=NOON)
    assert (fed, Rating.objects.count()) == (2_517, 10_065)
    assert dict(Tally.objects.values_list("movie_id", "points")) == before
    assert tallies.differences() == []


@database
def test_what_is_fed_is_recorded_now_with_its_own_time_and_history():
    whole = generated_set()
    loaded, later = holding.held_back(whole.ratings, 50)
    load_set(replace(whole, ratings=loaded))
    raters, soon = Rater.objects.count(), NOON + timedelta(hours=1)
    assert demo.feed_ratings(ratings=later, source_key="generated", by=SYSTEM, at=soon) == 150
    fed = Rating.objects.filter(recorded_at=soon)
    assert sorted(int(one.rated_at.timestamp()) for one in fed) == later.rated_at.tolist()
    assert Rating.history.filter(history_date=soon, history_type="+").count() == 150
    assert Rater.objects.count() == len(set(whole.ratings.raters.tolist())) >= raters
    assert set(Rater.objects.values_list("kind", flat=True)) == {"DEMO"}
    event = AuditEvent.objects.order_by("-seq").first()
    assert (event.action, event.facts["detail"]) == ("demo.fed", {"ratings": 150, "source": "generated"})
    assert demo.feed_ratings(ratings=later, source_key="generated", by=SYSTEM, at=soon) == 0  # feeding twice is once
    assert Rating.objects.count() == 300


@database
def test_feeding_needs_the_demo_and_passes_over_films_that_are_gone():
    with pytest.raises(CatalogError, match="load the demo before feeding"):
        demo.feed_ratings(ratings=drawn(), source_key="generated", by=SYSTEM, at=NOON)
    whole = generated_set()
    load_set(replace(whole, ratings=holding.held_back(whole.ratings, 100)[0]))
    gone = int(whole.ratings.film_ids[0])
    Movie.objects.get(pk=gone).delete()
    left = int((whole.ratings.film_ids != gone).sum())
    assert demo.feed_ratings(ratings=whole.ratings, source_key="generated", by=SYSTEM, at=NOON) == left < 300
