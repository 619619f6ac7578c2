"""Governed rows as they are, beside what was last noted of them."""

from collections.abc import Iterator

from mlops.services import unnoted
from mlops.services.unnoted import Difference


def differences() -> Iterator[str]:
    """Return a sentence for each governed row that is not what was last noted of it, was never noted, or is gone."""
    return map(_told, unnoted.differences())


def _told(one: Difference) -> str:
    if one.found is None:
        return f"{one.table} {one.row} is gone, and nobody noted it"
    if not one.last:
        return f"{one.table} {one.row} is there, and nothing was noted of it"
    if one.noted is None:
        return f"{one.table} {one.row} is there, and was noted to be gone"
    return f"{one.table} {one.row} is not as it was noted: {one.noted} was expected, {one.found} is there"
