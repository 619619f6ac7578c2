"""What members watched to the end, as rows of a dataset: labelled, with consent alone, and no news to what does not count it."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Movie, Play, User
from catalog.recipes.recommender import Recommender
from catalog.recsys.signals import SIGNALS
from catalog.selectors import extracts
from catalog.services import erasure
from mlops import arrays
from mlops.pipeline import parquet
from mlops.pipeline.freeze import freeze
from mlops.pipeline.workspace import fold_digest
from mlops.ports import SYSTEM, Extract
from mlops.services import datasets, monitoring
from tests.catalog import staff
from tests.catalog.page_words import text
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_candidate, make_promotion

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WATCHED = SIGNALS.index("WATCHED")


@pytest.fixture
def films() -> list[Movie]:
    return make.small_catalogue(6)


@pytest.fixture
def viewer(films: list[Movie]) -> User:
    """Somebody who rated one film, and keeps what they watch."""
    user = make.make_user()
    make.make_member_rating(films[0], by=user, value=9)
    make.make_preferences(user, record_plays=True)
    return user


def finished(user: User, film: Movie, at: Any = NOON, **given: Any) -> Play:
    return make.make_play(user, film, position=60, furthest=60, finished_at=at, **given)


def watched(until: Any = NOON + DAY, since: Any = None) -> list[tuple[int, int, int]]:
    """(film, value, hours after noon) of each row of what was watched."""
    rows, _ = extracts.ratings(since, until)
    hours = ((rows["recorded"] - int(NOON.timestamp())) // 3600).tolist()
    assert rows["at"][rows["signal"] == WATCHED].tolist() == rows["recorded"][rows["signal"] == WATCHED].tolist()
    found = zip(rows["film"].tolist(), rows["value"].tolist(), hours, rows["signal"].tolist(), strict=True)
    return [(film, value, hour) for film, value, hour, signal in found if signal == WATCHED]


# --- which rows --------------------------------------------------------------------------------------------------
def test_what_was_watched_to_the_end_is_a_row_from_that_moment_on(viewer: User, films: list[Movie]) -> None:
    finished(viewer, films[1], NOON + HOUR)
    finished(viewer, films[1], NOON + 3 * HOUR)  # again: it was known already
    make.make_play(viewer, films[2])
    assert watched(NOON) == []
    assert watched(NOON + HOUR) == watched() == [(films[1].pk, 0, 1)]
    assert watched(since=NOON + 2 * HOUR) == []
    _, origins = extracts.ratings(None, NOON + DAY)
    assert [(one.key, one.rows) for one in origins] == [("members", 1), ("viewers", 1)]


def test_of_whoever_does_not_say_so_or_says_so_no_longer_there_is_no_row(viewer: User, films: list[Movie]) -> None:
    other = make.make_user()
    make.make_member_rating(films[0], by=other, value=9)
    finished(other, films[1])
    finished(viewer, films[1])
    assert len(watched()) == 1
    viewer.preferences.record_plays = False
    viewer.preferences.save()
    assert watched() == []


# --- who counts it, and who does not -----------------------------------------------------------------------------
class OfBefore(Recommender):
    """The recipe as it was before datasets had signals."""

    columns = [column for column in Recommender.columns if column.name != "signal"]

    def extract(self, since: Any, until: Any) -> Extract:
        rows, origins = extracts.ratings(since, until)
        rated = rows["signal"] != WATCHED
        return Extract({name: column[rated] for name, column in rows.items() if name != "signal"}, origins)


def crowd(films: list[Movie], count: int = 40) -> list[User]:
    """Members of two tastes, who keep what they watch."""
    users = [make.make_user() for _ in range(count)]
    for number, user in enumerate(users):
        make.make_preferences(user, record_plays=True)
        for place, film in enumerate(films):
            make.make_member_rating(film, by=user, value=9 if place % 2 == number % 2 else 3, at=NOON)
    return users


def test_a_dataset_frozen_before_is_read_split_and_summed_as_it_was(films: list[Movie]) -> None:
    users, extra = crowd(films, 20), make.make_movie()
    finished(users[0], extra)
    old, new = (
        freeze(recipe=recipe, until=NOON + DAY, by=SYSTEM, at=NOON + DAY) for recipe in (OfBefore(), Recommender())
    )
    assert old.fingerprint != new.fingerprint
    assert (old.rows, new.rows) == (120, 121)
    recipe, rows = Recommender(), [parquet.rows_of(one) for one in (old, new)]
    folds = [recipe.split(one)[0] for one in rows]
    assert fold_digest(folds[0]) == fold_digest(OfBefore().split(rows[0])[0])
    params = recipe.checked({"regularisation": 5, "rank": 1})
    fits = [recipe.fit([recipe.partial(fold.train)], params, 0).arrays() for fold in folds]
    assert arrays.digest(fits[0]) == arrays.digest(fits[1])


def test_what_is_watched_moves_nothing_that_is_watched_for_drift(films: list[Movie]) -> None:
    users = crowd(films)
    dataset = freeze(recipe=Recommender(), until=NOON, by=SYSTEM, at=NOON)
    make_promotion(make_candidate(recipe_key="recommender", run={"dataset": dataset}))
    unseen = [make.make_movie(year=1999) for _ in range(15)]
    Play.objects.bulk_create(
        Play(user=user, movie=film, started_at=NOON, seen_at=NOON, length=60, finished_at=NOON + HOUR)
        for user in users
        for film in unseen
    )
    assert len(watched(since=NOON + HOUR)) == 600  # enough to be judged, were they ratings
    assert monitoring.measure_drift(recipe_key="recommender", by=SYSTEM, at=NOON + DAY) is None
    later = freeze(recipe=Recommender(), until=NOON + DAY, by=SYSTEM, at=NOON + DAY)
    assert later.rows == dataset.rows + 600
    assert {name: kept["counts"] for name, kept in later.histograms.items()} == {
        name: kept["counts"] for name, kept in dataset.histograms.items()
    }


def test_staff_read_among_which_rows_a_column_is_watched_for_drift(viewer: User) -> None:
    dataset = freeze(recipe=Recommender(), until=NOON + DAY, by=SYSTEM, at=NOON + DAY)
    page = staff.superuser().get(f"/admin/mlops/dataset/{dataset.pk}/change/")
    assert text(page).count("yes, where signal is 0") == 3  # points, the film's year, its votes


# --- erasure -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_an_erasure_takes_it_out_of_the_tables_and_of_what_was_frozen(viewer: User, films: list[Movie]) -> None:
    crowd(films, 4)
    subject = str(viewer.rater.subject_id)
    finished(viewer, films[1])
    dataset = freeze(recipe=Recommender(), until=NOON + DAY, by=SYSTEM, at=NOON + DAY)
    assert (parquet.rows_of(dataset)["subject"] == subject).sum() == 2
    officer = make.make_user(is_staff=True, is_superuser=True)
    erasure.erase_member(subject=viewer.subject_id, reason="at their wish", by=officer, at=NOON + DAY)
    dataset.refresh_from_db()
    rows = parquet.rows_of(dataset)
    assert (subject in rows["subject"], WATCHED in rows["signal"]) == (False, False)
    assert not Play.objects.exists()
    assert datasets.find(dataset_key=dataset.dataset_key, fingerprint=dataset.fingerprint) == dataset
