"""A restore that comes to nothing, however it ends, leaves nobody on disk who was erased since the backup."""

import contextlib
import errno
import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from mlops import arrays, erasure, store, tasks
from mlops.errors import NotSigned
from mlops.models import Dataset, Erasure
from mlops.pipeline import parquet
from mlops.pipeline.freeze import freeze
from mlops.ports import SYSTEM
from mlops.services import backups, checkpoints, places
from tests.factories.mlops import NOON
from tests.mlops.test_backups import GOVERNED, restore
from tests.mlops.test_erasing import learned_from, stored
from tests.mlops.training import in_child
from tests.toy_recipe import ToyLearner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]
OTHERS = [b"{}", b"[]"]  # files of another kind, as other apps keep them


def erase(by: Any) -> None:
    erasure.erase_subject(
        subjects=[learned_from()], reason="asked for", by=SYSTEM, at=NOON, rows=lambda: {"toy_answers": 6}
    )


@pytest.fixture
def monday(tmp_path: Path) -> Iterator[Path]:
    """A backup that holds somebody who was erased since; it has files that the store has no more."""
    freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    others = [store.put(data) for data in OTHERS]
    made = backups.back_up(folder=tmp_path / "elsewhere" / "monday", by=SYSTEM, at=NOON)
    assert holding()
    erase(SYSTEM)
    for digest in others:
        store.remove(digest)
    with override_settings(MLOPS_GOVERNED=GOVERNED):  # what is put back has the guards of the whole site
        yield made.folder


def holding() -> list[str]:
    """The files that hold whom was erased, wherever in the store's folder they lie."""
    files = [path for path in Path(site.ARTEFACTS).rglob("*") if path.is_file()]
    frozen = [path for path in files if path.read_bytes()[:4] == b"PAR1"]
    return [path.name for path in frozen if learned_from() in parquet.unpack(path.read_bytes())["subject"]]


def remains() -> list[str]:
    """Files with whom was erased, and places where a restore was at work."""
    folders = [Path(site.ARTEFACTS), Path(str(connection.settings_dict["NAME"])).parent]
    left = [path for folder in folders if folder.is_dir() for path in folder.iterdir() if "restoring" in path.name]
    return [*holding(), *map(str, left)]


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("moment", ["before they are erased again", "after it"])
def test_after_an_error_there_is_what_there_was(monday: Path, moment: str) -> None:
    before, rows = stored(), Dataset.objects.values().get()
    with contextlib.ExitStack() as stack:

        def afterwards(by: Any) -> None:
            if moment == "after it":
                erase(by)
                stack.enter_context(places.only_signer())  # a signer started meanwhile
            else:
                full()

        with pytest.raises((NotSigned, OSError)):
            restore(monday, afterwards=afterwards)
    assert remains() == []
    assert (stored(), Dataset.objects.values().get()) == (before, rows)


def test_a_restore_that_fails_at_its_last_step_takes_its_files_along(monday: Path, monkeypatch: Any) -> None:
    before = stored()
    monkeypatch.setattr(checkpoints, "declare_restore", full)
    with pytest.raises(OSError, match="No space"):
        restore(monday, afterwards=erase)
    assert (stored(), remains()) == (before, [])


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def thin() -> None:
    tasks._thin(timezone.now())


@pytest.mark.parametrize("next_comes", [migrate, thin])
def test_what_a_killed_restore_was_working_on_goes_with_the_next_start_and_the_daily_thinning(
    monday: Path, next_comes: Callable[[], None]
) -> None:
    before = stored()
    assert in_child(lambda: restore(monday, afterwards=die)) == -signal.SIGKILL
    (Path(site.ARTEFACTS) / ".restoring-1").write_bytes(b"")  # one was killed before its room was a folder, or held
    next_comes()
    assert (stored(), remains()) == (before, [])


def test_a_restore_killed_once_everybody_is_erased_again_has_put_nobody_back(monday: Path) -> None:
    def killed() -> None:
        checkpoints.declare_restore = die  # type: ignore[assignment]
        restore(monday, afterwards=erase)

    before, dataset = stored(), Dataset.objects.values().get()
    assert in_child(killed) == -signal.SIGKILL
    assert holding() == []
    assert Dataset.objects.values().get() == dataset
    assert before <= stored()
    migrate()
    assert remains() == []


def test_one_that_is_at_work_keeps_what_it_works_on(monday: Path) -> None:
    def afterwards(by: Any) -> None:
        assert backups.clear_aside() == 0
        erase(by)

    restore(monday, afterwards=afterwards)
    assert remains() == []
    assert Erasure.objects.count() == 1
    dataset = Dataset.objects.get()
    assert learned_from() not in parquet.rows_of(dataset)["subject"]
    assert all(store.has(hashlib.sha256(data).hexdigest()) for data in OTHERS)


def test_what_lay_in_the_store_of_whom_the_list_knows_goes_with_the_restore(monday: Path) -> None:
    """The store may be older than the list of erasures, as the image of a disk is."""
    for path in sorted((monday / "artefacts").glob("??/*")):
        store.put(path.read_bytes())
    assert remains() != []
    restore(monday, afterwards=erase, at=NOON + timedelta(hours=2))
    assert remains() == []


def test_sums_that_nothing_names_are_not_put_back(tmp_path: Path) -> None:
    """A worker that died left them, and whose they are nobody can tell."""
    loose = store.put(arrays.pack({"sums": np.ones(3)}))
    made = backups.back_up(folder=tmp_path / "monday", by=SYSTEM, at=NOON)
    store.remove(loose)
    with override_settings(MLOPS_GOVERNED=GOVERNED):
        restore(made.folder)
    assert stored() == set()


def test_no_signer_starts_before_the_restored_rows_are_in_place(monday: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would see the old log after a note that says it went back, and sign it or call it an attack."""
    vendor, kept_out = backups._vendor(), list[str]()

    @contextlib.contextmanager
    def watched(*given: Any) -> Iterator[None]:
        with real(*given):
            yield
            with pytest.raises(NotSigned, match="a signer is running") as refused, places.only_signer():
                pass
            kept_out.append(str(refused.value))

    real = vendor.replaced
    monkeypatch.setattr(vendor, "replaced", watched)
    restore(monday, afterwards=erase)
    assert len(kept_out) == 1
    with places.only_signer():
        pass  # and now one may
