"""Films as CSV: bytes to rows and back. CSV alone: no other format, and nothing that could execute."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import tablib
from django.utils.translation import gettext as _
from import_export.formats.base_formats import Format

COLUMNS = ("id", "title", "year", "runtime", "certificate", "genres")
REASON = "reason"
MOST_BYTES, MOST_LINES, LONGEST_CELL = 10 * 2**20, 50_000, 2000
SEPARATORS = (",", ";", "\t")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FORMULA = re.compile(r"^'?[=+\-@\t\r]")  # what a spreadsheet would run
BOM = b"\xef\xbb\xbf"


class CsvRefused(ValueError):
    """A file that cannot be read as films, worded for the person who sent it."""


class FilmsCsv(Format):
    """The one format of the film import and export."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = "utf-8"

    def get_title(self) -> str:
        return "CSV"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Return the rows; `lines` on it holds the line of the file each one ends on. Raises CsvRefused."""
        return read(in_stream)

    def export_data(self, dataset: tablib.Dataset, **_kwargs: object) -> bytes:
        """Return the rows as UTF-8 with the mark that spreadsheets look for."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(dataset.headers)
        writer.writerows([_guard(cell) for cell in row] for row in dataset)
        return BOM + text.getvalue().encode()


def read(data: bytes, columns: Sequence[str] = COLUMNS) -> tablib.Dataset:
    """Return a file's rows with our columns in the first line's order. Raises CsvRefused, naming line and remedy."""
    text = _decode(data)
    separator = _separator(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        heads = _heads(next(reader, []), columns)
        rows, lines = _rows(reader, len(heads))
    except csv.Error as error:
        raise CsvRefused(
            _("Line %(line)s: a quotation mark is not closed, or stands inside a cell (%(why)s).")
            % {"line": reader.line_num, "why": error}
        ) from error
    if not rows:
        raise CsvRefused(_("The file has a first line, and nothing below it."))
    dataset = tablib.Dataset(*rows, headers=heads)
    dataset.lines, dataset.separator = lines, separator
    return dataset


def _decode(data: bytes) -> str:
    if not data.strip(BOM + b" \r\n\t"):
        raise CsvRefused(_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise CsvRefused(_("The file has more than %(most)s MB: split it.") % {"most": MOST_BYTES // 2**20})
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CsvRefused(_("The file is UTF-16: save it as «CSV UTF-8»."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CsvRefused(
            _("Line %(line)s is not UTF-8 (byte 0x%(byte)s): save the file as «CSV UTF-8».")
            % {"line": line, "byte": f"{data[error.start]:02X}"}
        ) from error
    found = CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise CsvRefused(
            _("Line %(line)s holds the control character U+%(sign)s: remove it.")
            % {"line": line, "sign": f"{ord(found[0]):04X}"}
        )
    return text


def _separator(text: str, columns: Sequence[str]) -> str:
    """Return what separates the cells: the sign that splits the first line into most of our columns."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    known = {*columns, REASON}
    return max(SEPARATORS, key=lambda sign: len(known & set(_clean_heads(first.split(sign)))))


def _clean_heads(cells: Iterable[str]) -> list[str]:
    return [cell.strip().strip('"').strip().lower() for cell in cells]


def _heads(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    heads = _clean_heads(cells)
    lacking = [name for name in columns if name not in heads]
    strange = [name or _("(empty)") for name in heads if name not in (*columns, REASON)]
    if lacking:
        raise CsvRefused(
            _(
                "The column «%(lacking)s» is missing: add it to the first line. It must name %(columns)s, and may name reason."
            )
            % {"lacking": "», «".join(lacking), "columns": ", ".join(columns)}
        )
    if strange:
        raise CsvRefused(
            _("The column «%(strange)s» is not known: remove it, or name it one of %(columns)s, reason.")
            % {"strange": "», «".join(strange), "columns": ", ".join(columns)}
        )
    if len(set(heads)) < len(heads):
        twice = sorted({name for name in heads if heads.count(name) > 1})
        raise CsvRefused(_("The column «%(twice)s» is there twice: remove one.") % {"twice": "», «".join(twice)})
    return heads


def _rows(reader: Iterable[list[str]], width: int) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    for cells in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            words = _(
                "Line %(line)s has %(cells)s cells, the first line %(width)s: quote a text that holds the separator."
            )
            raise CsvRefused(words % {"line": line, "cells": len(cells), "width": width})
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise CsvRefused(
                _("Line %(line)s has a cell of more than %(most)s signs.") % {"line": line, "most": LONGEST_CELL}
            )
        if len(rows) == MOST_LINES:
            raise CsvRefused(_("The file has more than %(most)s lines: split it.") % {"most": MOST_LINES})
        rows.append([_bare(cell) for cell in cells])
        lines.append(line)
    return rows, lines


def _guard(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula; reading it back takes the sign off again."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) else text


def _bare(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
