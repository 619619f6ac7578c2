"""An upload in chunks, from wherever the last one ended: memory holds one of them, however long the file is."""

from typing import BinaryIO, NamedTuple

from catalog.bulk.lines import MOST_BYTES, TOO_LONG, Line, Read, header, of_csv, of_json

ROWS = 1_000  # ratings a chunk, and so a transaction
LOOKED_AT = 20 * ROWS  # lines a chunk, the blank ones among them
BOM = b"\xef\xbb\xbf"
PIECE = 2**20


class Chunk(NamedTuple):
    """Lines that are ratings, or meant to be. offset, last_line: where the file is read up to; both stay at its end."""

    lines: list[Line]
    offset: int
    last_line: int


class Reader:
    """Reads a file of ratings, CSV or NDJSON, from a place where a chunk ended. Raises BadHeader."""

    def __init__(self, file: BinaryIO, *, is_csv: bool, offset: int, last_line: int) -> None:
        self.file, self.offset, self.last_line = file, offset, last_line
        begin = len(BOM) if file.read(len(BOM)) == BOM else 0
        file.seek(begin)
        self.read: Read = of_csv(header(self._line() or b"")) if is_csv else of_json
        if offset == 0:
            self.offset, self.last_line = file.tell(), int(is_csv)
        file.seek(self.offset)

    def next(self) -> Chunk:
        """Return the next chunk; without a line and where the last one ended, the file is at its end."""
        lines: list[Line] = []
        number, until = self.last_line, self.last_line + LOOKED_AT
        while len(lines) < ROWS and number < until:
            raw = self._line()
            if raw is None:
                break
            number += 1
            if len(raw) > MOST_BYTES:
                lines.append(Line(number, fault=TOO_LONG))
            elif raw and not raw.isspace():
                lines.append(self.read(number, raw))
        self.offset, self.last_line = self.file.tell(), number
        return Chunk(lines, self.offset, number)

    def _line(self) -> bytes | None:
        """Return the next line without its end, of one that is too long no more than shows it; None at the file's end."""
        raw = self.file.readline(MOST_BYTES + 3)
        if not raw:
            return None
        if raw.endswith(b"\n"):
            return raw[: -2 if raw.endswith(b"\r\n") else -1]
        if len(raw) > MOST_BYTES:
            while (more := self.file.readline(PIECE)) and not more.endswith(b"\n"):
                pass
        return raw
