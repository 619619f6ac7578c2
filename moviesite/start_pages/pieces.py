"""What a start page is made of: numbers with their sources, tables, acts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

SOON = timedelta(days=30)
LAST = 5  # lines of a table


@dataclass(frozen=True)
class Figure:
    """One number or state, where it comes from (empty: nowhere this person may go), and whether it asks for work."""

    label: str
    value: str
    href: str = ""
    tone: str = ""

    @property
    def looks(self) -> str:
        """The classes it is shown with: words are set smaller than numbers."""
        words = " staff-words" if any(sign.isalpha() for sign in self.value) else ""
        return f"staff-figure{words}{f' staff-{self.tone}' if self.tone else ''}"


@dataclass(frozen=True)
class Table:
    """Lines of text, each with the page it leads to."""

    title: str
    heads: list[str]
    lines: list[tuple[str, list[str]]]
    empty: str
    href: str = ""


@dataclass(frozen=True)
class Task:
    """Something that waits for somebody, in a sentence, and where it is done."""

    words: str
    act: str
    href: str


@dataclass(frozen=True)
class Section:
    """One role's part of the page."""

    role: str
    purpose: str
    figures: list[Figure]
    tables: list[Table]
    acts: list[tuple[str, str, str]] = field(default_factory=list)  # icon, words, address
    tasks: list[Task] = field(default_factory=list)


class Links:
    """Addresses in the admin for one person: empty where the permission is lacking."""

    def __init__(self, request: HttpRequest) -> None:
        self.person: Any = request.user
        self.may = request.user.has_perm

    def rows(self, app: str, model: str, query: str = "") -> str:
        if not self.may(f"{app}.view_{model}"):
            return ""
        return reverse(f"admin:{app}_{model}_changelist") + (f"?{query}" if query else "")

    def row(self, app: str, model: str, pk: Any) -> str:
        return reverse(f"admin:{app}_{model}_change", args=[pk]) if self.may(f"{app}.view_{model}") else ""

    def page(self, permission: str, name: str, *args: Any) -> str:
        return reverse(f"admin:{name}", args=args) if self.may(permission) else ""


def figure(label: str, value: int | None, href: str = "", *, work: bool = False) -> Figure:
    shown = "—" if value is None else number_format(value, force_grouping=True)
    return Figure(label, shown, href, "warn" if work and value else "")


def when(moment: datetime, now: datetime) -> str:
    if now - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, now, depth=1)}
