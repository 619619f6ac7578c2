"""What happened that no event tells of yet: found by its absence, so that a row that was committed late is not missed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from catalog.models import ChartEdition, Event, Licence, Movie, PartnerImport
from catalog.territories import ZONES, days_at, end_of, first_moment
from mlops import ledger

Kind = Event.Kind
LOOK_BACK = timedelta(days=14)
PUBLIC = ("title", "year", "runtime", "certificate", "genres")  # what partners see of a film
TERMS = ("movie_id", "territory", "starts_on", "ends_on")  # and of a licence
LEFT = ":left"  # ends the origin of what a licence lost, beside the event of the same row: told with it, or never
CHANGES = {"+": "added", "~": "changed", "-": "removed"}
ACTS = {
    "version.genesis": Kind.MODEL_PROMOTED,
    "version.promoted": Kind.MODEL_PROMOTED,
    "deployment.rolled_back": Kind.MODEL_ROLLED_BACK,
}


@dataclass(frozen=True)
class Untold:
    """One event to be: what an Event says. partner: whose alone it is; test: of a key for trying out."""

    kind: str
    origin: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    partner: int | None = None
    territory: str = ""
    test: bool = False


def find(*, at: datetime, most: int) -> list[Untold]:
    """Return what is to be told, what happened first coming first; the rest is found the next time.

    most: how many, and one more where the last of them would be parted from what its row lost.
    """
    since = at - LOOK_BACK
    found = [*_films(since, most), *_rights(since, most), *_editions(since, most), *_imports(since, most)]
    found += [*_acts(since), *_near(at, most)]
    found.sort(key=lambda one: (one.at, one.origin.removesuffix(LEFT), one.origin))
    return found[: most + (len(found) > most and found[most].origin.endswith(LEFT))]


def _lacking(rows: QuerySet[Any], *origin: Any) -> QuerySet[Any]:
    """Rows whose origin, put together of these, no event has."""
    text = Concat(*(Value(part) if ":" in part else Cast(part, CharField()) for part in origin))
    told = Event.objects.filter(origin=OuterRef("told_as"))
    lacking: QuerySet[Any] = rows.annotate(told_as=text).filter(~Exists(told))
    return lacking


def _changes(model: Any, name: str, since: datetime, most: int) -> Iterator[tuple[Any, Any]]:
    """Yield rows of a history that are untold, each with the row before it, or None."""
    history = model.history.model.objects
    earlier = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    rows = _lacking(history.filter(history_date__gte=since), f"{name}:", "history_id")
    rows = rows.annotate(row_before=Subquery(earlier.values("history_id")[:1])).order_by("history_id")[:most]
    before = history.in_bulk([row.row_before for row in rows if row.row_before], field_name="history_id")
    yield from ((row, before.get(row.row_before)) for row in rows)


def _differing(row: Any, before: Any, names: Sequence[str]) -> list[str]:
    """Return what a change may have moved: all of it, where the state before is not on record."""
    if row.history_type == "-":
        return []
    return [name for name in names if before is None or getattr(row, name) != getattr(before, name)]


def _films(since: datetime, most: int) -> Iterator[Untold]:
    for row, before in _changes(Movie, "historicalmovie", since, most):
        fields = _differing(row, before, PUBLIC)
        said = {"movie": row.id, "change": CHANGES[row.history_type], "fields": fields}
        kind = Kind.MOVIE_UPDATED if fields or row.history_type != "~" else Kind.NOTHING
        yield Untold(kind, row.told_as, row.history_date, said)


def _rights(since: datetime, most: int) -> Iterator[Untold]:
    for row, before in _changes(Licence, "historicallicence", since, most):
        moved = row.history_type != "~" or _differing(row, before, TERMS)
        said = {"movie": row.movie_id, "licence": row.id, "territory": row.territory}
        said |= {"change": CHANGES[row.history_type]}
        kind = Kind.RIGHTS_CHANGED if moved else Kind.NOTHING
        yield Untold(kind, row.told_as, row.history_date, said, territory=row.territory)
        if before and before.territory != row.territory:  # who hears of that territory alone has lost it
            left = {**said, "movie": before.movie_id, "territory": before.territory, "change": "removed"}
            yield Untold(kind, f"{row.told_as}{LEFT}", row.history_date, left, territory=before.territory)


def _editions(since: datetime, most: int) -> Iterator[Untold]:
    rows = ChartEdition.objects.filter(at__gte=since)
    for edition in _lacking(rows, "edition:", "number").order_by("number")[:most]:
        said = {"edition": edition.number, "films": edition.films, "rank_changes": edition.changes}
        yield Untold(Kind.CHART_PUBLISHED, edition.told_as, edition.at, said)


def _imports(since: datetime, most: int) -> Iterator[Untold]:
    ended = (PartnerImport.State.COMPLETED, PartnerImport.State.FAILED)
    rows = PartnerImport.objects.filter(state__in=ended, dry_run=False, ended_at__gte=since)
    for row in _lacking(rows, "import:", "uid").order_by("ended_at", "pk")[:most]:
        said = {"import": row.uid, "state": row.state.lower(), "test": row.test, "lines": row.lines}
        said |= {name: getattr(row, name) for name in PartnerImport.OUTCOMES}
        yield Untold(Kind.BULK_COMPLETED, row.told_as, row.ended_at, said, partner=row.partner_id, test=row.test)


def _acts(since: datetime) -> Iterator[Untold]:
    acts = {f"act:{act.seq}": act for act in ledger.acts_since(since, 1_000)}
    known = set(Event.objects.filter(origin__in=acts).values_list("origin", flat=True))
    for origin, act in acts.items():
        if origin not in known:
            yield Untold(ACTS[act.action], origin, act.at, {"version": act.version, "serves": act.serves})


def _near(at: datetime, most: int) -> Iterator[Untold]:
    """Licences whose first or last day is near by the clock of their own territory; a day that was moved is told again."""
    notice = timedelta(days=settings.RIGHTS_NOTICE_DAYS)
    for day, codes in days_at(at):
        for kind, column in ((Kind.RIGHTS_STARTING, "starts_on"), (Kind.RIGHTS_ENDING, "ends_on")):
            near = {f"{column}__gte": day, f"{column}__lte": day + notice}
            rows = Licence.objects.filter(territory__in=codes, **near)
            origin = (f"{kind}:", "pk", f":{column}:", column)
            for row in _lacking(rows, *origin).order_by(column, "pk")[:most]:
                yield Untold(kind, row.told_as, at, _soon(row, kind), territory=row.territory)


def _soon(row: Licence, kind: str) -> dict[str, Any]:
    zone, said = ZONES[row.territory], {"movie": row.movie_id, "licence": row.pk, "territory": row.territory}
    if kind == Kind.RIGHTS_STARTING:
        return {**said, "starts_at": _text(first_moment(zone, row.starts_on))}
    return {**said, "ends_at": _text(end_of(zone, row.ends_on))}


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
