"""One file per step: READS, the steps whose output it uses; run(work), which returns its own; files(output).

files names what of an output is in the store.
"""

from mlops.pipeline.steps import compare, evaluate, fit, freeze, grid, partials, register, split, stability

BY_NAME = {
    "freeze": freeze,
    "split": split,
    "partials": partials,
    "fit": fit,
    "evaluate": evaluate,
    "stability": stability,
    "compare": compare,
    "register": register,
    "grid": grid,
}
