"""A backup is whole, tells when it was touched, and goes back only by a declared restore that one can see."""

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import override_settings

from mlops import store, triggers
from mlops.erasure import erase_subject
from mlops.errors import BadBackup, Refused
from mlops.models import AuditEvent, Dataset, Deployment, Erasure, ModelVersion
from mlops.pipeline import parquet
from mlops.pipeline.freeze import freeze
from mlops.pipeline.steps import BY_NAME
from mlops.ports import SYSTEM
from mlops.services import backups
from mlops.services.audit import record, verify
from mlops.services.backups import folder as kept
from mlops.services.backups import needed
from tests.factories.mlops import NOON, make_person, make_promotion
from tests.mlops import sql
from tests.mlops.test_erasing import learned_from
from tests.mlops.training import carried_out, child, in_child, wait_for
from tests.toy_recipe import ToyLearner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toy_recipes")]
LATER = NOON + timedelta(hours=1)
GOVERNED = getattr(site, "MLOPS_GOVERNED", {})


def nothing(by: Any) -> None:
    """No erasures to do again."""


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A site with a champion, and its backup."""
    make_promotion()
    backups.back_up(folder=tmp_path / "monday", by=SYSTEM, at=NOON)
    return tmp_path / "monday"


def restore(folder: Path, who: Callable[[], Any] | None = None, **given: Any) -> backups.Backup:
    person = make_person("declare_restore")
    facts = {"reason": "the disk broke", "who": who or (lambda: person), "at": LATER, "afterwards": nothing}
    return backups.put_back(folder=folder, **{**facts, **given})


def lost() -> None:
    """Something decided after the backup, and the files gone."""
    with transaction.atomic():
        record("toy.looked-at", "toy:1", by=SYSTEM, at=NOON)
    make_promotion()
    shutil.rmtree(store._path("0" * 64).parent.parent, ignore_errors=True)


def hashes() -> list[bytes]:
    """The audit log as it is."""
    return [bytes(event) for event in AuditEvent.objects.order_by("seq").values_list("hash", flat=True)]


def begin(line: sqlite3.Connection) -> None:
    """Read as every process of a site does, and stay."""
    line.execute("PRAGMA journal_mode=WAL")
    line.execute("SELECT count(*) FROM mlops_auditevent").fetchall()


def die(by: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def another_process() -> Iterator[None]:
    """One that has read from the database and has it open still, as a web process has between two requests."""
    (heard, said), (waits, ends) = os.pipe(), os.pipe()

    def serve() -> None:
        AuditEvent.objects.count()
        os.write(said, b"!")
        os.read(waits, 1)

    pid = child(serve)
    os.close(said)
    assert os.read(heard, 1) == b"!"
    try:
        yield
    finally:
        os.write(ends, b"!")
        assert wait_for(pid) == 0
        for pipe in (heard, waits, ends):
            os.close(pipe)


def test_what_was_there_is_there_again_with_its_files_and_its_guards(backup: Path) -> None:
    label = Deployment.objects.get(ended_at=None).version.label
    lost()
    restore(backup)
    assert Deployment.objects.get(ended_at=None).version.label == label
    assert all(store.open(version.artefact_digest) for version in ModelVersion.objects.all())
    assert triggers.missing(connection) == []
    assert verify().holds


def test_new_rows_get_new_numbers_after_a_restore(backup: Path) -> None:
    restore(backup)
    make_promotion()
    assert verify().holds


def test_a_restore_is_declared_in_the_log_by_the_person_who_answers_for_it(backup: Path) -> None:
    person = make_person("declare_restore")
    events = AuditEvent.objects.count() - 1  # the one that tells of the backup came after it
    restore(backup, who=lambda: person)
    told = AuditEvent.objects.order_by("seq").last()
    assert told is not None
    assert (told.action, told.actor, told.facts["detail"]["events"]) == (
        "system.restored",
        str(person.subject_id),
        events,
    )


@pytest.mark.parametrize(
    ("touch", "words"),
    [
        (lambda folder, file: file.write_bytes(file.read_bytes() + b"\0"), "was changed"),
        (lambda folder, file: file.unlink(), "is missing"),
        (lambda folder, file: (folder / "stray").write_text("?"), "is not of this backup"),
        (lambda folder, file: (folder / "backup.json").write_text("{}"), "is no backup"),
    ],
    ids=["changed", "missing", "strange", "unlisted"],
)
def test_a_backup_that_was_touched_is_refused_and_nothing_changes(
    backup: Path, touch: Callable[[Path, Path], Any], words: str
) -> None:
    make_promotion()
    before = AuditEvent.objects.count()
    touch(backup, next(path for path in sorted(backup.rglob("*")) if path.is_file() and path.name != "backup.json"))
    with pytest.raises(BadBackup, match=words):
        restore(backup)
    assert AuditEvent.objects.count() == before


def test_a_list_that_speaks_of_another_log_is_refused(backup: Path) -> None:
    told = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps({**told, "events": told["events"] + 1}))
    with pytest.raises(BadBackup, match="another audit log"):
        restore(backup)


def test_whoever_lacks_the_right_changes_nothing(backup: Path) -> None:
    make_promotion()
    before = hashes()
    with pytest.raises(Refused, match="declare_restore"):
        restore(backup, who=lambda: make_person())
    assert hashes() == before
    assert verify().holds


def test_a_reason_is_asked_for(backup: Path) -> None:
    with pytest.raises(BadBackup, match="say why"):
        restore(backup, reason=" ")


def test_a_backup_never_takes_the_place_of_another(backup: Path) -> None:
    with pytest.raises(BadBackup, match="exists already"):
        backups.back_up(folder=backup, by=SYSTEM, at=NOON)


def test_a_file_that_was_changed_in_the_store_is_not_carried_on(backup: Path, tmp_path: Path) -> None:
    digest = ModelVersion.objects.get().artefact_digest
    store._path(digest).write_bytes(b"something else")
    backups.back_up(folder=tmp_path / "tuesday", by=SYSTEM, at=LATER)
    assert not (tmp_path / "tuesday" / "artefacts" / digest[:2] / digest).exists()


def test_nothing_is_put_back_while_another_process_has_the_database_open(backup: Path) -> None:
    make_promotion()
    before = hashes()
    with another_process(), pytest.raises(BadBackup, match="stop the site"):
        restore(backup, who=lambda: pytest.fail("it began all the same"))
    assert hashes() == before


@sql.on_sqlite  # on PostgreSQL whoever comes waits for the rows
def test_nor_when_one_came_while_it_was_put_back(backup: Path) -> None:
    make_promotion()
    before, name = hashes(), str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(name)) as line, pytest.raises(BadBackup, match="stop the site"):
        restore(backup, afterwards=lambda by: begin(line))
    assert hashes() == before


@sql.on_sqlite
def test_nor_while_one_reads_where_there_is_no_write_ahead_log(backup: Path) -> None:
    connection.close()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as line:
        line.execute("PRAGMA journal_mode=DELETE")
        line.execute("BEGIN")
        line.execute("SELECT count(*) FROM mlops_auditevent").fetchall()
        with pytest.raises(BadBackup, match="stop the site"):
            restore(backup, who=lambda: pytest.fail("it began all the same"))


@sql.on_sqlite
def test_nor_where_nobody_can_tell_who_has_it_open(backup: Path) -> None:
    connection.close()
    name = Path(connection.settings_dict["NAME"])
    aside = name.rename(name.with_name("aside"))
    name.mkdir()
    with pytest.raises(BadBackup, match="cannot be asked who has it open"):
        restore(backup, who=lambda: pytest.fail("it began all the same"))
    name.rmdir()
    aside.rename(name)


def test_a_restore_that_is_killed_changed_nothing(backup: Path) -> None:
    make_promotion()
    before = hashes()
    assert in_child(lambda: restore(backup, afterwards=die)) == -signal.SIGKILL
    assert hashes() == before
    assert verify().holds


@sql.on_sqlite
def test_what_a_killed_restore_was_working_on_goes_with_the_next(backup: Path) -> None:
    folder = Path(str(connection.settings_dict["NAME"])).parent
    in_child(lambda: restore(backup, afterwards=die))
    assert list(folder.glob(".*restoring*"))
    restore(backup)
    assert not list(folder.glob(".*restoring*"))
    assert verify().holds


@sql.on_sqlite
def test_a_database_that_cannot_be_read_is_replaced(backup: Path) -> None:
    connection.close()
    name = Path(str(connection.settings_dict["NAME"]))
    log = name.with_name(f"{name.name}-wal")
    with closing(sqlite3.connect(name)) as line:
        line.execute("INSERT INTO django_content_type (app_label, model) VALUES ('left', 'over')")
        line.commit()
        written = log.read_bytes()
    name.write_bytes(b"no database" * 1000)
    log.write_bytes(written)
    restore(backup)
    assert verify().holds
    assert not ContentType.objects.filter(app_label="left").exists()


def test_a_backup_says_which_files_its_rows_name_and_it_has_not(backup: Path, tmp_path: Path) -> None:
    assert backups.check(folder=backup).lacking == ()
    digest = ModelVersion.objects.get().artefact_digest
    store.remove(digest)
    made = backups.back_up(folder=tmp_path / "tuesday", by=SYSTEM, at=LATER)
    assert made.lacking == backups.check(folder=tmp_path / "tuesday").lacking == (digest,)


@pytest.mark.usefixtures("toys")
def test_a_backup_needs_what_the_steps_of_a_run_left() -> None:
    run = carried_out()
    left = {digest for step in run.steps.all() for digest in BY_NAME[step.name].files(step.output)}
    assert left < needed.files()
    assert all(store.has(digest) for digest in needed.files())


@pytest.mark.usefixtures("toys")
def test_a_backup_beside_which_somebody_is_erased_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The erasure comes when the database is written, and the files are not."""
    freeze(recipe=ToyLearner(), until=NOON, by=SYSTEM, at=NOON)
    copy_store, subjects = kept.copy_store, [learned_from()]

    def late(folder: Path) -> set[str]:
        if not Erasure.objects.exists():
            erase_subject(subjects=subjects, reason="asked for", by=SYSTEM, at=NOON, rows=lambda: {"toy_answers": 6})
        return copy_store(folder)

    monkeypatch.setattr(kept, "copy_store", late)
    made = backups.back_up(folder=tmp_path / "monday", by=SYSTEM, at=NOON)
    assert made.lacking == ()
    shutil.rmtree(site.ARTEFACTS)
    with override_settings(MLOPS_GOVERNED=GOVERNED):  # what is put back has the guards of the whole site
        restore(made.folder)
    assert len(parquet.rows_of(Dataset.objects.get())["subject"]) == Dataset.objects.get().rows
