"""Which piece of a file a request for a range gets (RFC 9110, section 14): one piece, never longer than the house allows."""

import re

_ONE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")


class NoSuchPiece(ValueError):
    """A range that begins behind the end of the file."""


def piece(header: str, size: int, most: int) -> tuple[int, int] | None:
    """Return where the piece starts and where it stops (not included), or None when the header is to be ignored.

    header: the value of Range; size: bytes of the file; most: bytes of the longest piece. Of several ranges the first
    that exists counts; a client asks for the rest again. Raises NoSuchPiece when none exists.
    """
    unit, _, rest = header.partition("=")
    parts = [_ONE.fullmatch(part.strip()) for part in rest.split(",") if part.strip()]
    if unit.strip().lower() != "bytes" or not parts:
        return None
    ends = [(part[1], part[2]) for part in parts if part]
    if len(ends) < len(parts) or not all(_means_something(*each) for each in ends):
        return None
    for first, last in ends:
        start, stop = _bounds(first, last, size)
        if start < stop:
            return start, min(stop, start + most)
    raise NoSuchPiece(f"bytes */{size}")


def _means_something(first: str, last: str) -> bool:
    return bool(first or last) and not (first and last and int(last) < int(first))


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1 if last else size)
