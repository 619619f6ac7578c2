"""Editions of any day: which one was in force, and its rows as columns, parsed once."""

from datetime import datetime
from functools import lru_cache

import numpy as np

from catalog.errors import EditionWrong
from catalog.models import ChartEdition, ImportedVotes
from catalog.recsys.columns import Array, Columns, read
from catalog.selectors import charts


def first() -> ChartEdition | None:
    """Return the first edition there was."""
    return ChartEdition.objects.order_by("number").first()


def in_force(at: datetime) -> ChartEdition | None:
    """Return the edition that was in force at a moment, or None before the first."""
    return ChartEdition.objects.filter(at__lte=at).order_by("-number").first()


def columns(edition: ChartEdition) -> Columns:
    """Return an edition's rows. Raises EditionGone when thinned by age, EditionWrong when missing, changed or unreadable."""
    if edition.thinned_at:
        charts.artefact(edition)  # raises, with the words
    try:
        return rows(edition.content_digest)
    except (EditionWrong, ValueError) as error:
        raise charts.unreadable(edition, error) from error


@lru_cache(maxsize=24)  # about half a megabyte each
def rows(digest: str) -> Columns:
    """Return the rows with a digest. Raises EditionWrong, or ValueError when they cannot be read."""
    return read(charts.rows_of(digest))


def imported(edition: ChartEdition) -> Array:
    """Return how many votes of each row of an edition were imported, as far as is known now; shape (films,)."""
    newest = charts.newest()
    return _imported(edition.content_digest, newest.chain_digest if newest else "")


@lru_cache(maxsize=8)
def _imported(digest: str, newest_chain: str) -> Array:
    known = dict(ImportedVotes.objects.values_list("movie_id", "votes"))
    columns = rows(digest)
    found = np.array([known.get(film, 0) for film in columns.id.tolist()], dtype=np.int64)
    return np.minimum(found, columns.votes)
