"""What a dataset keeps of its watched columns: counts in its row, and those of each subject, nameless, in the store."""

import logging
from collections.abc import Sequence
from typing import Any

from mlops import arrays, store
from mlops.errors import BadArtefact
from mlops.models import Dataset
from mlops.ports import Column, Recipe, Rows
from mlops.stats import histograms
from mlops.stats.histograms import Histogram

logger = logging.getLogger(__name__)


def keep(*, recipe: Recipe, rows: Rows) -> dict[str, dict[str, Any]]:
    """Return what to write as Dataset.histograms; the counts by subject go into the store. Called before the transaction."""
    return count(columns=recipe.columns, subject=recipe.subject, rows=rows)


def count(*, columns: Sequence[Column], subject: str, rows: Rows) -> dict[str, dict[str, Any]]:
    """Return the same by columns that are no recipe's any more. subject: the column that says whose a row is."""
    found = histograms.count(histograms.watched(columns), rows, subject)
    return {
        name: {**one.as_json(), "blocks": store.put(arrays.pack({"blocks": one.blocks}))} for name, one in found.items()
    }


def read(dataset: Dataset) -> dict[str, Histogram]:
    """Return the kept histograms; one whose subjects cannot be read comes without them, and is logged."""
    return {name: _read(dataset, name, written) for name, written in dataset.histograms.items()}


def _read(dataset: Dataset, name: str, written: dict[str, Any]) -> Histogram:
    if digest := written.get("blocks"):
        try:
            return histograms.from_kept(name, written, arrays.unpack(store.open(digest)))
        except (BadArtefact, ValueError) as error:
            logger.error("%s has lost what it keeps of the subjects of %s: %s", dataset, name, error)
    return histograms.from_kept(name, written, None)
