"""The tree to 256 leaves, every pair and every altered element; and how long a long log takes."""

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from mlops import merkle, notes, triggers
from mlops.models.audit import GENESIS
from mlops.notes import Note
from mlops.services import checkpoints, places, verification
from tests.clock import NOON
from tests.mlops import sql
from tests.proofs.conftest import Tell
from tests.proofs.trees import every_pair

EVENTS = 1_000_000
PIECE = 20_000


def test_every_pair_to_256_and_every_altered_element(long: bool, tell: Tell) -> None:
    began = time.monotonic()
    inclusions, consistencies, refused = every_pair(256 if long else 32)
    tell("inclusion proofs, consistency proofs", f"{inclusions}, {consistencies} held")
    tell("altered proofs", f"{refused} refused, 0 accepted, {time.monotonic() - began:.0f} s")
    assert inclusions == consistencies == (32_896 if long else 528)


@pytest.mark.django_db(transaction=True)
def test_a_million_events_and_the_last_ten_thousand_are_verified_in_seconds(
    long: bool, tell: Tell, settings: Any, tmp_path: Path
) -> None:
    events = EVENTS if long else 2_000
    fill(events)
    began = time.monotonic()
    signed = checkpoints.Signer(checkpoints.private_key()).attend(at=NOON, now=True)
    tell(f"a signer starts and signs {events:,} events, root on two ways", f"{time.monotonic() - began:.1f} s")
    assert signed is not None
    before_last(signed, events - events // 100)
    for last, words in ((None, f"{events:,} events"), (events // 100, f"the last {events // 100:,} of {events:,}")):
        began = time.monotonic()
        report = verification.of_log(last=last)
        tell(f"verified: {words}", f"{time.monotonic() - began:.2f} s")
        assert (report.findings, report.events) == ([], events)


def fill(events: int) -> None:
    """A log of so many events, as the writer would have written them."""
    triggers.drop(connection)
    prev, rows = GENESIS, []
    insert = "INSERT INTO mlops_auditevent (seq, prev, hash, body) VALUES (%s, %s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for seq in range(1, events + 1):
            body = (
                f'{{"action":"test.happened","actor":"system","at":"2026-06-01T12:00:00+00:00","detail":{{"of":{seq}}},'
            )
            body += f'"object":"test:{seq}","reason":"","v":1}}'
            digest = hashlib.sha256(b"\0" + prev + seq.to_bytes(8, "big") + body.encode()).digest()
            rows.append((seq, prev, digest, body))
            prev = digest
            if len(rows) == PIECE or seq == events:
                cursor.executemany(insert, rows)
                rows = []
        cursor.execute("COMMIT")
    triggers.install(connection)


def before_last(newest: Note, size: int) -> None:
    """A note of the log at an earlier size, as the signer would have written it, before the newest."""
    hashes = [bytes(row[0]) for row in sql.told("SELECT hash FROM mlops_auditevent WHERE seq <= %s ORDER BY seq", size)]
    note = Note(newest.origin, size, merkle.root(hashes), hashes[-1], NOON.replace(hour=1))
    text = notes.written(note, checkpoints.private_key())
    for folder in places.folders():
        (folder / places.FILE).write_text(text + "\n" + newest.text)
