"""Licences by CSV: a dry run with a report by line; then, on a press, chunk by chunk."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from catalog.admin import films_csv
from catalog.admin.films_csv import MOST_BYTES, CsvRefused
from catalog.admin.films_import import Uploads
from catalog.admin.reasons import LONGEST
from catalog.admin.who import person
from catalog.errors import CatalogError
from catalog.selectors import licence_plans
from catalog.selectors.licence_plans import COLUMNS, Line, Planned
from catalog.services import licence_files
from catalog.territories import TERRITORIES

SHOWN = 200  # lines of each sort that a report lists; its counts are of all
SORTS = ("refused", "new", "changed", "same")


class LicencesFile(forms.Form):
    """The file, and why."""

    file = forms.FileField(label=_("File"), widget=UnfoldAdminFileFieldWidget())
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Kept in the history of every licence that changes, and in the audit log."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            words = gettext("The file has more than %(most)s MB: split it.")
            raise forms.ValidationError(words % {"most": MOST_BYTES // 2**20})
        return file


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Ask for a file, show what it would do, and do that."""
    if request.method == "POST" and "name" in request.POST:
        return _bring_in(model_admin, request)
    form = LicencesFile(request.POST or None, request.FILES or None)
    report: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        try:
            planned = licence_plans.plan(_lines(data))
        except CsvRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            (kept := Uploads()).save(data)
            report = {"report": _report(planned), "name": kept.name, "reason": form.cleaned_data["reason"]}
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "title": gettext("Import licences by CSV"),
        "form": form,
        "columns": ", ".join(COLUMNS),
        "territories": ", ".join(TERRITORIES),
        **report,
    }
    return TemplateResponse(request, "admin/licences_import.html", context, status=422 if form.errors else 200)


def _lines(data: bytes) -> list[Line]:
    dataset = films_csv.read(data, COLUMNS)
    return [Line(number, cells) for number, cells in zip(dataset.lines, dataset.dict, strict=True)]


def _report(planned: list[Planned]) -> dict[str, Any]:
    by_sort = {sort: [found for found in planned if found.act == sort] for sort in SORTS}
    shown = [found for sort in SORTS for found in by_sort[sort][:SHOWN]]
    return {
        "counts": {sort: len(found) for sort, found in by_sort.items()},
        "shown": shown,
        "more": len(planned) - len(shown),
        "warned": sum(bool(found.warnings) for found in planned),
        "ready": not by_sort["refused"] and bool(by_sort["new"] or by_sort["changed"]),
    }


def _bring_in(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Bring in the very bytes of which the dry run told."""
    kept = Uploads(name=request.POST["name"])
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    try:
        if not reason:
            raise CsvRefused(gettext("An import needs a reason."))
        lines = _lines(kept.read())
        told: dict[str, Any] = {"file": kept.name, "by": person(request), "at": timezone.now(), "reason": reason}
        done = licence_files.bring_in(lines=lines, **told)
    except (CsvRefused, CatalogError) as refusal:
        model_admin.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(request.path)
    kept.remove()
    words = gettext("Imported. Licences made: %(new)s; changed: %(changed)s; as they were: %(same)s.")
    model_admin.message_user(request, words % {sort: done[sort] for sort in SORTS[1:]}, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:catalog_licence_changelist"))
