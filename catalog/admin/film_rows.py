"""One line of a film CSV: what each cell must be, and what it changes."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

from catalog.admin.diffs import NOTHING, Difference
from catalog.models import GENRES, Movie, genre_line
from catalog.models.movies import FIRST_YEAR, LAST_YEAR

LARGEST_ID = 999_999_999
LONGEST_TITLE, LONGEST_CERTIFICATE, LONGEST_RUNTIME = 200, 12, 32_767
FILM_NUMBER, YEAR, RUNTIME = gettext_lazy("film number"), gettext_lazy("year"), gettext_lazy("runtime in minutes")


def is_number(cell: str) -> bool:
    """Say whether a cell can be a film's number."""
    return cell.isascii() and cell.isdigit() and len(cell) < 10


def whole(cell: str, what: Any, least: int, most: int) -> int | None:
    """Return a cell as a whole number, or None when empty. Raises ValueError saying what it must be."""
    if not cell:
        return None
    if cell.isascii() and cell.isdigit() and len(cell) <= 10 and least <= int(cell) <= most:
        return int(cell)
    raise ValueError(
        _("%(cell)s is no %(what)s: it must be a whole number from %(least)s to %(most)s.")
        % {"cell": cell, "what": what, "least": least, "most": most}
    )


class IdCell(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        return whole(value, FILM_NUMBER, 1, LARGEST_ID)


class TitleCell(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if not value:
            raise ValueError(_("A film needs a title."))
        if len(value) > LONGEST_TITLE:
            raise ValueError(
                _("The title has %(n)s signs: %(most)s at most.") % {"n": len(value), "most": LONGEST_TITLE}
            )
        return " ".join(value.split())


class YearCell(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int:
        year = whole(value, YEAR, FIRST_YEAR, LAST_YEAR)
        if year is None:
            raise ValueError(_("A film needs a year."))
        return year


class RuntimeCell(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        return whole(value, RUNTIME, 1, LONGEST_RUNTIME)


class CertificateCell(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if len(value) > LONGEST_CERTIFICATE:
            raise ValueError(
                _("The certificate has %(n)s signs: %(most)s at most.") % {"n": len(value), "most": LONGEST_CERTIFICATE}
            )
        return value


class GenresCell(Widget):
    """Drama|Romance in the file, |Drama|Romance| in the database."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        names = [name.strip() for name in value.split("|") if name.strip()]
        unknown = sorted(set(names) - set(GENRES))
        if unknown:
            raise ValueError(
                _("Unknown genre %(unknown)s: choose among %(genres)s.")
                % {"unknown": ", ".join(unknown), "genres": "|".join(GENRES)}
            )
        return genre_line(names)

    def render(self, value: str | None, obj: Any = None, **kwargs: Any) -> str:
        return (value or "").strip("|")


def cell(column: str, widget: Widget) -> Field:
    """Return a column whose empty cells mean something, and so reach its widget."""
    return Field(attribute=column, column_name=column, widget=widget, saves_null_values=True)


class LineDiff:
    """What one line changes, field by field: what the report shows of it."""

    def __init__(self, resource: Any, instance: Movie, new: bool) -> None:
        self.before = {} if new else self._values(resource, instance)
        self.changes: list[Difference] = []

    def compare_with(self, resource: Any, instance: Movie | None) -> None:
        after = self._values(resource, instance) if instance else {}
        self.changes = [
            Difference(name, self.before.get(name) or NOTHING, after.get(name) or NOTHING)
            for name in after
            if self.before.get(name, "") != after.get(name, "")
        ]

    def as_html(self) -> list[Difference]:
        return self.changes

    def _values(self, resource: Any, instance: Movie) -> dict[str, str]:
        return {field.column_name: str(field.export(instance) or "") for field in resource.get_import_fields()}


class FilmsOfTheFile:
    """Loads the films a file names, in few statements, locked until the transaction ends."""

    CHUNK = 1000  # databases limit the parameters of one statement

    def __init__(self, resource: Any, dataset: Any = None) -> None:
        cells = dataset["id"] if dataset is not None else []
        wanted = sorted({int(found) for found in cells if is_number(found)})
        chunks = [wanted[start : start + self.CHUNK] for start in range(0, len(wanted), self.CHUNK)]
        self.films = {film.pk: film for chunk in chunks for film in self._load(chunk, resource.dry)}

    def _load(self, ids: Iterable[int], dry: bool) -> QuerySet[Movie]:
        films = Movie.objects.filter(pk__in=ids).order_by("pk")
        return films if dry else films.select_for_update()

    def get_instance(self, row: dict[str, str]) -> Movie | None:
        text = row["id"]
        return self.films.get(int(text)) if is_number(text) else None
