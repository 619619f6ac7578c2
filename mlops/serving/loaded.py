"""Models in the memory of one process: loaded once per version and artefact, never trusted, few at a time."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from threading import Lock

from mlops import signing, store
from mlops.errors import BadArtefact
from mlops.models import ModelVersion
from mlops.ports import Model
from mlops.services import manifests

logger = logging.getLogger(__name__)
MOST = 2  # models of one recipe: the one in force and the one before it, which stands in when the new one is broken
Key = tuple[
    int, str
]  # a version's key and its artefact's digest: the same bytes under another manifest are not the same


@dataclass(frozen=True)
class Seen:
    """What a model was loaded from, or refused for: the file then, the manifest, and the keys that were trusted."""

    file: store.Trace | None
    bundle: str
    keys: tuple[str, ...]


class Memory:
    """What one process has loaded, what it could not load, and what it said of it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.models: dict[str, OrderedDict[Key, Model]] = {}
        self.refused: dict[Key, tuple[Seen, str]] = {}
        self.sound: dict[Key, Seen] = {}
        self.faults: dict[str, str] = {}  # by recipe

    def model(self, recipe_key: str, key: Key) -> Model:
        """Return the model of a version, loaded by whoever asks first. Raises BadArtefact.

        What was refused is not read again until file, manifest or keys are others: hashing 88 MB for each visitor would
        be a fault of its own.
        """
        found = self.remembered(recipe_key, key)
        if found is not None:
            return found
        with self.lock:
            found = self.remembered(recipe_key, key)
            return self._load(recipe_key, key) if found is None else found

    def remembered(self, recipe_key: str, key: Key) -> Model | None:
        """Return a model when it is in memory, and keep it there longer for it."""
        kept = self.models.get(recipe_key)
        if kept is None or key not in kept:
            return None
        try:
            kept.move_to_end(key)
            return kept[key]
        except KeyError:  # another thread has just let it go
            return None

    def fault(self, recipe_key: str, words: str) -> None:
        """Remember what is wrong, and log it when it is new."""
        if self.faults.get(recipe_key) != words:
            logger.error("%s", words)
        self.faults[recipe_key] = words

    def source_fault(self, recipe_key: str) -> str:
        """Return what is wrong with file or manifest of the model used last, or nothing; read only when one changed."""
        key = next(reversed(self.models[recipe_key]))
        try:
            seen = _seen(key)
            if seen.file is None or seen != self.sound.get(key):
                manifests.open_checked(_version(key))
                self.sound[key] = seen
        except BadArtefact as error:
            return f"it serves from memory, and could not be loaded again: {error}"
        return ""

    def _load(self, recipe_key: str, key: Key) -> Model:
        seen = _seen(key)
        before = self.refused.get(key)
        if before and before[0] == seen:
            raise BadArtefact(before[1])
        try:
            model = manifests.load(_version(key))
        except BadArtefact as error:
            self.refused[key] = (seen, str(error))
            raise
        self.refused.pop(key, None)
        self.sound[key] = seen
        kept = self.models.setdefault(recipe_key, OrderedDict())
        kept[key] = model
        while len(kept) > MOST:
            gone, _ = kept.popitem(last=False)
            self.sound.pop(gone, None)
        return model


@cache
def memory() -> Memory:
    """Return this process's memory of models."""
    return Memory()


def _seen(key: Key) -> Seen:
    version_id, digest = key
    keys = tuple(signing.key_id(one) for one in manifests.trusted())
    return Seen(store.trace(digest), manifests.bundle_of(version_id), keys)


def _version(key: Key) -> ModelVersion:
    return ModelVersion.objects.select_related("gate_report", "run__dataset").get(pk=key[0])
