"""What a page says of a visitor's own, beside what it says to everybody."""

import re
from collections.abc import Collection

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog.models import User
from catalog.selectors import own, preferences

# A rendered line of a chart, up to where its name's small print ends: _partials/chart_row.html.
LINE = re.compile(r'(<li class="chart-row" id="film-(\d+)".*?)(?=</small>)', re.DOTALL)


def given(request: HttpRequest, films: Collection[int]) -> dict[int, int]:
    """Return the visitor's ratings of a page's films; none for a stranger, or for who wants nothing personal."""
    user = request.user
    if not films or not isinstance(user, User) or not preferences.of(user).personal:
        return {}
    return own.ratings(user, films)


def marked(request: HttpRequest, lines: str) -> SafeString:
    """Return rendered lines, which are kept for everybody, with what this visitor gave set into their copy of them."""
    found = given(
        request, [int(number) for _line, number in LINE.findall(lines)] if request.user.is_authenticated else ()
    )
    if not found:
        return mark_safe(lines)  # noqa: S308 — rendered by our template

    def mark(line: re.Match[str]) -> str:
        value = found.get(int(line[2]))
        return line[1] + format_html(' <span class="mine-mark">{}</span>', _said(value)) if value else line[1]

    return mark_safe(LINE.sub(mark, lines))  # noqa: S308 — as above, and one number of ours


def _said(value: int) -> str:
    return _("you gave %(value)s") % {"value": value}
