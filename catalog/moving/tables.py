"""CSV as sites write it: decoded, its columns found by name whatever their order, its cells read with place and remedy."""

import csv
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from catalog.moving.lines import BadFile

MOST_ROWS = 50_000  # of all files of an upload together
LONGEST = 20_000  # letters of one cell
NOTE = 2_000  # letters of a note; a test holds it against the models
SPLIT = "Split the file, and bring its parts one after the other."
SAVE_AS = "Save it as UTF-8 (in a spreadsheet: «CSV UTF-8») and send it again."
TITLE = 200  # letters of a title; a test holds it against the models
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]+\d?);", re.IGNORECASE)
FIRST_DAY = date(1888, 1, 1)
AGES = ("%Y-%m-%d", "%a %b %d %H:%M:%S %Y", "%d/%m/%Y %H:%M:%S")  # how sites have written days, over the years


class BadCell(Exception):
    """A cell that is not what its column holds; the words say what is wrong and what to do.

    whole: the refusal of the file, for a cell without which nothing of it means anything.
    """

    def __init__(self, row: "Row", column: str, words: str, remedy: str) -> None:
        super().__init__(f"«{row.file}», line {row.line}, column «{column}»: {words} {remedy}")
        self.whole = BadFile(row.file, words, remedy, line=row.line, column=column)


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, and its cells by the column's name in small letters."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, *columns: str) -> str:
        """Return the first of these columns that has something in it."""
        return next((self.cells[name].strip() for name in columns if self.cells.get(name, "").strip()), "")

    def year(self, *columns: str) -> int | None:
        given = self.text(*columns)
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and 1800 <= int(given) <= 2200):
            raise self.bad(columns[0], f"«{given[:40]}» is no year.", "Write four digits, or leave it empty.")
        return int(given)

    def day(self, *columns: str) -> date | None:
        given = self.text(*columns)
        if not given:
            return None
        for age in AGES:
            try:
                found = datetime.strptime(given, age).date()
            except ValueError:
                continue
            if found >= FIRST_DAY:
                return found
        raise self.bad(
            columns[0], f"«{given[:40]}» is no day since 1888.", "Write it as 2024-05-31, or leave it empty."
        )

    def title(self, column: str) -> str:
        """Return a film's title or a list's, on one line; some sites write «&amp;» and «&#39;» into their files."""
        given = " ".join(_ENTITY.sub(lambda sign: html.unescape(sign[0]), self.text(column)).split())
        if not given:
            raise self.bad(column, "the title is missing.", "Write it, or take the line out.")
        if len(given) > TITLE:
            raise self.bad(column, f"it has {len(given):,} letters.", f"Shorten it to {TITLE:,}.")
        return given

    def note(self, column: str) -> str:
        """Return what is written beside a film or a list: whole, or not at all."""
        given = self.text(column)
        if len(given) > NOTE:
            raise self.bad(column, f"it has {len(given):,} letters.", f"Shorten it to {NOTE:,}.")
        return given

    def bad(self, column: str, words: str, remedy: str) -> BadCell:
        return BadCell(self, column, words, remedy)


def decoded(file: str, data: bytes) -> str:
    """Return a file's text. Raises BadFile with the line of the first byte that is no UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16").replace("\x00", "")
        except UnicodeDecodeError as error:
            raise BadFile(file, "it is UTF-16, and damaged.", SAVE_AS) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(file, "it holds a letter that is not UTF-8.", SAVE_AS, line=line) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BadFile(file, "it is no text: it holds a zero byte.", "Send a CSV.", line=line)
    return text


def rows(file: str, text: str, needed: Mapping[str, str], *, after: int = 0) -> Iterator[Row]:
    """Yield a file's rows. needed: columns it cannot do without, each with what it holds; after: lines before the header.

    Raises BadFile for a missing column, a row with too many cells, a quote that never ends.
    """
    lines = io.StringIO(text, newline="")
    for _ in range(after):
        lines.readline()
    start = lines.tell()
    delimiter = _delimiter(lines.readline())
    lines.seek(start)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        for name, holds in needed.items():
            if name not in header:
                there = ", ".join(header)[:200] or "nothing"
                words = f"the column «{name}» ({holds}) is missing; there are: {there}."
                raise BadFile(file, words, "Send the file as the other site gave it.", line=after + 1, column=name)
        start = after + reader.line_num + 1
        for number, cells in enumerate(reader):
            if number >= MOST_ROWS:  # said here already: a file of millions is not read to its end
                words = f"there are more than {MOST_ROWS:,} rows."
                raise BadFile(file, words, SPLIT, line=start)
            line, start = start, after + reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            yield _row(file, line, header, cells)
    except csv.Error as error:
        words = f"the line is no CSV ({error})."
        raise BadFile(file, words, "A quote may be missing: export it again.", line=after + reader.line_num) from error


def lines_before(text: str, first: str, *, header: int) -> int | None:
    """Return how many lines stand before the row whose first cell is this; lines within a cell are no rows.

    header: lines before one that tells what stands between cells.
    """
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=_delimiter("".join(lines[header : header + 1])))
    start = 0
    try:
        for cells in reader:
            if cells and cells[0].strip().lower() == first:
                return start
            start = reader.line_num
    except csv.Error:
        pass  # who reads the rows says where
    return None


def _row(file: str, line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) > len(header) and any(cells[len(header) :]):
        words = f"it has {len(cells)} cells where the header has {len(header)} columns."
        raise BadFile(file, words, "Put texts with commas into quotes, or export it again.", line=line)
    if longest := next((name for name, cell in zip(header, cells, strict=False) if len(cell) > LONGEST), None):
        raise BadFile(file, f"it has more than {LONGEST:,} letters.", "Shorten it.", line=line, column=longest)
    return Row(file, line, dict(zip(header, cells, strict=False)))


def _delimiter(head: str) -> str:
    """Return what stands between cells: spreadsheets of half of Europe write semicolons."""
    return max(",;\t", key=head.count) if any(sign in head for sign in ",;\t") else ","


def head_of(text: str) -> str:
    """Return the first line of a file, in small letters."""
    return io.StringIO(text).readline().strip().lower()
