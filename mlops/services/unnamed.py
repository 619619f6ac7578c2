"""Files that nothing names, as dead processes leave them in the store: none of them may go on holding somebody's rows."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Model

from mlops import store
from mlops.models import Dataset, Erasure, Manifest, ModelVersion, Run, RunStep

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


def there() -> Iterator[Path]:
    """Yield the stored files that are of the kinds a run leaves: Parquet, and arrays."""
    for path in sorted(Path(settings.ARTEFACTS).glob("??/*")):
        if DIGEST.fullmatch(path.name) and _of_ours(path):
            yield path


def sweep(*, at: datetime) -> int:
    """Remove what is older than a day and named by nothing; return how many files went. Others' files are left alone."""
    kept, old, gone = named(), (at - KEPT).timestamp(), 0
    for path in there():
        if path.name not in kept and path.stat().st_mtime < old:
            store.remove(path.name)
            gone += 1
    return gone


def drop(row: Any) -> None:
    """Remove the files that a row would have named, had it been written, but for those that others name."""
    kept = named()
    for digest in DIGEST.findall(str(row)):
        if digest not in kept:
            store.remove(digest)


def is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == PARQUET


def _of_ours(path: Path) -> bool:
    """Parquet, or safetensors: the length of its header in 8 bytes, then the header."""
    with path.open("rb") as file:
        head = file.read(9)
    return head[:4] == PARQUET or (head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**20)
