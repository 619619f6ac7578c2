"""The film import itself: whole or nothing, with history, and a line number for everything it says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Max
from django.utils.translation import gettext as _
from import_export import resources
from import_export.results import Result, RowResult

from catalog.admin import film_rows
from catalog.admin.film_rows import FilmsOfTheFile, LineDiff, cell
from catalog.admin.films_csv import COLUMNS, REASON
from catalog.models import Movie
from catalog.services import numbering
from mlops import audit

BATCH = 1000
SHOWN = 200  # lines of each sort that a report lists; its counts are of all


class Report(Result):
    """What came of each line, cut to what a page can show."""

    @property
    def invalid_shown(self) -> list[Any]:
        return self.invalid_rows[:SHOWN]

    @property
    def changes_shown(self) -> list[Any]:
        return [row for row in self.rows if row.is_new() or row.is_update()][:SHOWN]

    @property
    def same_shown(self) -> list[Any]:
        return [row for row in self.rows if row.is_skip()][:SHOWN]

    @property
    def not_shown(self) -> int:
        listed = len(self.invalid_shown) + len(self.changes_shown) + len(self.same_shown)
        return sum(self.totals.values()) - self.totals[RowResult.IMPORT_TYPE_ERROR] - listed


class FilmResource(resources.ModelResource):
    """Lines to films. A number that is there changes that film, one that is not makes it; no number takes the next."""

    id = cell("id", film_rows.IdCell())
    title = cell("title", film_rows.TitleCell())
    year = cell("year", film_rows.YearCell())
    runtime = cell("runtime", film_rows.RuntimeCell())
    certificate = cell("certificate", film_rows.CertificateCell())
    genres = cell("genres", film_rows.GenresCell())

    class Meta:
        model = Movie
        fields = COLUMNS
        import_order = COLUMNS
        instance_loader_class = FilmsOfTheFile
        use_bulk = True
        batch_size = BATCH
        use_transactions = True
        skip_unchanged = True
        report_skipped = True

    def __init__(self, *, reason: str = "", at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reason, self.at = reason, at
        self.lines: list[int] = []
        self.line_of: dict[str, int] = {}
        self.named: set[int] = set()
        self.next_id = 1
        self.user: Any = None
        self.dry = False

    @classmethod
    def get_result_class(cls) -> Any:
        return Report

    @classmethod
    def get_diff_class(cls) -> Any:
        return LineDiff

    def import_data(self, dataset: Any, dry_run: bool = False, raise_errors: bool = False, **kwargs: Any) -> Any:
        """Return the report. A dry run takes no lock and writes nothing: the site goes on beside it."""
        self.dry = dry_run
        if not dry_run:
            with audit.governed():
                return super().import_data(dataset, raise_errors=raise_errors, **kwargs)
        kwargs.pop("rollback_on_validation_errors", None)
        return self.import_data_inner(dataset, True, raise_errors, False, False, **kwargs)

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.lines, self.user = dataset.lines, kwargs.get("user")
        self.label = _("CSV import %(file)s") % {"file": kwargs.get("file_name") or ""}
        self.named = {int(found) for found in dataset["id"] if film_rows.is_number(found)}
        # Numbers of deleted films are not used again: their history is theirs.
        taken = (Movie.objects.aggregate(n=Max("pk"))["n"], Movie.history.aggregate(n=Max("id"))["n"])
        self.next_id = 1 + max(found or 0 for found in taken)

    def before_import_row(self, row: dict[str, str], row_number: int = 0, **kwargs: Any) -> None:
        line = self.lines[row_number - 1]
        number = row["id"].lstrip("0")
        if number and number in self.line_of:
            words = _("%(id)s is on line %(first)s too: keep one of the two lines.")
            raise ValidationError({"id": words % {"id": number, "first": self.line_of[number]}})
        self.line_of[number] = line

    def validate_instance(
        self, instance: Movie, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Collect a line's errors. The cells have checked everything: the model's own checks would ask the database."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)

    def before_save_instance(self, instance: Movie, row: dict[str, str], **kwargs: Any) -> None:
        if instance.pk is None:
            instance.pk = self._next()
        instance.derive()
        why = row.get(REASON) or self.reason
        instance._change_reason = f"{self.label}: {why}" if why else self.label  # type: ignore[attr-defined]

    def _next(self) -> int:
        while self.next_id in self.named:
            self.next_id += 1
        self.next_id += 1
        if self.next_id - 1 > film_rows.LARGEST_ID:
            raise ValidationError({"id": _("No number is left above the largest: give this line a number of its own.")})
        return self.next_id - 1

    def after_import_row(self, row: dict[str, str], row_result: Any, row_number: int = 0, **kwargs: Any) -> None:
        row_result.line = self.lines[row_number - 1]

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        for invalid in result.invalid_rows:
            invalid.line = self.lines[invalid.number - 1]
        for number, errors in result.row_errors():
            for error in errors:
                error.line = self.lines[number - 1]
        if self.dry or result.has_errors():
            return
        numbering.catch_up(Movie)
        if audit.changed():
            assert self.at is not None, "who imports says when"
            made = {"made": result.totals["new"], "changed": result.totals["update"]}
            audit.record("films.imported", "catalogue", by=self.user, at=self.at, reason=self.reason, **made)

    def bulk_create(
        self,
        using_transactions: bool,
        dry_run: bool,
        raise_errors: bool,
        batch_size: int | None = None,
        result: Any = None,
    ) -> None:
        self._write(self.create_instances, raise_errors, result, update=False)

    def bulk_update(
        self,
        using_transactions: bool,
        dry_run: bool,
        raise_errors: bool,
        batch_size: int | None = None,
        result: Any = None,
    ) -> None:
        columns = [*COLUMNS[1:], "sort_title", "search_title"]
        options = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": columns}
        self._write(self.update_instances, raise_errors, result, update=True, **options)

    def _write(self, films: Sequence[Movie], raise_errors: bool, result: Any, *, update: bool, **options: Any) -> None:
        """Write films and their history in few statements; after a failure nothing more, for all is rolled back."""
        try:
            if films and not self.dry and not result.has_errors():
                Movie.objects.bulk_create(films, batch_size=BATCH, **options)
                Movie.history.bulk_history_create(
                    films, batch_size=BATCH, update=update, default_user=self.user, default_date=self.at
                )
        except IntegrityError:
            words = _("Another change came between: a film of this file was added or deleted. Do the dry run again.")
            self.handle_import_error(result, ValueError(words), raise_errors)
        finally:
            films.clear()  # type: ignore[attr-defined]
