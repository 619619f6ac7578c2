"""Parquet in the store: one partition of a dataset to bytes and back, as columns."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlops import store
from mlops.errors import BadArtefact
from mlops.models import Dataset
from mlops.ports import Array, Rows


def pack(rows: Rows) -> bytes:
    """Return the columns, sorted by name, as one Parquet file; texts as strings."""
    table = pa.table(
        {name: pa.array(rows[name].tolist() if _text(rows[name]) else rows[name]) for name in sorted(rows)}
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def unpack(data: bytes) -> dict[str, Array]:
    """Return the columns of a Parquet file; strings as texts of fixed width. Raises ValueError when it is none."""
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:  # a damaged footer is an OSError
        raise ValueError(f"no Parquet file: {error}") from error
    return {name: _column(table.column(name)) for name in table.column_names}


def rows_of(dataset: Dataset, *, but: Collection[int] = ()) -> dict[str, Array]:
    """Return a frozen dataset's rows, partition after partition. Raises BadArtefact when one is gone or changed.

    but: the places of partitions that are left out.
    """
    try:
        parts = [unpack(store.open(part["digest"])) for i, part in enumerate(dataset.partitions) if i not in but]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    except (ValueError, KeyError, IndexError) as error:
        raise BadArtefact(f"a partition of {dataset} cannot be read: {error}") from error


def _text(values: Array) -> bool:
    return values.dtype.kind == "U"


def _column(column: pa.ChunkedArray) -> Array:
    values: Array = column.to_numpy()
    return values.astype(np.str_) if values.dtype.kind == "O" else values
