"""Films by CSV in the admin: a dry run with a report by line, then whole or nothing."""

import hashlib
import os
import re
import time
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm
from import_export.tmp_storages import BaseStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.admin.film_resource import FilmResource
from catalog.admin.films_csv import COLUMNS, MOST_BYTES, CsvRefused, FilmsCsv
from catalog.admin.reasons import LONGEST
from catalog.models import GENRES

KEPT = 86_400.0  # seconds an upload waits to be confirmed


class Uploads(BaseStorage):
    """Uploaded files between dry run and confirmation, named by digest: what was shown is what is imported."""

    NAME = re.compile(r"[0-9a-f]{64}")

    def save(self, data: bytes) -> None:
        self.name = hashlib.sha256(data).hexdigest()
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in folder.iterdir():
            if old.stat().st_mtime < time.time() - KEPT:
                old.unlink(missing_ok=True)
        handle = os.open(folder / self.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)

    def read(self) -> bytes:
        if not self.NAME.fullmatch(self.name or ""):
            raise CsvRefused(gettext("This is not a file that was sent here: send it again."))
        try:
            data = (self._folder() / self.name).read_bytes()
        except OSError as error:
            raise CsvRefused(gettext("The file is no longer here: send it again.")) from error
        if hashlib.sha256(data).hexdigest() != self.name:
            raise CsvRefused(gettext("The file was changed after its dry run: send it again."))
        return data

    def remove(self) -> None:
        (self._folder() / self.name).unlink(missing_ok=True)

    def _folder(self) -> Path:
        return Path(settings.STATE) / "uploads"


class FilmsImportForm(ImportForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Kept in the history of every film that changes, unless its line has a reason of its own."),
    )
    field_order = ("resource", "import_file", "format", "reason")

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                gettext("The file has more than %(most)s MB: split it.") % {"most": MOST_BYTES // 2**20}
            )
        return file


class FilmsConfirmForm(ConfirmImportForm):
    reason = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)


class FilmsByCsv(ImportExportMixin):
    """Import and export buttons on the list of films."""

    resource_classes = (FilmResource,)
    formats = (FilmsCsv,)
    import_form_class = FilmsImportForm
    confirm_form_class = FilmsConfirmForm
    export_form_class = ExportForm
    import_template_name = "admin/films_import.html"
    tmp_storage_class = Uploads
    skip_export_form = True  # one format, all columns: nothing to choose
    skip_admin_log = True  # the history says who, when, why and what

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        return f"films-{timezone.localdate():%Y-%m-%d}.csv"

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"columns": ", ".join(COLUMNS), "genres": "|".join(GENRES)}

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        cleaned = getattr(form, "cleaned_data", {})
        return {"reason": cleaned.get("reason", ""), "at": timezone.now()}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"rollback_on_validation_errors": True}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial = super().get_confirm_form_initial(request, import_form)
        return {**initial, "reason": import_form.cleaned_data["reason"]} if import_form else initial

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        if not isinstance(e, CsvRefused):
            raise e
        form.add_error("import_file", str(e))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().process_import(request, **kwargs)
        except CsvRefused as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:catalog_movie_import"))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            return self._refused(result, request)
        return super().process_result(result, request)

    def _refused(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Show what stands against a confirmed file now: something changed after its dry run."""
        context = {
            **self.admin_site.each_context(request),
            **self.get_import_context_data(),
            "title": gettext("Import"),
            "form": self.create_import_form(request),
            "opts": self.model._meta,
            "result": result,
            "confirmed": True,
        }
        return TemplateResponse(request, [self.import_template_name], context)

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        totals = result.totals
        words = gettext("Imported. Films made: %(new)s; changed: %(update)s; as they were: %(skip)s.")
        self.message_user(request, words % {name: totals[name] for name in ("new", "update", "skip")}, messages.SUCCESS)
