"""CSV as other sites write it: any order of columns, any common encoding, and every fault with its place."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext_noop

from catalog.moving.lines import BadFile

MOST_LINES = 50_000
MOST_CELL = 20_000
_CTIME = "%a %b %d %H:%M:%S %Y"  # as IMDb wrote it once: Sat Mar  4 00:00:00 2017
_DAYS = ("%Y-%m-%d", _CTIME)
_YEAR = re.compile(r"(18|19|20|21)\d\d")


def text_of(name: str, data: bytes) -> str:
    """Return a file's text: UTF-8 with or without a mark, UTF-16 with one. Raises BadFile for anything else."""
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile(
            gettext_noop("{file}, line {line}: this is not UTF-8. Save the file as “CSV UTF-8” and send it again."),
            file=name,
            line=line,
        ) from error
    if "\x00" in text:
        raise BadFile(
            gettext_noop("{file}: this is no text. Send the CSV file itself, or the ZIP it came in."), file=name
        )
    return text


def records(name: str, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (line number, cells by column name); names are lower case. Raises BadFile with the line that is wrong."""
    csv.field_size_limit(MOST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    head: list[str] | None = None
    count = 0
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if head is None:
                head = [cell.strip().casefold() for cell in row]
                continue
            count += 1
            if count > MOST_LINES:
                raise BadFile(
                    gettext_noop("{file}: more than {most} lines. Split the file and send the parts one by one."),
                    file=name,
                    most=f"{MOST_LINES:,}",
                )
            if len(row) > len(head):
                raise BadFile(
                    gettext_noop("{file}, line {line}: {cells} cells, but the first line names {columns} columns."),
                    file=name,
                    line=rows.line_num,
                    cells=len(row),
                    columns=len(head),
                )
            yield rows.line_num, dict(zip(head, [*row, *[""] * (len(head) - len(row))], strict=True))
    except csv.Error as error:
        raise BadFile(
            gettext_noop("{file}, line {line}: {fault}. Is a quotation mark missing?"),
            file=name,
            line=rows.line_num,
            fault=str(error),
        ) from error
    if head is None:
        raise BadFile(
            gettext_noop("{file} is empty: there is not even a line with the names of its columns."), file=name
        )


def columns_of(text: str) -> set[str]:
    """Return the names of a table's columns, lower case; none when it has no first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return {cell.strip().casefold() for row in csv.reader([first]) for cell in row}


def cell(name: str, number: int, row: Mapping[str, str], columns: Sequence[str]) -> str:
    """Return the cell of the first of these columns that the table has. Raises BadFile when it has none of them."""
    for column in columns:
        if column.casefold() in row:
            return row[column.casefold()].strip()
    raise BadFile(
        gettext_noop("{file}, line {line}: there is no column “{column}”. The first line must name it."),
        file=name,
        line=number,
        column=columns[0],
    )


def year_of(name: str, number: int, text: str) -> int | None:
    """Return a year, or None for an empty cell. Raises BadFile."""
    if not text:
        return None
    if not _YEAR.fullmatch(text):
        raise BadFile(
            gettext_noop("{file}, line {line}, Year: “{given}” is no year such as 1958."),
            file=name,
            line=number,
            given=text[:20],
        )
    return int(text)


def day_of(name: str, number: int, column: str, text: str) -> str:
    """Return a day as YYYY-MM-DD, or nothing for an empty cell. Raises BadFile for anything that is no day."""
    if not text:
        return ""
    for way in _DAYS:
        try:
            return datetime.strptime(text if way == _CTIME else text[:10], way).date().isoformat()
        except ValueError:
            continue
    raise BadFile(
        gettext_noop("{file}, line {line}, {column}: “{given}” is no day such as 2019-05-31."),
        file=name,
        line=number,
        column=column,
        given=text[:20],
    )


def noon_of(day: str) -> str:
    """Return the moment that stands for a whole day: noon, UTC, so that it is that day nearly everywhere."""
    return f"{day}T12:00:00Z" if day else ""


def moment(text: str) -> datetime | None:
    """Return an RFC 3339 text as a moment in UTC; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
