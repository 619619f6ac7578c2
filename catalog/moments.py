"""Moments as machines write them: RFC 3339 with an offset, and nothing that only looks like it."""

import re
from datetime import UTC, datetime

MOMENT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)


def moment(text: str) -> datetime | None:
    """Return an RFC 3339 text as a moment in UTC; None when it is none, or lies outside of the years 1970 to 9998."""
    if not MOMENT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # 31 February
        return None
    return found if 1970 <= found.year <= 9998 else None
