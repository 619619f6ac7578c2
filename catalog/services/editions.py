"""Publishing the chart: read the tallies, weigh, store the artefact, then one short transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import connection, transaction

from catalog.errors import CatalogError
from catalog.models import ChartEdition, Tally
from catalog.recsys import counting
from catalog.recsys import editions as codec
from catalog.recsys.formula import KEY, Formula
from catalog.recsys.weighted import Chart, Tallied
from catalog.selectors import counting as votes
from catalog.services import standings
from mlops import audit, store
from mlops.ports import Actor
from mlops.serving import Served, served

NO_CHAIN = "0" * 64
PUBLISH_LOCK = 7002  # the advisory lock that lets one publisher through at a time


def _nothing_to_end(number: int) -> None:
    """Nobody waits for the edition."""


def stamp(at: datetime) -> str:
    """Return the moment as editions write it: RFC 3339, UTC, whole seconds, Z."""
    return at.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Inputs:
    """What an edition is made of: the version that serves, and every film with the votes that count under it."""

    service: Served
    films: list[Tallied]

    @property
    def model(self) -> Formula:
        return cast(Formula, self.service.model)


def inputs() -> Inputs | None:
    """Return what the next edition would be made of now; None when no film has a vote. Raises NothingServed."""
    if not Tally.objects.filter(votes__gt=0).exists():
        return None
    service = served(KEY)
    return Inputs(service, tallied(partners=cast(Formula, service.model).counts_partners))


def tallied(*, partners: bool = False) -> list[Tallied]:
    """Return every film with a vote as it stands now, from one statement. partners: whether their viewers' votes count."""
    return counting.counted(votes.votes(partners=partners), partners=partners)


def is_due(last: ChartEdition | None, at: datetime) -> bool:
    """Say whether EDITION_EVERY has passed since the last edition."""
    return last is None or at >= last.at + timedelta(seconds=settings.EDITION_EVERY)


def publish(
    *,
    by: Actor,
    at: datetime,
    now: bool = False,
    made_of: Inputs | None = None,
    number: int | None = None,
    ended: Callable[[int], None] = _nothing_to_end,
) -> ChartEdition | None:
    """Publish the next edition and return it; None when none is due, nothing changed, or another publisher was first.

    now: do not wait for EDITION_EVERY (the first load, a job, and tests). made_of: as it was read a moment ago.
    number: the only one it may get, where that was read before this looked for the last edition. ended: is given the
    number inside the transaction, to end the work that this is. Raises NothingServed before the genesis of the formula.
    """
    last = ChartEdition.objects.order_by("-number").first()
    if (not now and not is_due(last, at)) or number not in (None, _next(last)):
        return None
    made_of = made_of or inputs()
    if made_of is None:
        return None
    service, model = made_of.service, made_of.model
    if not model.countable:  # the artefact would name raters whose votes no tally holds
        raise CatalogError(
            f"{service.label} counts {', '.join(model.kinds)}; members count always, partners where a version says so, "
            "and nobody else."
        )
    chart = model.chart(made_of.films)
    data = codec.artefact(
        chart, version=service.label, prior_votes=model.prior_votes, floor=model.floor, kinds=list(model.kinds)
    )
    if last and codec.content_digest(data) == last.content_digest:
        return None
    store.put(data)  # files and hashing before the transaction, which stays short
    return _commit(last, chart, service, data, ended, by=by, at=at.replace(microsecond=0))


@audit.governed()
def _commit(
    last: ChartEdition | None,
    chart: Chart,
    service: Served,
    data: bytes,
    ended: Callable[[int], None],
    *,
    by: Actor,
    at: datetime,
) -> ChartEdition | None:
    _lock()
    digest = store.put(data)  # already there, unless thinning just let an older edition with the same bytes go
    before = ChartEdition.objects.order_by("-number").first()
    if _next(before) != _next(last):
        return None  # another publisher was first; what it left out is in the next edition
    model = cast(Formula, service.model)
    number, previous = _next(before), before.chain_digest if before else NO_CHAIN
    edition = ChartEdition.objects.create(
        number=number,
        at=at,
        version_label=service.label,
        prior_votes=model.prior_votes,
        floor=model.floor,
        mean_e4=chart.mean_e4,
        films=len(chart.rows),
        ranked=sum(row.rank is not None for row in chart.rows),
        changes=0,
        content_digest=digest,
        previous_chain=previous,
        chain_digest=codec.chain_digest(previous, digest, number, stamp(at)),
    )
    edition.changes = standings.replace(number, chart.rows, listed=before.ranked if before else 0)
    edition.save(update_fields=["changes"])
    ended(number)  # before the log is locked, in the order of whoever calls the work off
    audit.record("edition.published", f"edition:{number}", by=by, at=at, content=digest, chain=edition.chain_digest)
    return edition


def _next(last: ChartEdition | None) -> int:
    return last.number + 1 if last else 1


def _lock() -> None:
    """Let one publisher through: SQLite's BEGIN IMMEDIATE already does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])


def thin(*, by: Actor, at: datetime) -> int:
    """Remove artefacts that EDITION_KEEP lets go and return how many editions were thinned; digests are kept for ever."""
    gone = _mark(by=by, at=at)
    _remove(gone)  # after the commit: a row may lack its file, never a file its row
    return len(gone)


@transaction.atomic(durable=True)
def _mark(*, by: Actor, at: datetime) -> list[ChartEdition]:
    """Mark the editions that are let go: of older days or months all but the last, unless a kept one has the same rows."""
    _lock()
    kept: set[str] = set()
    let_go: list[ChartEdition] = []
    periods: set[str] = set()
    for edition in ChartEdition.objects.filter(thinned_at__isnull=True).order_by("-number"):
        period = _period(edition.at, at)
        if period is None or period not in periods:
            kept.add(edition.content_digest)
            periods.add(period or "")
        else:
            let_go.append(edition)
    gone = [edition for edition in let_go if edition.content_digest not in kept]
    if gone:
        ChartEdition.objects.filter(pk__in=[edition.pk for edition in gone]).update(thinned_at=at)
        audit.record("editions.thinned", "editions", by=by, at=at, numbers=[edition.number for edition in gone])
    return gone


@transaction.atomic
def _remove(gone: list[ChartEdition]) -> None:
    """Remove the files that no kept edition names: one may have been published with the same rows meanwhile."""
    _lock()
    digests = {edition.content_digest for edition in gone}
    kept = ChartEdition.objects.filter(thinned_at__isnull=True, content_digest__in=digests)
    for digest in digests - set(kept.values_list("content_digest", flat=True)):
        store.remove(digest)


def _period(published: datetime, at: datetime) -> str | None:
    """Return the day or month of which one edition is kept, or None where all are."""
    age = at - published
    if age <= timedelta(days=settings.EDITION_KEEP["all_days"]):
        return None
    return published.strftime("%Y-%m-%d" if age <= timedelta(days=settings.EDITION_KEEP["daily_days"]) else "%Y-%m")
