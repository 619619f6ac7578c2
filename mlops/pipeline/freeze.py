"""Freezing: what a recipe extracts, held against its contract, put into the store by partitions and fingerprinted."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from mlops import arrays, store
from mlops.errors import MlopsError
from mlops.models import Dataset
from mlops.pipeline import contract, parquet
from mlops.pipeline.partitions import PARTITIONS, parted
from mlops.ports import Actor, Array, Column, NotEnoughData, Origin, Recipe, Rows
from mlops.services import datasets, distributions, unnamed
from mlops.services.erasing import Stale

ATTEMPTS = 5


def freeze(*, recipe: Recipe, until: datetime, by: Actor, at: datetime) -> Dataset:
    """Return the dataset of what was recorded until then; the same rows under the same contract are the same dataset.

    Raises ContractBreach naming column, rule and rows, NotEnoughData when there is no row, OSError when it cannot be written.
    """
    for _ in range(ATTEMPTS):
        erasures = datasets.erasures()
        parts, facts = _read(recipe, until)
        found = fingerprint(parts, recipe.columns)
        if same := datasets.find(dataset_key=recipe.dataset_key, fingerprint=found):
            return same
        fields = facts()
        who: dict[str, Any] = {"until": until, "by": by, "at": at, "erasures": erasures}
        try:
            return datasets.keep(dataset_key=recipe.dataset_key, fingerprint=found, **who, **fields)
        except Stale:  # somebody whose rows may be among these was erased meanwhile
            unnamed.drop(fields)
    raise MlopsError(f"somebody was erased in each of {ATTEMPTS} attempts; freeze again.")


def _read(recipe: Recipe, until: datetime) -> tuple[list[dict[str, Array]], Callable[[], dict[str, Any]]]:
    """Return the rows by partition, and what puts them into the store and returns the dataset's other columns."""
    extract = recipe.extract(None, until)
    contract.check(recipe.columns, extract.rows)
    rows = {
        name: column.astype(np.str_) if column.dtype.kind == "O" else column for name, column in extract.rows.items()
    }
    if not len(rows[recipe.subject]):
        raise NotEnoughData(f"0 rows were recorded for {recipe.dataset_key} until {until:%Y-%m-%d %H:%M}")
    parts = [in_order(part, recipe.subject) for part in parted(rows, recipe.subject)]
    return parts, partial(_facts, recipe, rows, extract.origins, parts)


def in_order(rows: Rows, subject: str) -> dict[str, Array]:
    """Return the rows sorted by subject, then by the other columns by name: their order says nothing."""
    names = [*sorted((set(rows) - {subject}), reverse=True), subject]  # the last key is the first that lexsort looks at
    order = np.lexsort([bytes_of(rows[name]) if rows[name].dtype.kind == "U" else rows[name] for name in names])
    return {name: column[order] for name, column in rows.items()}


def fingerprint(parts: Sequence[Rows], columns: Sequence[Column]) -> str:
    """Return SHA-256 over the contract and, partition by partition, the sorted columns' little-endian bytes."""
    whole = hashlib.sha256(json.dumps(_contract(columns), sort_keys=True).encode())
    for place, part in enumerate(parts):
        whole.update(f"\0{place}\0{rows_digest(part)}".encode())
    return whole.hexdigest()


def rows_digest(rows: Rows) -> str:
    """Return the digest of columns: texts as bytes of UTF-8, numbers little-endian."""
    return arrays.digest(
        {name: bytes_of(column) if column.dtype.kind == "U" else column for name, column in rows.items()}
    )


def bytes_of(texts: Array) -> Array:
    """Return texts as bytes of fixed width, which sort as texts do and take a quarter of the room."""
    return np.char.encode(texts, "utf-8") if len(texts) else np.empty(0, dtype="S1")


def _facts(recipe: Recipe, rows: Rows, origins: Sequence[Origin], parts: Sequence[Rows]) -> dict[str, Any]:
    subject = recipe.subject
    return {
        "rows": len(rows[subject]),
        "subjects": len(np.unique(rows[subject])),
        "contract": _contract(recipe.columns),
        "counts": {"columns": len(rows), "partitions": PARTITIONS, **distinct(recipe.columns, rows)},
        "histograms": distributions.keep(recipe=recipe, rows=rows),
        "origins": [asdict(origin) for origin in origins],
        "partitions": [_kept(place, part, subject) for place, part in enumerate(parts)],
    }


def _kept(place: int, part: Rows, subject: str) -> dict[str, Any]:
    digest = store.put(parquet.pack(part))
    return {"partition": place, "rows": len(part[subject]), "subjects": len(np.unique(part[subject])), "digest": digest}


def distinct(columns: Sequence[Column], rows: Rows) -> dict[str, int]:
    """Return how many different values each column has."""
    return {f"distinct {column.name}": len(np.unique(rows[column.name])) for column in columns}


def _contract(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [column.as_json() for column in columns]
