"""Changes to governed rows carry a reason, kept in their history."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.admin.answered import Answered

LONGEST = 500


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with a reason: asked for on a change, welcome on an addition."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Why this change? It is kept in the history, with your name and the time."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.instance.pk is not None


class Reasoned(Answered):
    """An admin page whose changes and deletions need a reason."""

    form = ReasonForm
    delete_confirmation_template = "admin/delete_with_reason.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj) if obj else self.has_add_permission(request):
            return fieldsets
        return [(name, {**options, "fields": _without_reason(options["fields"])}) for name, options in fieldsets]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._change_reason = form.cleaned_data.get("reason") or None
        # A change of the rows below it, or none at all, leaves no empty entry; an earlier state put back always counts.
        if not change or set(form.changed_data) - {"reason"} or hasattr(obj, "_history"):
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        reason = form.cleaned_data.get("reason") or None
        for row in (saved := formset.save(commit=False)):
            row._change_reason = reason
        for row in formset.deleted_objects:
            row._change_reason = reason
            row.delete()
        for row in saved:
            row.save()
        formset.save_m2m()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Take away the deletion of many at once: each is deleted on its own page, with its reason."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(self, objs: QuerySet[Model], request: HttpRequest) -> Any:
        """Return what goes with a row as numbers: rows below it go too, whoever may delete them by themselves."""
        _tree, counts, _lacking, protected = super().get_deleted_objects(objs, request)
        lines = [f"{what}: {n}" for what, n in counts.items()]
        return lines, counts, set(), protected

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and not self.reason_given(request):
            self.message_user(request, gettext("Nothing was deleted: a deletion needs a reason."), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj._change_reason = self.reason_given(request)
        super().delete_model(request, obj)

    def reason_given(self, request: HttpRequest) -> str:
        return request.POST.get("reason", "").strip()[:LONGEST]


def _without_reason(fields: Any) -> tuple[Any, ...]:
    return tuple(field for field in fields if field != "reason")
