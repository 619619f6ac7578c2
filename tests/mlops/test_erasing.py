"""A subject is taken out of all that was frozen, summed up and learned, and what learned from it is learned anew."""

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as site
from django.utils import timezone

from mlops import erasure, store
from mlops.errors import Conflict
from mlops.models import AuditEvent, Dataset, Erasure, ModelVersion, Run
from mlops.pipeline import parquet
from mlops.pipeline.freeze import freeze
from mlops.pipeline.partitions import partition_of
from mlops.ports import SYSTEM
from mlops.services import erasing, erasures_log, unnamed
from mlops.services.cards import card
from tests import toy_recipe
from tests.factories.mlops import NOON
from tests.mlops.training import carried_out
from tests.toy_recipe import ToyLearner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def learned_from(held: bool = False) -> str:
    """A subject whose rows train, or one that is held out."""
    made = np.unique(toy_recipe.made()["subject"]).tolist()
    return next(one for one in made if (partition_of(one) >= 16 - toy_recipe.HELD) is held)


def never_knowing(subject: str, monkeypatch: Any) -> None:
    """From here on the source has no rows of the subject."""
    rows = toy_recipe.made()
    kept = rows["subject"] != subject
    monkeypatch.setattr(toy_recipe, "SOURCE", {name: column[kept] for name, column in rows.items()})


def erase(subject: str, monkeypatch: Any, **given: Any) -> Erasure:
    def rows() -> Mapping[str, int]:
        never_knowing(subject, monkeypatch)
        return {"toy_answers": toy_recipe.ITEMS}

    asked = {"subjects": [subject], "reason": "at their own request", "by": SYSTEM, "at": NOON, "rows": rows}
    return erasure.erase_subject(**{**asked, **given})


def stored() -> set[str]:
    return {path.name for path in Path(site.ARTEFACTS).glob("??/*")}


@pytest.mark.parametrize("held", [False, True])
def test_what_is_unlearned_is_what_a_fit_that_never_saw_them_learns(held: bool, monkeypatch: Any) -> None:
    subject = learned_from(held)
    first = carried_out()
    found = erase(subject, monkeypatch)
    again = Run.objects.get(cause=Run.Cause.ERASURE)
    assert (again.dataset, again.params, again.seed, again.state) == (first.dataset, first.params, first.seed, "QUEUED")
    unlearned = ModelVersion.objects.get(run=carried_out(again))
    assert "partials of run" in again.steps.get(name="partials").log
    fresh = ModelVersion.objects.get(run=carried_out())
    assert fresh.run is not None
    assert fresh.run.dataset != again.dataset
    assert unlearned.arrays_digest == fresh.arrays_digest
    assert unlearned.artefact_digest == fresh.artefact_digest
    old = ModelVersion.objects.get(run=first)
    assert (old.arrays_digest != fresh.arrays_digest) is not held
    assert found.versions == [old.label]


def test_a_dataset_becomes_what_it_would_have_been_without_them(monkeypatch: Any) -> None:
    subject = learned_from()
    before = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    files = stored()
    erase(subject, monkeypatch)
    after = Dataset.objects.get(pk=before.pk)
    fresh = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    assert fresh.pk != before.pk
    assert (after.partitions, after.histograms) == (fresh.partitions, fresh.histograms)
    assert (after.rows, after.subjects) == (fresh.rows, fresh.subjects)
    assert after.counts == {**fresh.counts, "erased": 1}
    assert after.fingerprint == before.fingerprint
    gone = files - stored()
    assert gone == {one["before"] for one in Erasure.objects.get().datasets}
    assert not any(subject in str(parquet.unpack(store.open(part["digest"]))) for part in after.partitions)


def test_the_tombstone_and_its_event_tell_how_much_and_never_whose(monkeypatch: Any) -> None:
    subject = learned_from()
    carried_out()
    found = erase(subject, monkeypatch)
    assert (found.state, found.counts, found.subject_digest) == ("DONE", {"toy_answers": 6}, erasing.digest_of(subject))
    event = AuditEvent.objects.order_by("-seq")[0]
    assert (event.action, event.object) == ("subject.erased", f"erasure:{found.pk}")
    assert event.facts["detail"]["versions"] == ["toy-learner v1"]
    assert not any(subject in one.body for one in AuditEvent.objects.all())
    assert erasures_log.read() == [found.subject_digest]
    notes = " ".join(note for part in card(ModelVersion.objects.get()).sections for note in part.notes)
    assert "the data of 1 person since erased" in notes


def test_nobody_is_erased_twice(monkeypatch: Any) -> None:
    subject = learned_from()
    erase(subject, monkeypatch)
    with pytest.raises(Conflict, match="erased already"):
        erase(subject, monkeypatch)
    assert Erasure.objects.count() == 1


def test_a_run_that_was_learning_is_stopped_and_asked_for_again(monkeypatch: Any) -> None:
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    from mlops.services import runs

    begun = runs.queue_run(recipe_key="toy-learner", reason="try", by=SYSTEM, at=NOON, dataset=dataset)
    erase(learned_from(), monkeypatch)
    begun.refresh_from_db()
    assert (begun.state, begun.failure) == ("CANCELLED", erasing.STOPPED)
    assert Run.objects.get(state="QUEUED").cause == Run.Cause.ERASURE


def test_one_run_that_waits_is_enough(monkeypatch: Any) -> None:
    from mlops.services import runs

    carried_out()
    waits = runs.queue_run(recipe_key="toy-learner", reason="anyway", by=SYSTEM, at=NOON)
    erase(learned_from(), monkeypatch)
    assert Run.objects.get(state="QUEUED") == waits


def test_when_rows_cannot_be_taken_out_nothing_is_changed(monkeypatch: Any) -> None:
    subject = learned_from()
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    files = stored()

    def rows() -> Mapping[str, int]:
        raise RuntimeError("the table is locked")

    with pytest.raises(RuntimeError, match="locked"):
        erase(subject, monkeypatch, rows=rows)
    assert Dataset.objects.values().get(pk=dataset.pk)["partitions"] == dataset.partitions
    assert (Erasure.objects.count(), erasures_log.read()) == (0, [])
    assert stored() > files  # what was put for it stays a while: somebody else may be about to name the same
    assert unnamed.sweep(at=timezone.now() + timedelta(days=2)) > 0
    assert stored() == files


def test_whoever_froze_during_the_erasure_freezes_again(monkeypatch: Any) -> None:
    subject = learned_from()
    extract = ToyLearner.extract

    def slowly(self: Any, *window: Any) -> Any:
        found = extract(self, *window)
        if not Erasure.objects.exists():
            erase(subject, monkeypatch)  # commits while these rows are in memory
        return found

    monkeypatch.setattr(ToyLearner, "extract", slowly)
    dataset = freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    assert subject not in parquet.rows_of(dataset)["subject"]
    assert not any(subject.encode() in path.read_bytes() for path in Path(site.ARTEFACTS).glob("??/*"))
    assert stored() <= unnamed.named()


def test_a_dataset_frozen_after_the_plan_was_made_is_planned_for_as_well(monkeypatch: Any) -> None:
    from mlops.pipeline import erasing as files

    subject, plan = learned_from(), files.plan

    def slowly(subjects: Any) -> Any:
        found = plan(subjects)
        if not Dataset.objects.exists():
            freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
        return found

    monkeypatch.setattr(files, "plan", slowly)
    erase(subject, monkeypatch)
    assert subject not in parquet.rows_of(Dataset.objects.get())["subject"]


def test_files_that_nothing_names_go_after_a_day_and_those_with_the_subject_at_once(monkeypatch: Any) -> None:
    subject = learned_from()
    rows = toy_recipe.made()
    mine = rows["subject"] == subject
    theirs = store.put(parquet.pack({name: column[mine] for name, column in rows.items()}))
    others = store.put(parquet.pack({name: column[~mine] for name, column in rows.items()}))
    foreign = store.put(b'{"film": 1}\n')
    erase(subject, monkeypatch)
    assert stored() == {others, foreign}
    old = time.time() - 90_000
    os.utime(Path(site.ARTEFACTS) / others[:2] / others, (old, old))
    os.utime(Path(site.ARTEFACTS) / foreign[:2] / foreign, (old, old))
    assert theirs not in stored()
    assert unnamed.sweep(at=timezone.now()) == 1
    assert stored() == {foreign}
