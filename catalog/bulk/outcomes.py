"""What becomes of each line, held against what is there: no database, so that a dry run says the same as a real one."""

import hashlib
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from catalog.bulk.lines import Fault, Line

ADDED, UPDATED, UNCHANGED, NOT_FOUND, REJECTED = "added", "updated", "unchanged", "not_found", "rejected"
AHEAD = timedelta(minutes=5)  # how far their clock may be before ours
TOO_LATE = Fault("too_late", "rated_at is still to come: it lies after the moment when the file was sent.")
ERASED = Fault("viewer_erased", "The viewer was erased after the file was sent: what it says of them is not taken in.")

Key = tuple[str, int]  # the partner's word for a viewer, and a film


class Given(NamedTuple):
    """A rating as it stands."""

    value: int
    rated_at: datetime


class Change(NamedTuple):
    """One rating made, or changed: what history keeps, in the order of the file."""

    key: Key
    given: Given
    is_new: bool


@dataclass
class Plan:
    """What lines come to. before: all that was there of what they name; results: (line, status, fault)."""

    before: Mapping[Key, Given]
    results: list[tuple[int, str, Fault | None]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(status for _, status, _ in self.results)

    @property
    def after(self) -> dict[Key, Given]:
        """Every rating that is made or changed, as it stands in the end: of two lines for one film the later wins."""
        return {change.key: change.given for change in self.changes}


def digest_of(user: str) -> str:
    """Return what stands for the name of a viewer who was erased: the name itself is kept nowhere."""
    return hashlib.sha256(user.encode()).hexdigest()


def plan(
    lines: Iterable[Line],
    before: Mapping[Key, Given],
    films: Container[int],
    sent_at: datetime,
    erased: Collection[str] = (),
) -> Plan:
    """Say what becomes of lines.

    sent_at: when the file came, which is when a rating without a time was given. erased: digests of viewers' names.
    """
    made, now, latest, gone = Plan(before), dict(before), sent_at + AHEAD, frozenset(erased)
    changing: dict[Key, list[tuple[int, Line]]] = {}
    for line in lines:
        fault, status = line.fault, REJECTED
        if fault is None and gone and digest_of(line.user) in gone:
            fault = ERASED
        elif fault is None and line.movie not in films:
            fault, status = Fault("unknown_movie", f"There is no film {line.movie}."), NOT_FOUND
        elif fault is None and line.rated_at and line.rated_at > latest:
            fault = TOO_LATE
        elif fault is None:
            status = _take(made, now, line, sent_at)
        if status in (ADDED, UPDATED):
            changing.setdefault((line.user, line.movie), []).append((len(made.results), line))
        made.results.append((line.number, status, fault))
    _leave(made, changing)
    return made


def _leave(made: Plan, changing: Mapping[Key, Sequence[tuple[int, Line]]]) -> None:
    """Take back what lines change to and fro, in the end to what is there already: else a file sent again would be news.

    changing: of each rating the lines that change it, each with its place among the results.
    """
    idle = {key for key, those in changing.items() if _says(made.before.get(key), those[-1][1])}
    made.changes = [change for change in made.changes if change.key not in idle]
    for key in idle:
        for place, line in changing[key]:
            made.results[place] = (line.number, UNCHANGED, None)


def _says(there: Given | None, line: Line) -> bool:
    """Say whether a rating stands as a line has it."""
    return there is not None and there.value == line.value and line.rated_at in (None, there.rated_at)


def _take(made: Plan, now: dict[Key, Given], line: Line, sent_at: datetime) -> str:
    key = (line.user, line.movie)
    there = now.get(key)
    if _says(there, line):
        return UNCHANGED
    now[key] = Given(line.value, line.rated_at or sent_at)
    made.changes.append(Change(key, now[key], there is None))
    return UPDATED if there else ADDED


def segment(results: Iterable[tuple[int, str, Fault | None]]) -> bytes:
    """Return results as NDJSON."""
    return "".join(map(_result, results)).encode()


def _result(result: tuple[int, str, Fault | None]) -> str:
    number, status, fault = result
    why = orjson.dumps({"code": fault.code, "detail": fault.detail}).decode() if fault else "null"
    return f'{{"line":{number},"status":"{status}","problem":{why}}}\n'
