"""JSON reports as nested lists of names and values."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.admin.numbers import number

LARGE = 10_000  # from here on thousands are set apart; below may be a year
MOST = 50  # entries of one list; the rest is counted


def as_html(value: Any) -> SafeString | str:
    """Return a JSON value as a definition list, its names made readable."""
    if isinstance(value, dict):
        rows = [(str(name).replace("_", " "), as_html(found)) for name, found in value.items()]
        return format_html(
            '<dl class="staff-report">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
        )
    if isinstance(value, list):
        items = [(as_html(found),) for found in value[:MOST]]
        rest = len(value) - MOST
        more = format_html("<li>… {}</li>", number(rest)) if rest > 0 else ""
        return format_html("<ul>{}{}</ul>", format_html_join("", "<li>{}</li>", items), more)
    if isinstance(value, int) and value >= LARGE:
        return number(value)
    return str(value)
