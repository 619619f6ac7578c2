"""What the two commands say to whoever types them, and how they end."""

import errno
import fcntl
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import ChartEdition, User
from catalog.services import editions, erasure
from mlops import store
from mlops.models import Erasure, ModelVersion
from mlops.ports import SYSTEM
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_promotion
from tests.mlops.conftest import toy_recipes  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("toy_recipes")
def test_a_backup_that_lacks_a_file_ends_in_an_error_now_and_when_it_is_checked(tmp_path: Path) -> None:
    make_promotion()
    call_command("backup", tmp_path / "monday", stdout=StringIO())
    call_command("backup", tmp_path / "monday", check=True, stdout=StringIO())
    digest = ModelVersion.objects.get().artefact_digest
    store.remove(digest)
    for check in (False, True):
        with pytest.raises(CommandError, match=f"not whole: .*{digest}"):
            call_command("backup", tmp_path / "tuesday", check=check, stdout=StringIO())


def test_a_backup_to_where_nothing_can_be_written_says_what_to_do() -> None:
    with pytest.raises(CommandError, match=r"No backup was made: .*/proc.* See that /proc is there"):
        call_command("backup", Path("/proc/monday"), stdout=StringIO())


def test_a_backup_without_the_rows_of_an_edition_is_not_whole(tmp_path: Path) -> None:
    make.make_imported_votes(votes=10)
    digest = make.make_edition(NOON).content_digest
    call_command("backup", tmp_path / "monday", stdout=StringIO())
    store._path(digest).write_bytes(b"something else")
    with pytest.raises(CommandError, match=f"not whole: .*{digest}"):
        call_command("backup", tmp_path / "tuesday", stdout=StringIO())


def test_the_rows_of_an_edition_that_were_let_go_are_not_lacking(tmp_path: Path) -> None:
    film = make.make_imported_votes(votes=10).movie
    make.make_edition(NOON)
    make.make_member_rating(film, value=9)
    make.make_edition(NOON + timedelta(hours=1))
    assert editions.thin(by=SYSTEM, at=NOON + timedelta(days=30)) == 1
    assert not store.has(ChartEdition.objects.get(number=1).content_digest)
    call_command("backup", tmp_path / "monday", stdout=StringIO())


@pytest.mark.usefixtures("toy_recipes")
def test_a_restore_to_a_full_disk_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_promotion()
    make.make_user("carla", is_superuser=True)
    call_command("backup", tmp_path / "monday", stdout=StringIO())
    digest = ModelVersion.objects.get().artefact_digest
    store.remove(digest)

    def full(before: Path, after: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(after))

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(CommandError, match=f"^Nothing was changed: .*{digest}.*No space left on device.* make room"):
        call_command("restore", tmp_path / "monday", by="carla", reason="the disk broke")
    assert not store.has(digest)


def test_whoever_was_erased_since_is_erased_again_and_everybody_signs_in_again(tmp_path: Path) -> None:
    restorer, leaver = make.make_user("restorer", is_superuser=True), make.make_user("leaver")
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=timezone.now() + timedelta(days=9))
    call_command("backup", tmp_path / "monday", stdout=StringIO())
    erasure.erase_member(subject=leaver.subject_id, reason="asked for", by=restorer, at=timezone.now())
    call_command("restore", tmp_path / "monday", by="restorer", reason="the disk broke", stdout=StringIO())
    assert list(User.objects.values_list("username", flat=True)) == ["restorer"]
    assert Erasure.objects.get().reason == erasure.AGAIN
    assert not Session.objects.exists()


@pytest.mark.usefixtures("toy_recipes")
def test_a_restore_says_what_its_backup_lacked(tmp_path: Path) -> None:
    make_promotion()
    make.make_user("restorer", is_superuser=True)
    digest, told = ModelVersion.objects.get().artefact_digest, StringIO()
    store.remove(digest)
    with pytest.raises(CommandError, match="not whole"):
        call_command("backup", tmp_path / "monday", stdout=StringIO())
    call_command("restore", tmp_path / "monday", by="restorer", reason="moved", stdout=StringIO(), stderr=told)
    assert f"The backup lacked 1 files of its rows: {digest}." in told.getvalue()


def test_nothing_is_restored_while_the_site_runs(tmp_path: Path, settings: Any) -> None:
    settings.STATE = tmp_path
    (tmp_path / "valkey").mkdir()
    with (tmp_path / "valkey" / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="The site is running: stop it first"):
            call_command("restore", tmp_path / "monday", by="anybody", reason="the disk broke")
