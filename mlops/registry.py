"""The recipes that settings name, by key."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string

from mlops.ports import Recipe

NEEDED = (
    *("key", "title", "kind", "dataset_key", "subject", "columns", "gates", "params", "resources", "state"),
    *("checked", "extract", "split", "partial", "fit", "rivals", "evaluate", "stability", "compare", "load"),
)


@cache
def recipes() -> dict[str, Recipe]:
    """Return every recipe of MLOPS_RECIPES by its key."""
    found = [cast(Recipe, import_string(path)()) for path in settings.MLOPS_RECIPES]
    return {recipe.key: recipe for recipe in found}


def recipe(key: str) -> Recipe:
    """Return one recipe. Raises KeyError naming those there are."""
    try:
        return recipes()[key]
    except KeyError:
        raise KeyError(f"no recipe {key!r}; there are: {', '.join(sorted(recipes()))}") from None


def check_recipes(app_configs: Any, **_: Any) -> Sequence[checks.CheckMessage]:
    """Report each name in MLOPS_RECIPES that is missing or is no recipe."""
    wrong: list[checks.CheckMessage] = []
    for path in settings.MLOPS_RECIPES:
        try:
            found = import_string(path)
        except ImportError as error:
            wrong.append(checks.Error(f"MLOPS_RECIPES names {path}: {error}", id="mlops.E001"))
            continue
        lacking = [name for name in NEEDED if not hasattr(found, name)]
        if lacking:
            wrong.append(checks.Error(f"{path} is no recipe: it lacks {', '.join(lacking)}", id="mlops.E002"))
    return wrong
