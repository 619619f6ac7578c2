from typing import Any

import pytest
from django.apps import apps

from mlops import registry

# The admin wears this site's theme and knows its people; on another site there is nothing of it to test.
collect_ignore_glob = [] if apps.is_installed("catalog") else ["test_admin*.py"]


@pytest.fixture
def toys(settings: Any) -> None:
    """Two toy recipes in the place of the site's own."""
    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
    registry.recipes.cache_clear()
