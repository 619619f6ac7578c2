"""A real serving process while artefact and manifest are changed byte by byte, and one that is rolled back a hundred times."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import connection, transaction

from catalog.models import Movie, User
from mlops import arrays, serving, store
from mlops.errors import BadArtefact
from mlops.models import Manifest, ModelVersion
from mlops.ports import StateArray
from mlops.services import manifests, promotion
from mlops.serving.loaded import memory
from mlops.triggers import database
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import make_member_rating, make_user, small_catalogue
from tests.factories.mlops import NOON, make_approver, make_candidate, make_promotion
from tests.flows.house import Visitor, web
from tests.proofs.conftest import Tell
from tests.toy_recipe import ITEMS, ToyLearner

GUARDS = ("mlops_manifest_no_update", "mlops_manifest_captured_update")
LIFTS = {(0, 1): 0.5, (0, 2): 0.4}  # of the version before


# --- bytes -------------------------------------------------------------------------------------------------------
@pytest.fixture
def reader(transactional_db: None) -> tuple[User, list[Movie]]:
    """Somebody whose list a recommender makes."""
    films, user = small_catalogue(6), make_user()
    make_member_rating(films[0], by=user, value=9)
    return user, films


@pytest.mark.worker
def test_no_changed_byte_is_loaded_and_no_request_fails(
    reader: tuple[User, list[Movie]], valkey: str, tmp_path: Path, long: bool, tell: Tell
) -> None:
    user, films = reader
    first = Changes(serve(small_model(films, LIFTS)))
    with web(valkey, tmp_path) as port, visited(port, user) as answers:
        charts = sum(_refused(port, user, kept="") for _ in first.of(200 if long else 6))
        first.undo()
        assert "recommender v1" in Visitor(port, user).get("/for-you")[1]
        second = Changes(serve(small_model(films)))
        refused = sum(_refused(port, user, kept="recommender v1") for _ in second.of(1_000 if long else 44))
        second.undo()
        assert "recommender v2" in Visitor(port, user).get("/for-you")[1]
        assert _models(port) == "ok"
    assert (charts, refused) == (first.made, second.made)
    assert [code for code in answers if code != 200] == []
    tell("changed bytes, the model before serving on", f"{refused} of {second.made} refused")
    tell("changed bytes with no model before, the chart shown", f"{charts} of {first.made} refused")
    tell("requests meanwhile", f"{len(answers)}, 0 of them failed")


def _refused(port: int, user: User, kept: str) -> bool:
    """Whether both this process, which remembers nothing, and the serving one refuse, and a page is answered all the same."""
    memory.cache_clear()
    with pytest.raises(BadArtefact):
        serving.served("recommender")
    code, page = Visitor(port, user).get("/for-you")
    label = kept or "recommender v"
    return code == 200 and (label in page) is bool(kept) and "cannot be loaded" in _models(port)


def _models(port: int) -> str:
    code, text = Visitor(port).get("/healthz")
    assert code in (200, 503), text
    return str(json.loads(text)["parts"]["models"])


@contextmanager
def visited(port: int, user: User) -> Iterator[list[int]]:
    """Somebody who asks for pages all the time; the answers' codes, 0 for none."""
    answers: list[int] = []
    enough = Event()

    def ask() -> None:
        visitor = Visitor(port)
        visitor.cookies = dict(signed_in.cookies)
        while not enough.is_set():
            for path in ("/for-you", "/top"):
                try:
                    answers.append(visitor.get(path)[0])
                except OSError:
                    answers.append(0)

    signed_in = Visitor(port, user)
    thread = Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        enough.set()
        thread.join()


class Changes:
    """One byte of a version's artefact, or one letter of its manifest, is another; the next change comes before the last
    one is undone, so that in between nothing is ever whole.
    """

    def __init__(self, version: ModelVersion) -> None:
        digest = version.artefact_digest
        self.file = Path(settings.ARTEFACTS) / digest[:2] / digest
        self.version, self.bundle, self.data = version, manifests.bundle_of(version.pk), self.file.read_bytes()
        self.made, self.rng = 0, random.Random(1985)
        self._file(self._other(self.data))

    def of(self, count: int) -> Iterator[int]:
        """Half of them in the artefact, half in the manifest."""
        for self.made in range(1, count // 2 + 1):
            self._file(self._other(self.data))
            yield self.made
        self._manifest(self._letter())
        self._file(self.data)
        for self.made in range(count // 2 + 1, count + 1):
            self._manifest(self._letter())
            yield self.made

    def undo(self) -> None:
        self._manifest(self.bundle)

    def _other(self, data: bytes) -> bytes:
        changed = bytearray(data)
        changed[self.rng.randrange(len(data))] ^= self.rng.randrange(1, 256)
        return bytes(changed)

    def _letter(self) -> str:
        place = self.rng.randrange(len(self.bundle))
        letter = self.rng.choice([chr(c) for c in range(32, 127) if chr(c) != self.bundle[place]])
        return self.bundle[:place] + letter + self.bundle[place + 1 :]

    def _file(self, data: bytes) -> None:
        draft = self.file.with_name("draft")
        draft.write_bytes(data)
        draft.rename(self.file)

    def _manifest(self, text: str) -> None:
        """As somebody who owns the tables: the guards step aside for one statement."""
        guards = [trigger for trigger in database.triggers() if trigger.name in GUARDS]
        on = " ON mlops_manifest" if connection.vendor == "postgresql" else ""
        with transaction.atomic(), connection.cursor() as cursor:
            for guard in guards:
                cursor.execute(f"DROP TRIGGER {guard.name}{on}")
            Manifest.objects.filter(version=self.version).update(bundle=text)
            for guard in guards:
                for statement in database._statements(guard, connection):
                    cursor.execute(statement)


# --- rollback ----------------------------------------------------------------------------------------------------
def state(number: float) -> str:
    return store.put(arrays.pack({"means": np.full(ITEMS, float(number))}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("toy_recipes")
def test_every_rollback_serves_what_was_before(long: bool, tell: Tell) -> None:
    """With the newest artefact gone, and every other time in a process that remembers nothing."""
    count, hour = (100 if long else 10), timedelta(hours=1)
    first, by = make_candidate(artefact_digest=state(0)), make_approver()
    make_promotion(first)
    seconds = [
        _rolled_back(number, NOON + number * hour, by, forget=bool(number % 2)) for number in range(1, count + 1)
    ]
    assert len(seconds) == count
    tell("rollback to the version before, loaded and serving", f"{count} of {count}, slowest {max(seconds):.3f} s")


def _rolled_back(number: int, at: Any, by: Any, forget: bool) -> float:
    """The seconds from asking for it until the version before serves."""
    newest = make_candidate(artefact_digest=state(number))
    make_promotion(newest, at=at)
    assert serving.served("toy-learner").label == newest.label
    store.remove(newest.artefact_digest)
    if forget:
        memory.cache_clear()
    began = time.perf_counter()
    promotion.roll_back(recipe_key="toy-learner", reason="a worse list", by=by, at=at + timedelta(minutes=1))
    served = serving.served("toy-learner")
    seconds = time.perf_counter() - began
    assert served.label == "toy-learner v1"
    assert served.model.told(np.array([0])).tolist() == [0.0]  # type: ignore[attr-defined]
    return seconds


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("toy_recipes")
def test_a_large_model_is_verified_as_it_is_loaded(long: bool, tell: Tell, monkeypatch: Any) -> None:
    """What the checks cost: one version of many numbers, loaded by a process that remembers nothing."""
    numbers = 11_000_000 if long else 100_000  # 88 MB, as the real recommender
    monkeypatch.setattr(ToyLearner, "state", (StateArray("means", "float64", 1, numbers),))
    monkeypatch.setattr("tests.toy_recipe.ITEMS", numbers)
    data = arrays.pack({"means": np.arange(numbers, dtype=np.float64)})
    make_promotion(make_candidate(artefact_digest=store.put(data)))
    read = _seconds(lambda: store.open(next(iter(ModelVersion.objects.values_list("artefact_digest", flat=True)))))
    whole = _seconds(lambda: serving.served("toy-learner"))
    warm = _seconds(lambda: serving.served("toy-learner"))
    assert warm < 0.5
    tell(f"loading {len(data) / 1e6:.0f} MB", f"{whole:.2f} s, of which reading and hashing the file {read:.2f} s")
    tell("asking for it again", f"{warm * 1e3:.1f} ms")


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
