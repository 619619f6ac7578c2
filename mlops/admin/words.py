"""Numbers and moments as the pages of governed rows say them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def whole(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return number_format(value, force_grouping=True)


def measure(value: float | None, error: float | None = None) -> str:
    """Return a measured number with four decimals, fewer when it is large, and its standard error."""
    if value is None:
        return "—"
    places = 4 if abs(value) < 10 else 1
    text = _bare(f"{value:,.{places}f}")
    return f"{text} ± {_bare(f'{error:,.{places}f}')}" if error is not None else text


def lead(value: float | None, error: float | None) -> str:
    """Return a paired difference, signed, with its standard error and how many of them it is."""
    if value is None:
        return "—"
    text = _bare(f"{value:+,.4f}")
    if error is None:
        return text
    times = f" · {abs(value) / error:.1f} SE" if error > 0 else ""
    return f"{text} ± {_bare(f'{error:,.4f}')}{times}"


def spent(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    if seconds < 60:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    return _("%(m)s min %(s)s s") % {"m": int(seconds // 60), "s": int(seconds % 60)}


def megabytes(value: float | None) -> str:
    return "—" if value is None else _("%(n)s MB") % {"n": f"{value:,.0f}"}


def moment(at: datetime | None) -> str:
    """Return a moment to the second, in UTC, said so."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "—"


def ago(at: datetime, now: datetime) -> str:
    return _("just now") if now - at < timedelta(minutes=1) else _("%(t)s ago") % {"t": timesince(at, now, depth=1)}


def until(at: datetime, now: datetime) -> str:
    """Return how long it is until a moment, or since it has passed."""
    return _("in %(t)s") % {"t": timeuntil(at, now, depth=1)} if at > now else ago(at, now)


def approvals(given: int, needed: int) -> str:
    """Return how many votes that count are given, of how many that are needed."""
    words = ngettext(
        "%(given)s of %(needed)s approval is given.", "%(given)s of %(needed)s approvals are given.", needed
    )
    return words % {"given": given, "needed": needed}


def plain(value: Any) -> str:
    """Return a JSON value as a person reads it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return number_format(value, force_grouping=abs(value) >= 10_000)  # below may be a year
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list) and all(isinstance(found, str | int | float) for found in value):
        return ", ".join(map(plain, value)) or "—"
    if isinstance(value, list):
        return "; ".join(map(plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{str(name).replace('_', ' ')}: {plain(found)}" for name, found in value.items()) or "—"
    return str(value)


def _bare(text: str) -> str:
    """Return a number below one without the zero before its point, as the gates' sentences have it."""
    return text.replace("0.", ".", 1) if text.lstrip("+-").startswith("0.") else text
