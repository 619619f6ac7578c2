"""Why a file, or a row of one, is not taken: told in the language of whoever reads it, also when a worker found it."""

from collections.abc import Mapping
from typing import Any, Self

from django.utils.formats import number_format
from django.utils.translation import gettext

from catalog.errors import CatalogError

Given = Mapping[str, str | int]


class Refusal(CatalogError):
    """What is wrong, where, and what to do.

    words, remedy: English, marked with gettext_noop where they are written; given: what stands in their places. They are
    put into a language when they are shown, not when they are found.
    """

    def __init__(
        self,
        file: str,
        words: str,
        remedy: str,
        *,
        line: int | None = None,
        column: str = "",
        given: Given | None = None,
    ) -> None:
        self.file, self.words, self.remedy = file, words, remedy
        self.line, self.column, self.given = line, column, dict(given or {})
        super().__init__(file, words)

    def __str__(self) -> str:
        told = f"{self._said(self.words)} {self._said(self.remedy)}"
        place = ", ".join(self._place())
        return f"{place}: {told}" if place else told

    def packed(self) -> dict[str, Any]:
        """Return the refusal as JSON holds it; `unpacked` makes it one again."""
        return dict(vars(self))

    @classmethod
    def unpacked(cls, values: Mapping[str, Any]) -> Self:
        return cls(**values)

    def _said(self, text: str) -> str:
        return gettext(text) % {name: _shown(value) for name, value in self.given.items()} if text else ""

    def _place(self) -> list[str]:
        found = []
        if self.file:
            found.append(gettext("«%(file)s»") % {"file": self.file})
        if self.line:
            found.append(gettext("line %(line)s") % {"line": self.line})
        if self.column:
            found.append(gettext("column «%(column)s»") % {"column": self.column})
        return found


class BadFile(Refusal):
    """A file that cannot be read: nothing of the upload is taken."""


class BadCell(Refusal):
    """A cell that is not what its column holds: its row is left out."""

    def of_all(self) -> BadFile:
        """Return the refusal of the whole file, for a cell without which nothing of it means anything."""
        return BadFile.unpacked(self.packed())


def _shown(value: str | int) -> str:
    return number_format(value, force_grouping=True) if isinstance(value, int) else value
