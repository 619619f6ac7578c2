"""The audit log as a file that can be checked elsewhere, with nothing of ours but docs/verify_audit.py."""

import json
import os
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings

from mlops import signing
from mlops.models.audit import octets
from mlops.models.captures import Capture, as_text
from mlops.models.checkpoints import Checkpoint
from mlops.services import chain, places


def export(path: Path) -> tuple[int, int]:
    """Write events, the changes they answer for, notes and public keys into a new file, as canonical JSON lines.

    Returns how many events and notes. Raises FileExistsError, and BadKey when there are notes and no key: the file has
    its name once it is whole, and nothing has it after an error.
    """
    found = places.read_all()
    if path.exists():
        raise FileExistsError(f"{path} is there already: nothing is written over it")
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with draft.open("x", encoding="ascii", newline="\n") as file, chain.snapshot():
            counts = _write(file, found)
            file.flush()
            os.fsync(file.fileno())  # a stick may be pulled out
        _name(draft, path)
    return counts


def _name(draft: Path, path: Path) -> None:
    """Give what is whole its name, unless something has it. Raises FileExistsError."""
    try:
        os.link(draft, path)  # unlike a rename it takes nobody's place
    except FileExistsError:
        raise
    except OSError:  # a stick or a share, where a file has one name: ours is taken while empty, and filled by a rename
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            os.rename(draft, path)
        except OSError:
            path.unlink()
            raise


def _write(file: TextIO, found: list[places.Place]) -> tuple[int, int]:
    texts = dict.fromkeys(note.text for note in places.union(found))
    texts |= dict.fromkeys(Checkpoint.objects.order_by("pk").values_list("note", flat=True))
    file.write(_line({"kind": "log", "origin": settings.AUDIT_ORIGIN, "v": 1}))
    for key in places.public_keys() if texts else []:
        file.write(_line({"kind": "key", "pem": signing.pem(key)}))
    for text in texts:
        file.write(_line({"kind": "note", "text": text}))
    events = 0
    for line in _events():
        events += line["kind"] == "event"
        file.write(_line(line))
    return events, len(texts)


def _events() -> Iterator[dict[str, Any]]:
    """Each event, and after it the changes it answers for; last those that say an event answers for them that is not there."""
    sealed = Capture.objects.filter(seal__isnull=False).order_by("seal", "pk").iterator(chunk_size=2_000)
    groups = groupby(sealed, key=lambda capture: capture.seal or 0)
    group = next(groups, None)
    for row in chain.rows():
        yield {"kind": "event", "seq": row.seq, "prev": _hex(row.prev), "hash": _hex(row.hash), "body": _text(row.body)}
        while group and group[0] <= row.seq:
            yield from map(_change, group[1])
            group = next(groups, None)
    while group:
        yield from map(_change, group[1])
        group = next(groups, None)


def _change(capture: Capture) -> dict[str, Any]:
    line = [capture.pk, capture.of, capture.op, capture.row, capture.before, capture.after]
    return {"kind": "change", "seal": capture.seal, "line": line}


def _hex(found: object) -> str | None:
    own = octets(found)
    return None if own is None else own.hex()


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None


def _line(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=as_text) + "\n"
