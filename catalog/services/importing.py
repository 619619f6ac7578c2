"""The work of an import, in pieces of seconds: a worker that dies loses one chunk at most, and no line is done twice."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from catalog.bulk import folders, outcomes
from catalog.bulk.lines import BadHeader
from catalog.bulk.outcomes import Key, Plan
from catalog.bulk.reading import Chunk, Reader
from catalog.bulk.shadow import Shadow
from catalog.models import Movie, PartnerImport, Source
from catalog.services import bulk_rows, import_rows, imports, partner_raters
from catalog.services.import_rows import Owner
from mlops import work
from mlops.ports import SYSTEM

PIECE = timedelta(seconds=5)  # then others' work has its turn
TRIES = 5  # of a chunk that single ratings came before
Clock = Callable[[], datetime]
State = PartnerImport.State
GONE = "The upload is no longer here: send the file again."


class Stopped(Exception):
    """The import was called off while it was at work."""


class Work:
    """One piece: an import, its lease, its file."""

    def __init__(self, found: PartnerImport, lease: work.Lease, clock: Clock) -> None:
        self.found, self.lease, self.clock = found, lease, clock
        self.owner = Owner(found.partner, found.test)
        self.films: Collection[int] = ()
        self.source: Source | None = None

    def hold(self) -> datetime:
        """Nobody else takes the piece up, calls the import off, or erases a viewer whom it may name, until the transaction ends.

        Raises ClaimLost, Stopped.
        """
        at = self.clock()
        work.hold(lease=self.lease, at=at)
        held = imports.begin(self.found, at)
        if held is None:
            raise Stopped
        self.found.erased = held.erased
        return at

    def prepare(self) -> None:
        """Read what all chunks need: which films there are, and the source that ratings are of."""
        bulk_rows.make_room()
        self.films = set(Movie.objects.values_list("pk", flat=True))
        if not self.found.dry_run:
            self.source = partner_raters.source_of(partner=self.owner.partner, at=self.clock())


def carry_out(*, lease: work.Lease, clock: Clock) -> dict[str, Any]:
    """Do a piece of an import and end its job with it; offer the next one, or bring the import to its end. Raises ClaimLost.

    An import that was called off, or is gone, needs nothing.
    """
    found = PartnerImport.objects.select_related("partner").filter(uid=lease.payload["import"]).open().first()
    if found is None:
        return {"lines": 0}
    before = found.lines
    try:
        with transaction.atomic():
            Work(found, lease, clock).hold()
        whole = _piece(Work(found, lease, clock))
        _rest(lease, found, clock, State.COMPLETED if whole else None)
    except Stopped:
        folders.tidy(found.uid)
        return {"lines": found.lines - before}
    except BadHeader as error:
        _rest(lease, found, clock, State.FAILED, str(error))
    except FileNotFoundError:
        _rest(lease, found, clock, State.FAILED, GONE)
    return {"lines": found.lines - before}


def _rest(lease: work.Lease, found: PartnerImport, clock: Clock, state: str | None, problem: str = "") -> None:
    """End the job, and with it the import or else offer the next piece."""
    with transaction.atomic():
        at = clock()
        work.hold(lease=lease, at=at)
        held = PartnerImport.objects.select_for_update().get(pk=found.pk)
        if state and held.state in PartnerImport.OPEN:
            imports.end(held, state, problem, at)
            imports.start_next(held.partner_id, by=SYSTEM, at=at)
        elif held.state in PartnerImport.OPEN:
            imports.offer(held, part=int(lease.payload["part"]) + 1, by=SYSTEM, at=at)
        work.finish(lease=lease, at=at, result={"lines": found.lines})
    if state:
        folders.tidy(found.uid)


def _piece(doing: Work) -> bool:
    """Take chunks in until the time is over; say whether that was the whole file."""
    found, until = doing.found, doing.clock() + PIECE
    with folders.opened(found.uid, found.size) as file:
        is_csv = found.form == PartnerImport.Form.CSV
        reader = Reader(file, is_csv=is_csv, offset=found.offset, last_line=found.last_line)
        doing.prepare()
        while doing.clock() < until:
            chunk = reader.next()
            if chunk.offset > found.offset:
                _take(doing, chunk)
            if chunk.offset >= found.size:
                return True
    return False


def _take(doing: Work, chunk: Chunk) -> None:
    """Take one chunk in; anew when one of its ratings was changed by somebody else, or a viewer of it erased, meanwhile."""
    left = TRIES
    while left:
        erased = doing.found.erased
        try:
            if (_dry if doing.found.dry_run else _real)(doing, chunk):
                return
        except IntegrityError:  # somebody made the same rating, or took a film out
            if left == 1:
                raise
            doing.prepare()
        left -= doing.found.erased == erased  # viewers to erase come to an end, so whoever erases many is no fault
    raise RuntimeError(f"{TRIES} times ratings of one chunk were changed while it was read")


def _keys(chunk: Chunk, films: Collection[int]) -> list[Key]:
    return list({(line.user, line.movie): None for line in chunk.lines if not line.fault and line.movie in films})


def _name_any(chunk: Chunk, erased: Collection[str]) -> bool:
    """Say whether a chunk names any of those who were erased since it was planned: then what was planned is not so."""
    return bool(erased) and any(outcomes.digest_of(line.user) in erased for line in chunk.lines)


def _real(doing: Work, chunk: Chunk) -> bool:
    found, keys, source, erased = doing.found, _keys(chunk, doing.films), doing.source, doing.found.erased
    assert source is not None
    known = import_rows.known(doing.owner, keys)
    plan = outcomes.plan(chunk.lines, known.ratings, doing.films, found.created_at, erased)
    draft = folders.draft(found.uid, outcomes.segment(plan.results))
    with transaction.atomic():
        at = doing.hold()
        late = _name_any(chunk, set(found.erased) - set(erased))
        if late or not import_rows.write(doing.owner, plan, known.raters, source, at):
            draft.unlink()
            return False
        # Whoever lost the lease has not come here: what the next worker wrote under this number stays.
        folders.keep(found.uid, draft, found.segments + 1)
        told = _advance(found, chunk, plan)
    _note(found, told)
    return True


def _dry(doing: Work, chunk: Chunk) -> bool:
    found, keys, number = doing.found, _keys(chunk, doing.films), doing.found.segments + 1
    erased = found.erased
    with Shadow(folders.of(found.uid)) as shadow:
        before = {**import_rows.known(doing.owner, keys).ratings, **shadow.find(keys, number)}
        plan = outcomes.plan(chunk.lines, before, doing.films, found.created_at, erased)
        shadow.note(plan.after, number)
    draft = folders.draft(found.uid, outcomes.segment(plan.results))
    with transaction.atomic():
        doing.hold()
        if _name_any(chunk, set(found.erased) - set(erased)):
            draft.unlink()
            return False
        folders.keep(found.uid, draft, number)
        told = _advance(found, chunk, plan)
    _note(found, told)
    return True


def _advance(found: PartnerImport, chunk: Chunk, plan: Plan) -> dict[str, int]:
    """Write down how far the import is, inside the transaction of what was done."""
    counts = plan.counts
    told = {name: getattr(found, name) + counts[name] for name in PartnerImport.OUTCOMES}
    told |= {"offset": chunk.offset, "last_line": chunk.last_line, "segments": found.segments + 1}
    told["lines"] = found.lines + len(plan.results)
    PartnerImport.objects.filter(pk=found.pk).update(**told)
    return told


def _note(found: PartnerImport, told: dict[str, int]) -> None:
    """Have the object say what its row says, once that holds."""
    for name, value in told.items():
        setattr(found, name, value)
