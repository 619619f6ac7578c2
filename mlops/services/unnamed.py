"""Files that nothing names, as dead processes leave them in the store: none of them may go on holding somebody's rows."""

import contextlib
import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from mlops import store
from mlops.models import Dataset, Erasure, Manifest, ModelVersion, Run, RunStep

FREEZE_LOCK = 7004  # the advisory lock that keeps freezing, erasing and sweeping apart
KEPT = timedelta(days=1)  # a step takes minutes until it has written down what it put
DIGEST = re.compile(r"[0-9a-f]{64}")
PARQUET = b"PAR1"
NAMING: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Dataset, ("partitions", "histograms")),
    (RunStep, ("output",)),
    (Run, ("evaluation_digest",)),
    (ModelVersion, ("artefact_digest",)),
    (Manifest, ("artefact_digest",)),
)


def named() -> set[str]:
    """Return the digest of every file that a row names, less what erasures took out, and with what took its place."""
    found = {
        digest
        for model, fields in NAMING
        for row in model._default_manager.values_list(*fields).iterator(chunk_size=1_000)
        for digest in DIGEST.findall(str(row))
    }
    exchanged = [one for rows in Erasure.objects.order_by("pk").values_list("datasets", flat=True) for one in rows]
    found |= {one["after"] for one in exchanged if one["after"]}
    still = {
        digest for row in Dataset.objects.values_list("partitions", "histograms") for digest in DIGEST.findall(str(row))
    }
    return found - ({one["before"] for one in exchanged} - still)


def lock_freezing() -> None:
    """Keep others from naming or removing files until this transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FREEZE_LOCK])


def there() -> Iterator[tuple[str, bytes]]:
    """Yield the stored files that are of the kinds a run leaves, Parquet and arrays: their names and first bytes."""
    for digest in sorted(set(store.digests())):
        with contextlib.suppress(FileNotFoundError):  # somebody else was quicker
            if _of_ours(begins := store.head(digest, 9)):
                yield digest, begins


def sweep(*, at: datetime) -> int:
    """Remove what is older than a day and named by nothing; return how many files went. Others' files are left alone."""
    kept, old = named(), (at - KEPT).timestamp()
    return remove({digest for digest, _ in there() if digest not in kept and _is_older(digest, old)}, older=old)


def drop(row: Any) -> None:
    """Remove the files that a row would have named, had it been written, but for those that others name."""
    remove(set(DIGEST.findall(str(row))))


def remove(digests: Collection[str], *, older: float | None = None) -> int:
    """Remove files that nothing names, while nobody can come to name them; return how many there were.

    older: seconds since 1970 since when none may have been put again.
    """
    if not digests:
        return 0
    with transaction.atomic():
        lock_freezing()
        kept = named()
        gone = [one for one in digests if one not in kept and store.has(one) and (not older or _is_older(one, older))]
        for digest in gone:
            store.remove(digest)
    return len(gone)


def is_whole(*named: Any) -> bool:
    """Say whether every file that is named in these is in the store."""
    return all(store.has(digest) for digest in DIGEST.findall(str(named)))


def is_parquet(begins: bytes) -> bool:
    return begins[:4] == PARQUET


def _is_older(digest: str, moment: float) -> bool:
    found = store.trace(digest)
    return found is not None and found[2] < moment * 1e9


def _of_ours(begins: bytes) -> bool:
    """Parquet, or safetensors: the length of its header in 8 bytes, then the header."""
    return is_parquet(begins) or (begins[8:9] == b"{" and int.from_bytes(begins[:8], "little") < 2**20)
