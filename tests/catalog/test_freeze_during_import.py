"""A dataset frozen while ratings arrive is that of its moment, whatever is written meanwhile."""

from datetime import timedelta

import pytest

from catalog.demo import holding
from catalog.models import Rating
from catalog.services import demo
from mlops import registry
from mlops.pipeline.freeze import freeze
from mlops.ports import SYSTEM
from tests.catalog.test_load_demo import generated_set, load_set
from tests.factories.mlops import NOON
from tests.flows.house import together


@pytest.mark.django_db(transaction=True)
def test_a_run_that_freezes_during_an_import_learns_from_its_own_moment(settings, tmp_path):
    settings.STATE = tmp_path
    whole = generated_set()
    loaded, later = holding.held_back(whole.ratings, 50)
    load_set(demo.DemoSet(**{**vars(whole), "ratings": loaded}))
    recipe = registry.recipe("recommender")

    def frozen():
        return freeze(recipe=recipe, until=NOON, by=SYSTEM, at=NOON + timedelta(hours=1))

    before = frozen()
    moment = NOON + timedelta(minutes=1)

    def fed():
        return demo.feed_ratings(ratings=later, source_key="generated", by=SYSTEM, at=moment)

    new, *datasets = together(fed, frozen, frozen)
    assert (new, Rating.objects.count()) == (len(later), len(whole.ratings))
    assert [found.fingerprint for found in datasets] == [before.fingerprint] * 2
    after = freeze(recipe=recipe, until=moment, by=SYSTEM, at=moment)
    assert (after.rows, after.fingerprint != before.fingerprint) == (len(whole.ratings), True)
