"""Where a page lists films, a signed-in member finds a button beside each that puts it on their watchlist."""

import re
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
# Rows are rendered once for all visitors; each leaves this mark, with number and escaped title, for the button.
RIBBON = (
    '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M6.5 3.5h11v17L12 16l-5.5 4.5z"/></svg>'
)
MARK = re.compile(r"<!--keep (\d+) (.*?)-->", re.DOTALL)


@register.filter
def keepable(html: str, kept: Any) -> SafeString:
    """Set a watchlist button at every mark of a list. kept: the visitor's (catalog.views.kept); strangers get none."""
    if not kept:
        return mark_safe(html)  # noqa: S308 — a rendered template goes through as it came
    return mark_safe(MARK.sub(lambda mark: button(int(mark[1]), mark[2], int(mark[1]) in kept.films), html))  # noqa: S308


def button(film_id: int, title: str, on: bool, oob: bool = False) -> str:
    """Return one button. title: escaped; oob: it takes the place of the one on the page."""
    words = _("On your watchlist: %(title)s") if on else _("Put on your watchlist: %(title)s")
    name, state = ("drop", "true") if on else ("keep", "false")
    swap = ' hx-swap-oob="true"' if oob else ""
    asks = f'hx-post="{reverse("keep")}" hx-include="#keep-form" hx-swap="none"'
    return (
        f'<button class="keep" form="keep-form" id="keep-{film_id}" name="{name}" value="{film_id}" {asks}'
        f' aria-pressed="{state}"{swap}>{RIBBON}<span class="visually-hidden">{words % {"title": title}}</span></button>'
    )
