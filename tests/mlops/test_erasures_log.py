"""Whoever was erased stays on the list, in every place, whatever ends the process that writes it."""

import errno
import json
import os
import shutil
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from mlops.errors import MlopsError
from mlops.models import Dataset, Erasure
from mlops.services import erasures_log
from tests.factories.mlops import NOON
from tests.mlops.test_erasing_killed import erase, frozen

ONE, OTHER = "a" * 64, "b" * 64


def with_room_for(more: int, monkeypatch: Any) -> None:
    """The disk takes so many bytes more, without a word when they are a part of what it was given, and then none."""
    write, left = os.write, [more]

    def taken(handle: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(handle, data[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr(os, "write", taken)


def test_an_erasure_that_came_to_nothing_takes_back_its_own_line_alone() -> None:
    later = NOON + timedelta(days=1)
    erasures_log.append(digest=ONE, at=NOON)
    erasures_log.append(digest=ONE, at=later)
    erasures_log.append(digest=ONE, at=later, void=True)
    assert erasures_log.read() == [ONE]
    erasures_log.append(digest=OTHER, at=NOON)
    erasures_log.append(digest=OTHER, at=NOON, void=True)
    assert erasures_log.read() == [ONE]


@pytest.mark.parametrize("cut", [1, 10, 60, 121])
def test_a_line_cut_short_spoils_neither_those_before_nor_those_after(cut: int) -> None:
    erasures_log.append(digest=ONE, at=NOON)
    for file in erasures_log.files():
        whole = file.read_text()
        file.write_text(whole + whole[:cut])  # the power went
    assert erasures_log.read() == [ONE]
    erasures_log.append(digest=OTHER, at=NOON)
    assert erasures_log.read() == [ONE, OTHER]


@pytest.mark.parametrize("place", [0, 1])
def test_a_full_disk_is_told_and_the_next_line_is_whole(place: int, monkeypatch: Any) -> None:
    erasures_log.append(digest=ONE, at=NOON)
    with monkeypatch.context() as patched:
        with_room_for(40 + place * erasures_log.files()[0].stat().st_size, patched)
        with pytest.raises(MlopsError, match="nobody is erased without it: make room"):
            erasures_log.append(digest=OTHER, at=NOON)
    assert set(erasures_log.read()) >= {ONE}
    erasures_log.append(digest=OTHER, at=NOON)
    assert erasures_log.read() == [ONE, OTHER]


def test_any_place_alone_knows_everybody() -> None:
    erasures_log.append(digest=ONE, at=NOON)
    for file in erasures_log.files():
        aside = file.rename(file.with_name("aside"))
        assert erasures_log.read() == [ONE]
        shutil.move(aside, file)


def test_a_place_that_is_new_is_told_of_everybody_before() -> None:
    first, second = erasures_log.files()
    erasures_log.append(digest=ONE, at=NOON)
    second.unlink()
    erasures_log.append(digest=OTHER, at=NOON)
    first.unlink()
    assert erasures_log.read() == [ONE, OTHER]


def test_a_line_that_is_changed_is_told() -> None:
    erasures_log.append(digest=ONE, at=NOON)
    first, second = erasures_log.files()
    for line in ("nonsense", json.dumps({"at": NOON.isoformat()}), "[]"):
        first.write_text(f"{line}\n")
        with pytest.raises(MlopsError, match=f"Mend it from {second}"):
            erasures_log.read()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("place", [0, 1])
def test_nobody_is_erased_while_a_place_cannot_be_written(place: int, settings: Any, tmp_path: Any) -> None:
    dataset = frozen()
    (tmp_path / "away").touch()
    settings.ERASURE_PLACES = [*settings.ERASURE_PLACES[:1], *settings.ERASURE_PLACES[:1]]
    settings.ERASURE_PLACES[place] = tmp_path / "away" / "there"
    with pytest.raises(MlopsError, match="away"):
        erase()
    assert not Erasure.objects.exists()
    assert Dataset.objects.get().partitions == dataset.partitions
    settings.ERASURE_PLACES[place] = tmp_path / "back"
    assert erasures_log.read() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("committed", [True, False])
def test_ended_at_the_commit_the_list_says_what_the_database_says(committed: bool, monkeypatch: Any) -> None:
    """A time limit strikes as the commit returns, or the database refuses it."""
    frozen()
    commit = BaseDatabaseWrapper.commit

    def struck(self: Any) -> None:
        if not Erasure.objects.filter(state="DONE").exists():
            return commit(self)
        if not committed:
            raise OperationalError("the disk is full")
        commit(self)
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", struck)
    with pytest.raises((SoftTimeLimitExceeded, OperationalError)):
        erase()
    monkeypatch.setattr(BaseDatabaseWrapper, "commit", commit)
    assert erasures_log.read() == [found.subject_digest for found in Erasure.objects.all()]
    assert Erasure.objects.exists() is committed
