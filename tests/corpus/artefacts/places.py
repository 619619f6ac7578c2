"""What may lie where an artefact should: each replaces a good file, and the words it must be refused with."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from mlops import store

PLAIN, OPEN, CHANGED, NAMES = "no plain file", "cannot be opened", "has been changed", "whoever holds another"
Case = tuple[Callable[[Path, Path], object], str]  # given the file and a free name elsewhere


def link_to_the_right_bytes(file: Path, elsewhere: Path) -> None:
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def second_name(file: Path, elsewhere: Path) -> None:
    os.link(file, elsewhere)


def first_name_elsewhere(file: Path, elsewhere: Path) -> None:
    file.rename(elsewhere)
    os.link(elsewhere, file)


def instead(make: Callable[[Path], object]) -> Callable[[Path, Path], None]:
    def replaced(file: Path, elsewhere: Path) -> None:
        file.unlink()
        make(file)

    return replaced


def device(file: Path) -> None:
    """/dev/zero, of which one could read for ever; a link to it where devices may not be made."""
    try:
        os.mknod(file, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except OSError:
        file.symlink_to("/dev/zero")


def sparse(size: int) -> Callable[[Path, Path], None]:
    return lambda file, elsewhere: os.truncate(file, size)


def flipped(at: int) -> Callable[[Path, Path], None]:
    def written(file: Path, elsewhere: Path) -> None:
        data = bytearray(file.read_bytes())
        data[at] ^= 1
        file.write_bytes(data)

    return written


ALL: dict[str, Case] = {
    "missing": (instead(lambda file: None), OPEN),
    "a-link-to-the-right-bytes": (link_to_the_right_bytes, OPEN),
    "a-link-to-nowhere": (instead(lambda file: file.symlink_to("nowhere")), OPEN),
    "a-link-to-itself": (instead(lambda file: file.symlink_to(file.name)), OPEN),
    "a-second-name": (second_name, NAMES),
    "a-name-of-a-file-elsewhere": (first_name_elsewhere, NAMES),
    "a-pipe": (instead(os.mkfifo), PLAIN),
    "a-socket": (instead(lambda file: os.mknod(file, stat.S_IFSOCK | 0o600)), OPEN),
    "a-device": (instead(device), f"{PLAIN}|{OPEN}"),
    "a-folder": (instead(Path.mkdir), PLAIN),
    "empty": (sparse(0), CHANGED),
    "sparse-and-huge": (sparse(2**40), PLAIN),
    "sparse-and-just-too-large": (sparse(store.MOST_BYTES + 1), PLAIN),
    "sparse-and-just-not-too-large": (sparse(store.MOST_BYTES), "instead of 80"),
    "one-byte-more": (lambda file, _: file.write_bytes(file.read_bytes() + b"\0"), "instead of 80"),
    "one-byte-less": (lambda file, _: file.write_bytes(file.read_bytes()[:-1]), "instead of 80"),
    "first-bit-changed": (flipped(0), CHANGED),
    "last-bit-changed": (flipped(-1), CHANGED),
    "zeros-of-the-right-size": (lambda file, _: file.write_bytes(bytes(80)), CHANGED),
}
