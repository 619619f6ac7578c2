"""Signed notes (C2SP signed-note, tlog-checkpoint): how long the audit log was and what root it had, as text to be kept.

Two kinds: a checkpoint, and the declaration that a backup was put back. What is read here is what could have been
written here, to the byte.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mlops import signing
from mlops.errors import BadNote

ORIGIN = re.compile(r"[a-z0-9](?:[a-z0-9./-]{0,98}[a-z0-9])?", re.ASCII)
RESTORE = "/restore"  # after the origin in the first line: a checkpoint is never taken for a restore
_ROOT = r"[A-Za-z0-9+/]{43}="
_SIZE = r"0|[1-9][0-9]{0,17}"
_AT = r"at (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6})Z\n"
_NEW = rf"(?P<size>{_SIZE})\n(?P<root>{_ROOT})\nhead (?P<head>[0-9a-f]{{64}})\n"
_OLD = rf"(?P<old_size>{_SIZE})\n(?P<old_root>{_ROOT})\n"
_SIGNED = rf"{_AT})\n— (?P<name>{ORIGIN.pattern}) (?P<signature>[A-Za-z0-9+/]{{1,120}}={{0,2}})\n"
_CHECKPOINT = re.compile(rf"(?P<body>(?P<origin>{ORIGIN.pattern})\n{_NEW}{_SIGNED}", re.ASCII)
_RESTORED = re.compile(
    rf"(?P<body>(?P<origin>{ORIGIN.pattern}){RESTORE}\n{_OLD}{_NEW}reason (?P<reason>[0-9a-f]{{64}})\n{_SIGNED}",
    re.ASCII,
)


@dataclass(frozen=True)
class Note:
    """What a note says. head: hash of the last of `size` events; before: (size, root) that a restore goes back from."""

    origin: str
    size: int
    root: bytes
    head: bytes
    at: datetime
    before: tuple[int, bytes] | None = None
    reason: bytes = b""  # SHA-256 of why a backup was put back
    text: str = ""
    key_id: str = ""

    @property
    def restores(self) -> bool:
        return self.before is not None

    @property
    def words(self) -> str:
        kind = "restore to" if self.restores else "checkpoint of"
        return f"the {kind} {self.size} events signed at {self.at:%Y-%m-%d %H:%M:%S} UTC"


def written(note: Note, key: signing.PrivateKey) -> str:
    """Return the signed text of a note. Raises ValueError on what could not be read again."""
    at = note.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    new = [str(note.size), _base64(note.root), f"head {note.head.hex()}"]
    lines = [note.origin, *new, f"at {at}Z"]
    if note.before is not None:
        old_size, old_root = note.before
        lines = [
            note.origin + RESTORE,
            str(old_size),
            _base64(old_root),
            *new,
            f"reason {note.reason.hex()}",
            lines[-1],
        ]
    body = "".join(f"{line}\n" for line in lines)
    signed = _key_hash(key.public_key()) + signing.sign(body.encode(), key)
    text = f"{body}\n— {note.origin} {_base64(signed)}\n"
    if not _shape(text):
        raise ValueError(f"this cannot be written as a note: {lines}")
    return text


def read(text: str, *, origin: str, keys: Sequence[signing.PublicKey]) -> Note:
    """Return what a note says, its signature checked. Raises BadNote: malformed, of another log, or not signed by us."""
    found = _shape(text)
    if not found:
        raise BadNote("it is no signed note as they are written here")
    if found["origin"] != origin or found["name"] != origin:
        raise BadNote(f"it is of another log: {found['origin']}, signed as {found['name']}")
    signed = _bytes(found["signature"])
    key = signing.signer(found["body"].encode(), signed[4:], keys)
    if key is None or signed[:4] != _key_hash(key):
        raise BadNote("its signature is not by the key of this log")
    restores = "reason" in found.groupdict()
    return Note(
        origin=origin,
        size=int(found["size"]),
        root=_bytes(found["root"]),
        head=bytes.fromhex(found["head"]),
        at=_moment(found["at"]),
        before=(int(found["old_size"]), _bytes(found["old_root"])) if restores else None,
        reason=bytes.fromhex(found["reason"]) if restores else b"",
        text=text,
        key_id=signing.key_id(key),
    )


def split(data: str) -> tuple[list[str], str]:
    """Return the notes in a file, one after the other with an empty line between, and what is left of a torn one."""
    notes: list[str] = []
    lines: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", data):
        if not lines and line == "\n" and notes:
            continue
        lines.append(line)
        if line.startswith("— ") and line.endswith("\n"):
            notes.append("".join(lines))
            lines = []
    return notes, "".join(lines)


def in_force(notes: Iterable[Note]) -> list[Note]:
    """Return, by time, the notes that the log must still agree with: not those of events that a later restore let go."""
    standing, most = [], None
    for note in sorted(notes, key=lambda note: note.at, reverse=True):
        if most is None or note.size <= most:
            standing.append(note)
        if note.restores:
            most = note.size if most is None else min(most, note.size)
    return standing[::-1]


def _shape(text: str) -> re.Match[str] | None:
    return _CHECKPOINT.fullmatch(text) or _RESTORED.fullmatch(text)


def _key_hash(key: signing.PublicKey) -> bytes:
    return bytes.fromhex(signing.key_id(key))[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadNote("its base64 cannot be read") from error
    if _base64(data) != text:  # the last character may hold bits that nobody reads
        raise BadNote("its base64 is not the one way to write it")
    return data


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadNote(f"{text} is no moment") from error
