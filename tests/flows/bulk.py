"""Files of ratings as large as one likes, what must come of them by a plain count, and how they are sent."""

import http.client
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.bulk.reading import ROWS
from catalog.models import PartnerImport
from tests.catalog.bulk import NDJSON

PIECE = 2**16
Pair = tuple[str, int]


@dataclass
class File:
    """A file, and what must come of it: the status of each line, and each viewer's last word on a film.

    chunk: of those whom this chunk speaks of, what was there before it, and the lines.
    """

    path: Path
    statuses: list[str] = field(default_factory=list)
    ratings: dict[Pair, int] = field(default_factory=dict)
    chunk: dict[Pair, tuple[int | None, list[int]]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {name: count for name, count in Counter(self.statuses).items() if count}

    def tallies(self) -> dict[int, tuple[int, int]]:
        votes, points = Counter[int](), Counter[int]()
        for (_, film), value in self.ratings.items():
            votes[film] += 1
            points[film] += 10 * value
        return {film: (votes[film], points[film]) for film in votes}


def generated(path: Path, lines: int, *, viewers: int, films: list[int], seed: int = 1) -> File:
    """Write a file: every viewer in turn and film after film, here and there a film that is not, a line that is none, and
    in the second half a viewer who thinks again, or says the same once more.
    """
    draw, made = random.Random(seed), File(path)
    with path.open("w") as out:
        for line in range(lines):
            out.write(_line(made, line, draw, viewers, films, lines) + "\n")
            if line % ROWS == ROWS - 1:
                _end_chunk(made)
    _end_chunk(made)
    return made


def _end_chunk(made: File) -> None:
    """Lines that come within a chunk to what was there before it have changed nothing."""
    for key, (there, lines) in made.chunk.items():
        if there == made.ratings[key]:
            for line in lines:
                made.statuses[line] = "unchanged"
    made.chunk.clear()


def _line(made: File, line: int, draw: random.Random, viewers: int, films: list[int], lines: int) -> str:
    user, turn = line % viewers, line // viewers
    film, value, chance = films[(user * 37 + turn) % len(films)], 1 + line * 7_919 % 10, draw.random()
    if chance < 0.01:
        made.statuses.append("not_found")
        return _rating(f"viewer-{user}", 10**15, value)
    if chance < 0.02:
        made.statuses.append("rejected")
        return _rating(f"viewer-{user}", film, 11)
    if chance < 0.04 and line > lines // 2:
        user = draw.randrange(viewers)
        film = films[(user * 37 + lines // 2 // viewers - 1) % len(films)]
    key = (f"viewer-{user}", film)
    before = made.ratings.get(key)
    made.statuses.append("added" if before is None else "unchanged" if before == value else "updated")
    made.ratings[key] = value
    made.chunk.setdefault(key, (before, []))[1].append(line)
    return _rating(*key, value)


def _rating(user: str, film: int, value: int) -> str:
    return f'{{"user": "{user}", "movie": {film}, "value": {value}, "rated_at": "2026-05-0{1 + value % 9}T12:00:00Z"}}'


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        yield line
    finally:
        line.close()


def uploaded(port: int, plain: str, path: Path, key: str, *, dry: bool = False) -> dict[str, Any]:
    """Send a file to a running site, piece by piece; return the import."""
    headers = {"Authorization": f"Bearer {plain}", "Content-Type": NDJSON, "Idempotency-Key": key}
    headers["Content-Length"] = str(path.stat().st_size)
    with connected(port) as line, path.open("rb") as file:
        line.request("POST", f"/api/v1/imports?dry_run={str(dry).lower()}", file, headers)
        answer = line.getresponse()
        body: dict[str, Any] = json.loads(answer.read())
    assert answer.status == 202, body
    return body


def results(port: int, plain: str, address: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of results, as they come over the wire."""
    with connected(port) as line:
        line.request("GET", address, headers={"Authorization": f"Bearer {plain}"})
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        for row in answer:
            yield json.loads(row)


def now(uid: str) -> PartnerImport:
    return PartnerImport.objects.get(uid=uid)


def peak(group: int) -> dict[int, int]:
    """The most memory, in MiB, that each process of a group has held so far."""
    found: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(entry.name)) == group:
                told = dict(row.split(":", 1) for row in (entry / "status").read_text().splitlines())
                found[int(entry.name)] = int(told["VmHWM"].split()[0]) // 1024
        except (OSError, KeyError):
            continue
    return found
