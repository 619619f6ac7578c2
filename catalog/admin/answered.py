"""Whatever an admin page changes of governed rows ends in one audit event: who, what, why. In one place for all pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from catalog.admin.who import person
from catalog.models import User
from mlops import audit

LOOKING = ("GET", "HEAD", "OPTIONS", "TRACE")


class Answered(ModelAdmin):
    """An admin page that answers for what it changes.

    Each way in opens a governed transaction, which refuses to end with a change that no event tells of; each hook after
    a change tells of it. A page that records more than the plain facts overrides `tell`.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with answering(request):
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        with answering(request):
            return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        with answering(request):
            return super().changelist_view(request, extra_context)

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with answering(request):
            return super().history_form_view(request, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.tell(request, form, "changed" if change else "added")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The last thing that putting back an earlier state does; after any other change nothing is left to tell."""
        if audit.changed():
            self.record(request, obj, "put_back", request.POST.get("reason", ""))
        return super().log_change(request, obj, message)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        subject = subject_of(obj)
        super().delete_model(request, obj)
        self.record(request, obj, "deleted", request.POST.get("reason", ""), subject=subject)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """One by one, each with an event of its own."""
        for obj in queryset:
            self.delete_model(request, obj)

    def tell(self, request: HttpRequest, form: Any, act: str) -> None:
        """Record what a form changed, when it changed anything governed."""
        if audit.changed():
            fields = sorted(set(form.changed_data) - {"reason"})
            self.record(request, form.instance, act, form.cleaned_data.get("reason", ""), fields=fields)

    def record(self, request: HttpRequest, obj: Any, act: str, reason: str, *, subject: str = "", **facts: Any) -> None:
        action = f"{obj._meta.model_name}.{act}"
        by, at = person(request), timezone.now()
        audit.record(action, subject or subject_of(obj), by=by, at=at, reason=reason.strip(), **facts)


def subject_of(obj: Any) -> str:
    """Return a row as audit events name it: people by subject id, everything else by its key."""
    return f"account:{obj.subject_id}" if isinstance(obj, User) else f"{obj._meta.model_name}:{obj.pk}"


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """A governed transaction for a request that may change something; for one that looks, none."""
    if request.method in LOOKING:
        yield
        return
    with audit.governed():
        yield
