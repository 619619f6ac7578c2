"""A small learned version in service: its weights typed by hand, its way through gates and votes the real one."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from catalog.models import Movie
from catalog.recsys.linear import LinearModel
from catalog.recsys.prediction import Predictor
from catalog.recsys.recommender import SCALE, RecommenderModel
from catalog.recsys.spread import Spread
from mlops import arrays, store
from mlops.models import ModelVersion
from tests.factories.mlops import make_candidate, make_promotion

Weights = Mapping[
    tuple[int, int], float
]  # (from, to), by place among the films: how much liking the one lifts the other

# The first film speaks loudly for 2, 3 and 4; the second for 4, and against 3; the third whispers for the sixth.
LIFTS: Weights = {(0, 1): 0.5, (0, 2): 0.4, (0, 3): 0.3, (1, 3): 0.4, (1, 2): -0.2, (1, 0): 0.1, (2, 5): 0.01}


def small_model(films: Sequence[Movie], lifts: Weights = LIFTS, *, measured: bool = True) -> RecommenderModel:
    """A model that knows these films. measured: its ranks have intervals."""
    ids, n = np.array(sorted(film.pk for film in films), dtype=np.int64), len(films)
    b = np.zeros((n, n), dtype=np.int32)
    for place, weight in lifts.items():
        b[place] = round(weight * SCALE)
    spread = Spread(np.full((n, n), 170, dtype=np.uint8) * (b != 0).astype(np.uint8), 1.0) if measured else None
    biases = np.linspace(0.5, -0.5, n, dtype=np.float32)
    predictor = Predictor(7.0, biases, np.zeros((n, 2), dtype=np.float32), 5.0, 10.0, 1.5)
    return RecommenderModel(ids, b, 7, 200.0, predictor, spread)


def serve(model: LinearModel, **given: Any) -> ModelVersion:
    """Put a model into service as two people would: registered by a run, asked for, approved."""
    return make_promotion(candidate(model, **given)).version


def candidate(model: LinearModel, **given: Any) -> ModelVersion:
    """Register a model as a run leaves it: nobody has asked for it yet."""
    digest = store.put(arrays.pack(model.arrays()))
    return make_candidate(**{"recipe_key": "recommender", "artefact_digest": digest, **given})
