from typing import Any

import pytest

from mlops import registry


@pytest.fixture
def toys(settings: Any) -> None:
    """Two toy recipes in the place of the site's own."""
    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
    registry.recipes.cache_clear()
