"""Which of sixteen partitions a subject's rows are kept in."""

import hashlib

import numpy as np

from mlops.ports import Array, Rows

PARTITIONS = 16


def partition_of(subject: str) -> int:
    """Return SHA-256 of the subject's text, its first 8 bytes, big-endian, modulo 16: 0 to 15."""
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big") % PARTITIONS


def places(subjects: Array) -> Array:
    """Return the partition of each row, int64 of shape (n,), from its subject."""
    found, owner = np.unique(subjects, return_inverse=True)
    return np.array([partition_of(str(subject)) for subject in found], dtype=np.int64)[owner]


def parted(rows: Rows, subject: str) -> list[dict[str, Array]]:
    """Return the rows of each partition, in their order; some may hold none."""
    place = places(rows[subject])
    return [{name: column[place == part] for name, column in rows.items()} for part in range(PARTITIONS)]
