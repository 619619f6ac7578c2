"""What schemathesis cannot know of the site that it asks: files of ratings that have rows in them."""

import json
from typing import Any

import schemathesis
from hypothesis import strategies as st

VIEWERS, FILMS = ("anna", "bert", "v-1", "no one"), (11, 12, 13, 16, 99)
ROWS: Any = st.lists(
    st.tuples(st.sampled_from(VIEWERS), st.sampled_from(FILMS), st.integers(0, 11)), min_size=1, max_size=20
)


def _ndjson(rows: Any) -> bytes:
    named = [dict(zip(("user", "movie", "value"), row, strict=True)) for row in rows]
    return b"".join(json.dumps(row).encode() + b"\n" for row in named)


def _csv(rows: Any) -> bytes:
    return "\r\n".join(["user,movie,value", *(",".join(map(str, row)) for row in rows)]).encode()


ANYTHING = st.binary(min_size=1, max_size=200)  # a file of no sense is taken too: each of its lines is rejected
schemathesis.openapi.media_type("application/x-ndjson", ROWS.map(_ndjson) | ANYTHING)
schemathesis.openapi.media_type("text/csv", ROWS.map(_csv) | ANYTHING)
