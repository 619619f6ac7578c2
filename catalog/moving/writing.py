"""Our own export as bytes: the same data gives the same ZIP, whenever and wherever it is made."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import IO, Any

from catalog.moving.own_format import ABOUT, FORMAT, TABLES, schema

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a ZIP can hold: no file says when it was made
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
README = """Your data at Retromovies
========================

Everything you keep here, each table twice: as .csv for spreadsheets and as .ndjson for programs.
schema.json says what every column means. This ZIP can be brought back under «Import».

{tables}

Not in it, because it cannot be carried away: the secret links of shared lists and feeds (share them
anew), your password and second factor, where you are signed in, earlier values of ratings you
changed, and what you took away and may still have back.

The files do not say when they were made: the same data gives the same bytes. Form: {form}.
"""


def write(out: IO[bytes], tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Write the ZIP. tables: the rows of each table of own_format, in the order that is the same for the same data."""
    with zipfile.ZipFile(out, "w") as archive:
        _put(archive, "README.txt", _readme())
        _put(archive, "schema.json", json.dumps(schema(), ensure_ascii=False, indent=1) + "\n")
        for name, columns in TABLES.items():
            header = [column.name for column in columns]
            rows = [[row[column] for column in header] for row in tables[name]]
            _put(archive, f"{name}.csv", _csv(header, rows))
            _put(archive, f"{name}.ndjson", _ndjson(header, rows))


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    archive.writestr(info, text.encode())


def _readme() -> str:
    width = max(map(len, ABOUT)) + 2
    return README.format(tables="\n".join(f"{name:<{width}}{words}" for name, words in ABOUT.items()), form=FORMAT)


def _csv(header: list[str], rows: Iterable[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _ndjson(header: list[str], rows: Iterable[list[Any]]) -> str:
    return "".join(f"{json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False)}\n" for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value
