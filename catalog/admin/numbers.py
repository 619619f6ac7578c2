"""Whole numbers as people read them."""

from django.utils.formats import number_format


def number(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return number_format(value, force_grouping=True)
