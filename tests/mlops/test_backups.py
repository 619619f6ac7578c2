"""A backup is whole, tells when it was touched, and goes back only by a declared restore that one can see."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from mlops import store, triggers
from mlops.errors import BadBackup, Refused
from mlops.models import AuditEvent, Deployment, ModelVersion
from mlops.ports import SYSTEM
from mlops.services import backups
from mlops.services.audit import record, verify
from tests.factories.mlops import NOON, make_person, make_promotion

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(hours=1)


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
    before = list(AuditEvent.objects.order_by("seq").values_list("hash", flat=True))
    with pytest.raises(Refused, match="declare_restore"):
        restore(backup, who=lambda: make_person())
    assert [bytes(h) for h in AuditEvent.objects.order_by("seq").values_list("hash", flat=True)] == [
        bytes(h) for h in before
    ]
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
