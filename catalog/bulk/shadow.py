"""What a dry run would have written, so that a later line finds it: a file beside the upload, gone with it."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from catalog.bulk.outcomes import Given, Key

NAME = "dry.sqlite3"
TABLE = (
    "CREATE TABLE IF NOT EXISTS given (user TEXT, movie INTEGER, segment INTEGER, value INTEGER, rated_at TEXT, "
    "PRIMARY KEY (user, movie, segment)) WITHOUT ROWID"
)
# Of what this very chunk wrote before its worker died nothing is seen: it is done again as the first time.
FIND = (
    "SELECT g.user, g.movie, g.value, g.rated_at, MAX(g.segment) FROM json_each(?) AS k JOIN given AS g "
    "ON g.user = json_extract(k.value, '$[0]') AND g.movie = json_extract(k.value, '$[1]') AND g.segment < ? "
    "GROUP BY g.user, g.movie"
)


class Shadow:
    """Ratings that a dry run did not write. segment: the number of the chunk at work."""

    def __init__(self, folder: Path) -> None:
        self.line = sqlite3.connect(folder / NAME, timeout=20)
        self.line.execute("PRAGMA journal_mode=WAL")
        self.line.execute(TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def find(self, keys: Collection[Key], segment: int) -> dict[Key, Given]:
        """Return what chunks before this one would have written of these."""
        rows = self.line.execute(FIND, [json.dumps([list(key) for key in keys]), segment])
        return {(user, movie): Given(value, datetime.fromisoformat(at)) for user, movie, value, at, _ in rows}

    def note(self, after: Mapping[Key, Given], segment: int) -> None:
        """Keep what this chunk would have written; done again, it is the same."""
        rows = [(*key, segment, given.value, given.rated_at.isoformat()) for key, given in after.items()]
        with self.line:
            self.line.executemany("INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?, ?)", rows)
