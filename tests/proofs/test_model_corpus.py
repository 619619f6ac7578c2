"""Bad artefacts and bad manifests, kept for ever: every one is refused, in words, in bounded memory and time."""

import re
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from mlops import arrays, registry, serving, signing, store
from mlops.errors import BadArtefact
from mlops.models import Manifest, ModelVersion
from mlops.services import manifests
from tests.corpus.artefacts import bundles, containers, contents, make, places
from tests.factories.mlops import NOON, make_deployment, make_manifest, make_version
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db
MOST_SECONDS, MOST_MEGABYTES = 5.0, 16.0  # of processor, for one artefact; nothing here is larger than one megabyte


@pytest.fixture(autouse=True)
def _recipes(settings: Any) -> None:
    settings.MLOPS_RECIPES = [
        "tests.toy_recipe.ToyFormula",
        "tests.toy_recipe.ToyLearner",
        "catalog.recipes.recommender.Recommender",
    ]
    registry.recipes.cache_clear()


@pytest.fixture
def formula(settings: Any, tmp_path: Path) -> ModelVersion:
    """The version that the bundles of the corpus speak of, and their key the one that is trusted."""
    signing.publish(bundles.KEY.public_key(), tmp_path / "corpus.pub.pem")
    settings.ARTEFACT_PUBLIC_KEYS = [tmp_path / "corpus.pub.pem"]
    facts = {"kind": "SOFTWARE", "state": "APPROVED", "arrays_digest": bundles.SAID.arrays}
    return make_version(recipe_key="toy-formula", artefact_digest=store.put(bundles.ARTEFACT), **facts)


class Refusals:
    """What refused, and how dear it was."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}
        self.count, self.slowest, self.most = 0, 0.0, 0.0

    def __call__(self, name: str, version: ModelVersion, words: str) -> None:
        said, seconds, megabytes = refusal(lambda: manifests.load(version))
        self.count, self.slowest, self.most = self.count + 1, max(self.slowest, seconds), max(self.most, megabytes)
        if not re.search(words, said):
            self.wrong[name] = said

    def check(self, what: str, tell: Tell) -> None:
        assert self.wrong == {}
        assert (self.slowest < MOST_SECONDS, self.most < MOST_MEGABYTES) == (True, True)
        dear = f"{self.most:.1f} MB and {self.slowest:.2f} s of processor at most"
        tell(f"{what}: refused", f"{self.count} of {self.count}, {dear}")


def refusal(load: Callable[[], object]) -> tuple[str, float, float]:
    """What a load is refused with (LOADED when it is not), the seconds of processor it took and the megabytes it held at most."""
    tracemalloc.start()
    began = time.process_time()
    try:
        load()
        said = "LOADED"
    except BadArtefact as error:
        said = str(error)
    seconds, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return said, seconds, most / 1e6


def signed(data: bytes, recipe_key: str, learned: str = "0" * 64) -> ModelVersion:
    """A version whose artefact is these bytes, signed by our own key: nothing but the bytes speaks against it."""
    version = make_version(recipe_key=recipe_key, artefact_digest=store.put(data), arrays_digest=learned)
    make_manifest(version)
    return version


def test_the_corpus_is_kept_as_it_was_made() -> None:
    kept = {path.name: path.read_bytes() for path in (make.HERE / "files").iterdir()}
    assert kept == make.files()
    parts = (containers.ALL, contents.TOY, contents.RECOMMENDER, bundles.ALL, places.ALL)
    assert sum(map(len, parts)) >= 224, "cases are added to the corpus, and never taken away"


def test_what_the_cases_differ_from_is_accepted(formula: ModelVersion) -> None:
    store_bundle(formula, bundles.GOOD)
    assert manifests.load(formula).apply(14) == 42  # type: ignore[attr-defined]
    good = contents.recommender()
    assert registry.recipe("recommender").load(arrays.unpack(arrays.pack(good)))
    assert arrays.unpack(containers.GOOD)["means"].tolist() == [0, 1, 2, 3, 4, 5]


def test_every_bad_container_is_refused(tell: Tell) -> None:
    refused = Refusals()
    for name, (data, words) in containers.ALL.items():
        said = re.escape(words) if data else "a size that is none"  # nothing cannot even be signed
        refused(name, signed(data, "toy-learner"), said)
    refused.check("bad containers", tell)


def test_every_bad_content_is_refused(tell: Tell) -> None:
    refused = Refusals()
    for recipe, cases, good in (
        ("toy-learner", contents.TOY, containers.MEANS),
        ("recommender", contents.RECOMMENDER, contents.recommender()),
    ):
        for name, (data, words) in cases.items():
            refused(name, signed(data, recipe, arrays.digest(good)), re.escape(words))
    refused.check("bad contents", tell)


def test_every_bad_manifest_is_refused(formula: ModelVersion, tell: Tell) -> None:
    refused = Refusals()
    for name, (bundle, words) in bundles.ALL.items():
        with rolled_back():
            store_bundle(formula, bundle)
            refused(name, formula, re.escape(words))
    refused.check("bad manifests", tell)


def test_whatever_lies_where_the_artefact_should_is_refused(formula: ModelVersion, settings: Any, tell: Tell) -> None:
    store_bundle(formula, bundles.GOOD)
    refused = Refusals()
    for name, (put, words) in places.ALL.items():
        settings.ARTEFACTS = Path(settings.ARTEFACTS).with_name(name)
        digest = store.put(bundles.ARTEFACT)
        file = settings.ARTEFACTS / digest[:2] / digest
        put(file, settings.ARTEFACTS / "elsewhere")
        refused(name, formula, words)
    refused.check("bad files", tell)


def test_the_door_refuses_as_the_loader_does(formula: ModelVersion) -> None:
    store_bundle(formula, bundles.ALL["another-key-under-our-name"][0])
    make_deployment(formula)
    with pytest.raises(BadArtefact, match="does not hold"):
        serving.served("toy-formula")
    assert "does not hold" in serving.faults()["toy-formula"]


def store_bundle(version: ModelVersion, bundle: str) -> None:
    """Write a manifest as somebody could who writes to the database."""
    facts = {"artefact_digest": version.artefact_digest, "key_id": "0" * 64, "signed_at": NOON, "signed_by": "system"}
    Manifest.objects.create(version=version, bundle=bundle, **facts)


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is written inside is not kept: a version has one manifest."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
