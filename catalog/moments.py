"""Moments as machines write them: RFC 3339 with an offset, and nothing that only looks like it."""

import re
from datetime import UTC, datetime

MOMENT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
YEARS = "^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-"  # 1970 to 9998


def moment(text: str) -> datetime | None:
    """Return an RFC 3339 text as a moment in UTC; None when it is none, or of no year from 1970 to 9998."""
    if not (MOMENT.fullmatch(text) and re.match(YEARS, text)):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:  # 31 February
        return None
