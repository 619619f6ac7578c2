"""Settings name the recipes; a wrong name stops the start, not a visitor."""

from typing import Any

import pytest
from django.core.checks import run_checks

from mlops import registry


def faults(settings: Any, *paths: str) -> list[tuple[str | None, str]]:
    settings.MLOPS_RECIPES = list(paths)
    return [(found.id, found.msg) for found in registry.check_recipes(None)]


def test_the_sites_own_recipes_are_in_order() -> None:
    assert [found for found in run_checks() if (found.id or "").startswith("mlops.E")] == []


@pytest.mark.parametrize("path", ["nowhere", "tests.toy_recipe.Missing", "tests.missing.ToyFormula", ""])
def test_a_recipe_that_is_not_there_is_an_error(settings: Any, path: str) -> None:
    ((identity, words),) = faults(settings, "tests.toy_recipe.ToyFormula", path)
    assert identity == "mlops.E001"
    assert f"MLOPS_RECIPES names {path}" in words


def test_something_that_is_no_recipe_is_an_error_naming_what_it_lacks(settings: Any) -> None:
    assert faults(settings, "tests.toy_recipe.Scale") == [
        ("mlops.E002", f"tests.toy_recipe.Scale is no recipe: it lacks {', '.join(registry.NEEDED)}")
    ]


def test_a_function_that_tells_of_files_and_is_not_there_is_an_error(settings: Any) -> None:
    settings.MLOPS_FILES = ["tests.mlops.test_registry.faults", "tests.missing.files"]
    assert [(found.id, found.msg.partition(":")[0]) for found in registry.check_files(None)] == [
        ("mlops.E003", "MLOPS_FILES names tests.missing.files")
    ]


@pytest.mark.usefixtures("toys")
def test_recipes_are_found_by_key() -> None:
    assert registry.recipe("toy-formula").title == "Toy formula"
    assert sorted(registry.recipes()) == ["toy-formula", "toy-learner"]
