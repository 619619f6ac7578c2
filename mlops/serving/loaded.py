"""Models in the memory of one process: loaded once per artefact, never trusted, few at a time."""

import logging
from collections import OrderedDict
from functools import cache
from threading import Lock

import numpy as np

from mlops import arrays, registry, store
from mlops.errors import BadArtefact
from mlops.ports import Arrays, Model, Recipe

logger = logging.getLogger(__name__)
MOST = 2  # models of one recipe: the one in force and the one before it, which stands in when the new one is broken
MALFORMED = (ValueError, KeyError, TypeError, IndexError, OverflowError)


class Memory:
    """What one process has loaded, what it could not load, and what it said of it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.models: dict[str, OrderedDict[str, Model]] = {}
        self.refused: dict[str, tuple[store.Trace | None, str]] = {}  # by digest: the file then, and why
        self.sound: dict[str, store.Trace | None] = {}  # by digest: the file whose bytes were right
        self.faults: dict[str, str] = {}  # by recipe

    def model(self, recipe_key: str, digest: str) -> Model:
        """Return the model of an artefact, loaded by whoever asks first. Raises BadArtefact.

        A file that was refused is not read again until it is another one: hashing 88 MB for each visitor would be a
        fault of its own.
        """
        found = self.remembered(recipe_key, digest)
        if found is not None:
            return found
        with self.lock:
            found = self.remembered(recipe_key, digest)
            return self._load(recipe_key, digest) if found is None else found

    def remembered(self, recipe_key: str, digest: str) -> Model | None:
        """Return a model when it is in memory, and keep it there longer for it."""
        kept = self.models.get(recipe_key)
        if kept is None or digest not in kept:
            return None
        try:
            kept.move_to_end(digest)
            return kept[digest]
        except KeyError:  # another thread has just let it go
            return None

    def fault(self, recipe_key: str, words: str) -> None:
        """Remember what is wrong, and log it when it is new."""
        if self.faults.get(recipe_key) != words:
            logger.error("%s", words)
        self.faults[recipe_key] = words

    def file_fault(self, recipe_key: str) -> str:
        """Return what is wrong with the stored file of the model used last, or nothing; read only when it changed."""
        digest = next(reversed(self.models[recipe_key]))
        trace = store.trace(digest)
        if trace is None or trace != self.sound.get(digest):
            try:
                store.open(digest)
            except BadArtefact as error:
                return f"it serves from memory, and could not be loaded again: {error}"
            self.sound[digest] = trace
        return ""

    def _load(self, recipe_key: str, digest: str) -> Model:
        trace = store.trace(digest)
        before = self.refused.get(digest)
        if before and before[0] == trace:
            raise BadArtefact(before[1])
        try:
            model = _model(registry.recipe(recipe_key), digest)
        except BadArtefact as error:
            self.refused[digest] = (trace, str(error))
            raise
        self.refused.pop(digest, None)
        self.sound[digest] = trace
        kept = self.models.setdefault(recipe_key, OrderedDict())
        kept[digest] = model
        while len(kept) > MOST:
            gone, _ = kept.popitem(last=False)
            self.sound.pop(gone, None)
        return model


@cache
def memory() -> Memory:
    """Return this process's memory of models."""
    return Memory()


def _model(recipe: Recipe, digest: str) -> Model:
    try:
        found = arrays.unpack(store.open(digest))
        _check_finite(found)
        return recipe.load(found)
    except MALFORMED as error:
        raise BadArtefact(f"artefact {digest} is not of {recipe.key}: {error}") from error


def _check_finite(found: Arrays) -> None:
    """Raises ValueError naming the first array that holds NaN or infinity."""
    for name, value in found.items():
        if np.issubdtype(value.dtype, np.inexact) and not np.isfinite(value).all():
            raise ValueError(f"{name} holds a value that is not finite")
