"""An artefact is the bytes whose digest is its name, or it is not opened."""

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from mlops import store
from mlops.errors import BadArtefact

DATA = b"every frame counts"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def kept(settings: Any) -> Path:
    """The file of a stored artefact."""
    store.put(DATA)
    return Path(settings.ARTEFACTS) / DIGEST[:2] / DIGEST


def test_what_is_put_comes_back_by_its_digest(kept: Path) -> None:
    assert store.put(DATA) == DIGEST
    assert store.open(DIGEST) == DATA
    assert store.has(DIGEST)


def test_only_we_can_read_it_and_no_draft_is_left(kept: Path) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == [DIGEST]


def test_nothing_is_as_good_as_something() -> None:
    assert store.open(store.put(b"")) == b""


def test_what_was_removed_is_gone_and_removing_it_again_is_no_error(kept: Path) -> None:
    store.remove(DIGEST)
    store.remove(DIGEST)
    assert not store.has(DIGEST)
    with pytest.raises(BadArtefact, match="cannot be opened"):
        store.open(DIGEST)


@pytest.mark.parametrize(
    "name", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "../" * 21 + "a", "/etc/passwd", DIGEST + "\n", "ａ" * 64]
)
def test_a_name_that_is_no_digest_opens_nothing(name: str) -> None:
    for verb in (store.open, store.has, store.remove):
        with pytest.raises(BadArtefact, match="is no SHA-256"):
            verb(name)


@pytest.mark.parametrize("place", [0, len(DATA) // 2, len(DATA) - 1])
def test_one_changed_byte_is_noticed(kept: Path, place: int) -> None:
    changed = bytearray(DATA)
    changed[place] ^= 1
    kept.write_bytes(changed)
    with pytest.raises(BadArtefact, match="has been changed"):
        store.open(DIGEST)


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"\0"])
def test_a_cut_or_grown_file_is_noticed(kept: Path, data: bytes) -> None:
    kept.write_bytes(data)
    with pytest.raises(BadArtefact, match="has been changed"):
        store.open(DIGEST)


def test_a_changed_file_is_mended_by_the_next_put(kept: Path) -> None:
    kept.write_bytes(b"something else")
    assert store.put(DATA) == DIGEST
    assert store.open(DIGEST) == DATA


def test_a_link_is_not_followed_even_to_the_right_bytes(kept: Path, tmp_path: Path) -> None:
    elsewhere = kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(elsewhere)
    with pytest.raises(BadArtefact, match="cannot be opened"):
        store.open(DIGEST)


def test_a_folder_or_a_pipe_is_no_artefact(kept: Path) -> None:
    kept.unlink()
    kept.mkdir()
    with pytest.raises(BadArtefact):
        store.open(DIGEST)
    kept.rmdir()
    os.mkfifo(kept)  # opening one waits for a writer, unless asked not to
    with pytest.raises(BadArtefact, match="no plain file"):
        store.open(DIGEST)


def test_a_file_too_large_is_not_read(kept: Path) -> None:
    os.truncate(kept, store.MOST_BYTES + 1)  # sparse: it takes no room
    with pytest.raises(BadArtefact, match="no plain file of at most"):
        store.open(DIGEST)


@pytest.mark.parametrize("trouble", [PermissionError(errno.EPERM, "Operation not permitted"), FileNotFoundError()])
def test_what_is_there_and_cannot_be_marked_as_put_is_written_anew(
    kept: Path, trouble: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another user's, whose times are not ours to set; or somebody removed it when it had been read."""

    def refuses(path: Path) -> None:
        if isinstance(trouble, FileNotFoundError):
            kept.unlink()
        raise trouble

    with kept.open("rb") as before:  # held open: its number is given to no other file meanwhile
        monkeypatch.setattr(os, "utime", refuses)
        assert store.put(DATA) == DIGEST
        assert kept.stat().st_ino != os.fstat(before.fileno()).st_ino
    assert store.open(DIGEST) == DATA
    assert [path.name for path in kept.parent.iterdir()] == [DIGEST]
