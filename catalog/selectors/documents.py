"""What an edition says of itself, in types that JSON knows: the same on the page, in the API and for the verifier."""

from typing import Any

from catalog.models import ChartEdition


def edition_document(edition: ChartEdition) -> dict[str, Any]:
    """Return the record that docs/verify_edition.py reads: parameters, digests, chain. Decimals are strings."""
    return {
        "number": edition.number,
        "at": edition.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": edition.version_label,
        "m": edition.prior_votes,
        "floor": edition.floor,
        "c": decimal(edition.mean_e4, 4),
        "films": edition.films,
        "ranked": edition.ranked,
        "rank_changes": edition.changes,
        "content_digest": edition.content_digest,
        "previous_chain": edition.previous_chain,
        "chain_digest": edition.chain_digest,
        "thinned_at": edition.thinned_at and edition.thinned_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def decimal(value: int, places: int) -> str:
    """Return value / 10^places as an exact decimal text; value ≥ 0."""
    whole, rest = divmod(value, 10**places)
    return f"{whole}.{rest:0{places}d}"
