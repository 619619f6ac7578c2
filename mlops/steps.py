"""The steps of a run, in order, and what each is declared to need where a recipe does not say."""

from collections.abc import Mapping

from mlops.ports import Recipe, Resources

STEPS = ("freeze", "split", "partials", "fit", "evaluate", "stability", "compare", "register")
TRACKED = STEPS[:5]  # of a grid's point: it is measured, and makes no version
GRID = ("freeze", "grid")  # of a grid: its points are runs of their own
DEFAULTS: Mapping[str, Resources] = {
    "freeze": Resources(1, 500, 60),
    "grid": Resources(1, 300, 10),
    "split": Resources(1, 500, 30),
    "partials": Resources(1, 500, 60),
    "fit": Resources(1, 1_000, 300),
    "evaluate": Resources(1, 1_000, 300),
    "stability": Resources(1, 1_000, 600),
    "compare": Resources(1, 500, 60),
    "register": Resources(1, 300, 10),
}


def declared(recipe: Recipe, step: str) -> Resources:
    """Return what a step of this recipe is declared to need."""
    return recipe.resources.get(step) or DEFAULTS[step]
