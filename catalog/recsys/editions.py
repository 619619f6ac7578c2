"""The bytes of an edition: canonical NDJSON, its content digest, and the chain over editions."""

import hashlib
import json
from typing import Any

from catalog.recsys.weighted import Chart, Ranked

FORMAT = "retromovies-edition-1"


def artefact(chart: Chart, *, version: str, prior_votes: int, floor: int, kinds: list[str]) -> bytes:
    """Return the canonical NDJSON of a chart: a line of parameters, then one line a film in chart order.

    Neither number nor time is in it: the same inputs give the same bytes on any database.
    """
    head = {
        "format": FORMAT,
        "version": version,
        "m": prior_votes,
        "floor": floor,
        "c_rule": "mean of S/10v over films with v >= 1, half-even at 4 decimals",
        "kinds": sorted(kinds),
        "C_e4": chart.mean_e4,
        "films": len(chart.rows),
    }
    return b"".join([_line(head), *(_line(_row(row)) for row in chart.rows)])


def _row(row: Ranked) -> dict[str, Any]:
    return {"id": row.id, "year": row.year, "v": row.votes, "S": row.points, "wr_e6": row.wr_e6, "rank": row.rank}


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def content_digest(data: bytes) -> str:
    """Return the SHA-256 of an artefact, in hex."""
    return hashlib.sha256(data).hexdigest()


def chain_digest(previous: str, content: str, number: int, at: str) -> str:
    """Return SHA-256(previous ‖ content ‖ number ‖ time), each as text on a line of its own; in hex.

    previous: chain digest of the edition before, 64 zeros for the first; at: RFC 3339 in UTC, to the second, ending in Z.
    """
    return hashlib.sha256("\n".join([previous, content, str(number), at]).encode()).hexdigest()


def head(data: bytes) -> dict[str, Any]:
    """Return the parameters of an artefact: its first line. Raises ValueError when that is none."""
    found = json.loads(data.partition(b"\n")[0])
    if not isinstance(found, dict):
        raise ValueError("its first line names no parameters")
    return found


def parse(data: bytes) -> tuple[dict[str, Any], list[Ranked]]:
    """Return the parameters and rows of an artefact. Raises ValueError when it is not one."""
    try:
        head, *lines = [json.loads(line) for line in data.splitlines()]
        rows = [Ranked(x["id"], x["year"], x["v"], x["S"], x["wr_e6"], x["rank"]) for x in lines]
        if head["format"] != FORMAT or head["films"] != len(rows):
            raise ValueError("its first line does not describe the rest")
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not an edition's artefact: {error}") from error
    return head, rows
