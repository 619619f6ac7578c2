"""What settings name: the recipes, by key, and whoever else keeps files in the store."""

from collections.abc import Callable, Collection, Sequence
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


def files_of_others() -> set[str]:
    """Return the digests of the stored files that rows of other apps need, as the functions of MLOPS_FILES tell them."""
    tellers = [cast(Callable[[], Collection[str]], import_string(path)) for path in _tellers()]
    return {digest for teller in tellers for digest in teller()}


def _tellers() -> Sequence[str]:
    return cast(Sequence[str], getattr(settings, "MLOPS_FILES", ()))


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


def check_files(app_configs: Any, **_: Any) -> Sequence[checks.CheckMessage]:
    """Report each name in MLOPS_FILES that is missing."""
    wrong: list[checks.CheckMessage] = []
    for path in _tellers():
        try:
            import_string(path)
        except ImportError as error:
            wrong.append(checks.Error(f"MLOPS_FILES names {path}: {error}", id="mlops.E003"))
    return wrong
