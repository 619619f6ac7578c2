"""Artefacts in good form whose numbers are not those of a model: by recipe, the arrays and the words of the refusal."""

from typing import Any

import numpy as np

from catalog.recsys.prediction import Predictor
from catalog.recsys.recommender import SCALE, RecommenderModel
from catalog.recsys.spread import Spread
from mlops import arrays
from tests.corpus.artefacts.containers import MEANS, Case

N = 4


def recommender() -> dict[str, Any]:
    """The arrays of a recommender of four films."""
    b = np.zeros((N, N), dtype=np.int32)
    b[0, 1] = SCALE // 2
    predictor = Predictor(7.0, np.zeros(N, np.float32), np.zeros((N, 2), np.float32), 5.0, 10.0, 1.5)
    spread = Spread(np.zeros((N, N), dtype=np.uint8), 1.0)
    ids = np.array([3, 5, 8, 9], dtype=np.int64)
    return dict(RecommenderModel(ids, b, 7, 200.0, predictor, spread).arrays())


def changed(name: str, at: Any, value: Any) -> bytes:
    """The recommender with one number changed."""
    found = {key: array.copy() for key, array in recommender().items()}
    found[name][at] = value
    return arrays.pack(found)


def other(**replaced: Any) -> bytes:
    """The recommender with some arrays replaced; those that are None left out."""
    return arrays.pack({name: array for name, array in {**recommender(), **replaced}.items() if array is not None})


def means(*values: float, **more: Any) -> bytes:
    return arrays.pack({"means": np.array(values, dtype=np.float64), **more})


def swapped(one: str, two: str) -> bytes:
    found = recommender()
    return other(**{one: found[two], two: found[one]})


IDS = recommender()["films"]
TOY: dict[str, Case] = {
    "nan": (means(0, 1, 2, np.nan, 4, 5), "means holds a value that is not finite"),
    "infinity": (means(0, 1, 2, np.inf, 4, 5), "means holds a value that is not finite"),
    "minus-infinity": (means(0, 1, 2, -np.inf, 4, 5), "means holds a value that is not finite"),
    "nan-in-what-is-optional": (means(*range(6), spread=np.full(6, np.nan)), "spread holds a value that is not finite"),
    "no-arrays": (arrays.pack({}), "means is missing"),
    "another-recipes-arrays": (arrays.pack({"factor": np.array([3])}), "factor is no array of this recipe"),
    "one-array-more": (means(*range(6), more=np.zeros(1)), "more is no array of this recipe"),
    "half-the-precision": (arrays.pack({"means": MEANS["means"].astype(np.float32)}), "means is float32"),
    "whole-numbers": (arrays.pack({"means": np.arange(6)}), "means is int64"),
    "one-side-more": (arrays.pack({"means": np.zeros((6, 1))}), "means is float64 of shape"),
    "more-numbers-than-allowed": (means(*range(7)), "6 numbers at most"),
    "too-few-numbers": (means(*range(5)), "means are not 6 numbers"),
    "another-order": (means(5, 4, 3, 2, 1, 0), "holds another learned state"),
    "one-bit-of-one-number": (means(0, 1, 2, 3, 4, np.nextafter(5, 6)), "holds another learned state"),
    "with-what-is-optional-added": (means(*range(6), spread=np.ones(6)), "holds another learned state"),
}
RECOMMENDER: dict[str, Case] = {
    "ids-unsorted": (other(films=IDS[::-1].copy()), "films must be ids in rising order"),
    "ids-twice": (changed("films", 1, 3), "films must be ids in rising order"),
    "ids-of-other-films": (changed("films", 3, 10), "not the set the weights were learned for"),
    "ids-none": (other(films=IDS[:0]), "films must be ids in rising order"),
    "ids-one-less": (other(films=IDS[:3]), "not the set the weights were learned for"),
    "id-set-changed": (changed("film_set", 0, 0), "not the set the weights were learned for"),
    "weights-lift-themselves": (changed("b", (2, 2), 1), "0 on its diagonal"),
    "weights-of-fewer-films": (other(b=np.zeros((3, 3), np.int32)), "b is missing, or not int32 of the shape"),
    "weights-not-square": (other(b=np.zeros((N, 3), np.int32)), "b is missing, or not int32 of the shape"),
    "weights-missing": (other(b=None), "b is missing"),
    "weights-for-more-films-than-allowed": (other(biases=np.zeros(2**14 + 1, np.float32)), "16384 numbers at most"),
    "biases-nan": (changed("biases", 0, np.nan), "biases holds a value that is not finite"),
    "factors-infinite": (changed("factors", (0, 0), np.inf), "factors holds a value that is not finite"),
    "half-width-negative": (changed("half_width", 0, -1.0), "must be above 0"),
    "threshold-beyond-the-scale": (changed("threshold", 0, 11), "threshold must be from 1 to 10"),
    "regularisation-0": (changed("regularisation", 0, 0.0), "regularisation above 0"),
    "inflation-too-large": (changed("inflation", 0, 1e9), "inflation is 1000000000.0"),
    "spread-without-inflation": (other(inflation=None), "inflation is missing"),
    "spread-as-weights": (other(spread=np.zeros((N, N), np.int32)), "spread is int32"),
    "swapped-weights": (other(b=recommender()["b"].T.copy()), "holds another learned state"),
    "swapped-damping-and-ridge": (swapped("damping", "ridge"), "holds another learned state"),
    "one-weight-changed": (changed("b", (0, 1), 1), "holds another learned state"),
}
