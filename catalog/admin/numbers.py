"""Whole numbers and exact decimals as people read them."""

from django.utils.formats import number_format


def number(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return number_format(value, force_grouping=True)


def decimal(value: int, places: int) -> str:
    """Return value · 10^-places as a decimal with all its places, without passing through a float."""
    return f"{value // 10**places}.{value % 10**places:0{places}d}"
