"""Whom a partner's ratings belong to: its viewers, by the partner's own word for them, under a source that bears its name."""

from collections.abc import Collection
from datetime import datetime

from catalog.errors import CatalogError
from catalog.models import Partner, Rater, Source
from catalog.opaque import MOST_REFERENCE, REFERENCE
from mlops import audit
from mlops.ports import SYSTEM

MOST = MOST_REFERENCE


class BadReference(CatalogError):
    """A word for a viewer that is none: empty, too long, or with signs that no opaque id needs."""


def check_reference(reference: str) -> str:
    """Return the reference. Raises BadReference."""
    if not REFERENCE.fullmatch(reference):
        raise BadReference(f"A viewer is named by 1 to {MOST} letters, digits, or any of . _ ~ - (an opaque id).")
    return reference


def source_of(*, partner: Partner, at: datetime) -> Source:
    """Return the source of all that a partner sends, which datasets name; it is made with the first of it."""
    key = partner.source_key
    return Source.objects.filter(key=key).first() or _made(key, partner, at)


@audit.governed()
def _made(key: str, partner: Partner, at: datetime) -> Source:
    words = {
        "title": f"Ratings sent by {partner.name}"[:120],
        "licence_name": "by contract with the partner",
        "permitted_use": Source.Use.ANY,
        "terms": "Trains the recommender. Counts in the chart only where an approved version of the formula says so.",
        "origin": "partner API",
    }
    source, fresh = Source.objects.get_or_create(key=key, defaults=words)
    if fresh:
        audit.record("source.added", f"source:{key}", by=SYSTEM, at=at, partner=partner.pk)
    return source


def raters(*, partner: Partner, references: Collection[str], test: bool) -> dict[str, int]:
    """Return the raters' keys by reference, and make those who are new. Within a transaction; references are checked."""
    found = _known(partner, references, test)
    new = sorted(set(references) - found.keys())
    if not new:
        return found
    kind = Rater.Kind.PARTNER
    # Another import may make the same one at the same moment: then theirs is taken.
    Rater.objects.bulk_create(
        [Rater(kind=kind, partner=partner, reference=reference, test=test) for reference in new], ignore_conflicts=True
    )
    return found | _known(partner, new, test)


def _known(partner: Partner, references: Collection[str], test: bool) -> dict[str, int]:
    return dict(Rater.objects.named(partner.pk, test, references).values_list("reference", "pk"))
