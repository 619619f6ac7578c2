"""The audit log as a file that can be checked elsewhere, with nothing of ours but docs/verify_audit.py."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings

from mlops import signing
from mlops.models.captures import Capture
from mlops.models.checkpoints import Checkpoint
from mlops.services import chain, places


def export(path: Path) -> tuple[int, int]:
    """Write events, the changes they answer for, notes and public keys into a new file, as canonical JSON lines.

    Returns how many events and notes. Raises FileExistsError, and BadKey when there are notes and no key.
    """
    found = places.read_all()
    events = kept = 0
    with path.open("x", encoding="ascii", newline="\n") as file, chain.snapshot():
        texts = dict.fromkeys(note.text for note in places.union(found))
        texts |= dict.fromkeys(Checkpoint.objects.order_by("pk").values_list("note", flat=True))
        file.write(_line({"kind": "log", "origin": settings.AUDIT_ORIGIN, "v": 1}))
        for key in places.public_keys() if texts else []:
            file.write(_line({"kind": "key", "pem": signing.pem(key)}))
        for text in texts:
            file.write(_line({"kind": "note", "text": text}))
            kept += 1
        for line in _events():
            events += line["kind"] == "event"
            file.write(_line(line))
    return events, kept


def _events() -> Iterator[dict[str, Any]]:
    """Each event, and after it the changes it answers for."""
    sealed = Capture.objects.filter(seal__isnull=False).order_by("seal", "pk").iterator(chunk_size=2_000)
    groups = groupby(sealed, key=lambda capture: capture.seal)
    group = next(groups, None)
    for row in chain.rows():
        yield {
            "kind": "event",
            "seq": row.seq,
            "prev": bytes(row.prev).hex(),
            "hash": bytes(row.hash).hex(),
            "body": row.body,
        }
        while group and (group[0] or 0) <= row.seq:
            for capture in group[1]:
                line = [capture.pk, capture.of, capture.op, capture.row, capture.before, capture.after]
                yield {"kind": "change", "seal": capture.seal, "line": line}
            group = next(groups, None)


def _line(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"
