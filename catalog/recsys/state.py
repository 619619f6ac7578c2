"""A learned state as named arrays, and back; what comes from outside is looked at before it is believed."""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.recsys.prediction import Predictor
from catalog.recsys.spread import MOST_INFLATION, Spread
from mlops.ports import Array, Arrays, scalar


def written(films: npt.NDArray[np.int64], threshold: int, predictor: Predictor, spread: Spread | None) -> Arrays:
    """Return what all models of lists have; `film_set` is the SHA-256 of the ids, so that weights never meet another set."""
    found: dict[str, Array] = {
        "films": films,
        "film_set": _film_set(films),
        "threshold": np.array([threshold], dtype=np.int64),
        "mean": np.array([predictor.mean], dtype=np.float64),
        "biases": predictor.biases,
        "factors": predictor.factors,
        "damping": np.array([predictor.damping], dtype=np.float64),
        "ridge": np.array([predictor.ridge], dtype=np.float64),
        "half_width": np.array([predictor.half_width], dtype=np.float64),
    }
    if spread is not None:
        found |= {"spread": spread.codes, "inflation": np.array([spread.inflation], dtype=np.float64)}
    return found


def read(arrays: Arrays) -> dict[str, Any]:
    """Return the parts of a RecommenderModel, by name. Raises ValueError naming the array that is missing or unsound."""
    found = common(arrays)
    n = len(found["films"])
    b = array(arrays, "b", np.int32, 2, n, n)
    if np.any(np.diagonal(b)):
        raise ValueError("b must be 0 on its diagonal: no film lifts itself")
    regularisation = _number(arrays, "regularisation")
    if regularisation <= 0:
        raise ValueError("b needs a regularisation above 0")
    return {**found, "b": b, "regularisation": regularisation}


def read_nearest(arrays: Arrays) -> dict[str, Any]:
    """Return the parts of a NeighboursModel, by name. Raises ValueError as above."""
    found = common(arrays)
    n = len(found["films"])
    near = array(arrays, "near", np.int32, 2, n)
    weight = array(arrays, "weight", np.int32, 2, *near.shape)
    if np.any((near < 0) | (near >= n)):
        raise ValueError("near must be places of films")
    if np.any(weight < 0) or np.any(weight[near == np.arange(n)[:, None]]):
        raise ValueError("weight must be 0 or more, and 0 where a film is its own neighbour")
    later = weight[:, 1:] > 0
    if np.any(later & ((np.diff(near, axis=1) <= 0) | (weight[:, :-1] == 0))):
        raise ValueError("near must rise along each row, and what weighs nothing be last: no film counts twice")
    shrinkage = _number(arrays, "shrinkage")
    if shrinkage < 0:
        raise ValueError("shrinkage must be 0 or more")
    return {**found, "near": near, "weight": weight, "shrinkage": shrinkage}


def common(arrays: Arrays) -> dict[str, Any]:
    """Return the parts that all models of lists have, by name. Raises ValueError as above."""
    films = array(arrays, "films", np.int64, 1)
    n = len(films)
    if not n or np.any(np.diff(films) <= 0):
        raise ValueError("films must be ids in rising order, at least one")
    if not np.array_equal(array(arrays, "film_set", np.uint8, 1), _film_set(films)):
        raise ValueError("films are not the set the weights were learned for")
    threshold = scalar(arrays, "threshold")
    if not 1 <= threshold <= 10:
        raise ValueError("threshold must be from 1 to 10")
    return {"films": films, "threshold": threshold, "predictor": _predictor(arrays, n), "spread": _spread(arrays, n)}


def _predictor(arrays: Arrays, n: int) -> Predictor:
    found = Predictor(
        mean=_number(arrays, "mean"),
        biases=array(arrays, "biases", np.float32, 1, n),
        factors=array(arrays, "factors", np.float32, 2, n),
        damping=_number(arrays, "damping"),
        ridge=_number(arrays, "ridge"),
        half_width=_number(arrays, "half_width"),
    )
    if min(found.damping, found.ridge, found.half_width) <= 0:
        raise ValueError("damping, ridge and half_width must be above 0")
    return found


def _spread(arrays: Arrays, n: int) -> Spread | None:
    if "spread" not in arrays and "inflation" not in arrays:
        return None
    found = Spread(array(arrays, "spread", np.uint8, 2, n, n), _number(arrays, "inflation"))
    if not 0 <= found.inflation <= MOST_INFLATION:
        raise ValueError(f"inflation is {found.inflation}: it must be from 0 to {MOST_INFLATION:.0f}")
    return found


def _number(arrays: Arrays, name: str) -> float:
    return float(array(arrays, name, np.float64, 1, 1)[0])


def array(arrays: Arrays, name: str, dtype: type[np.generic], ndim: int, *shape: int) -> Array:
    """Return one array of this type whose first sizes are these. Raises ValueError naming it."""
    found = arrays.get(name)
    if found is None or found.dtype != dtype or found.ndim != ndim or found.shape[: len(shape)] != shape:
        raise ValueError(f"{name} is missing, or not {np.dtype(dtype).name} of the shape the films ask for")
    if np.issubdtype(found.dtype, np.floating) and not np.isfinite(found).all():
        raise ValueError(f"{name} holds what is no number")
    return found


def _film_set(films: Array) -> npt.NDArray[np.uint8]:
    digest = hashlib.sha256(np.asarray(films, dtype="<i8").tobytes()).digest()
    return np.frombuffer(digest, dtype=np.uint8)
