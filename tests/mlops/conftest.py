from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import override_settings

from mlops import registry

# The admin wears this site's theme and knows its people; on another site there is nothing of it to test.
collect_ignore_glob = [] if apps.is_installed("catalog") else ["test_admin*.py"]


@pytest.fixture
def toy_recipes(settings: Any) -> None:
    """Two toy recipes in the place of the site's own."""
    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
    registry.recipes.cache_clear()


@pytest.fixture
def toys(toy_recipes: None, _django_db_helper: None) -> Iterator[None]:
    """These, and nothing governed but what every site has."""
    with override_settings(MLOPS_GOVERNED={}):  # over before the database is emptied, where the triggers must be known
        yield
