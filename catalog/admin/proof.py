"""What must not be done by whoever finds a screen unlocked asks for a proof first, and keeps what was typed meanwhile."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.module_loading import import_string
from unfold.admin import ModelAdmin

_KEPT = "catalog-typed"
MOST = 3  # pages
MOST_LETTERS = 50_000  # of a page; what is longer must be typed again
UNKEPT = "password"  # fields named so are kept nowhere


def require_fresh(request: HttpRequest) -> HttpResponse | None:
    """Return None when the person has shown who they are lately, else the way to do so; what they typed is kept."""
    if request.method != "POST":
        return None
    away: HttpResponse | None = import_string(settings.FRESH_PROOF)(request)
    others = {path: typed for path, typed in request.session.get(_KEPT, {}).items() if path != request.path}
    typed = _typed(request) if away else ""
    if typed:
        others = {**dict(list(others.items())[-(MOST - 1) :]), request.path: typed}
    if others != request.session.get(_KEPT, {}):
        request.session[_KEPT] = others
    return away


def refilled(form: Any, request: HttpRequest) -> Any:
    """Return a form that was not sent yet with what its author had typed before they showed who they are."""
    kept = request.session.get(_KEPT, {}).get(request.path)
    if kept and not form.is_bound:
        data = QueryDict(kept)
        for name, field in form.fields.items():
            if UNKEPT not in name and not field.disabled:
                form.initial[name] = field.widget.value_from_datadict(data, {}, form.add_prefix(name))
    return form


class Proven(ModelAdmin):
    """Rows that nobody changes, adds, deletes or puts back to an earlier state without a fresh proof of who they are."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)

        class Refilled(form):  # type: ignore[valid-type, misc]
            def __init__(self, *args: Any, **given: Any) -> None:
                super().__init__(*args, **given)
                refilled(self, request)

        return Refilled

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return require_fresh(request) or super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return require_fresh(request) or super().delete_view(request, object_id, extra_context)

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return require_fresh(request) or super().history_form_view(request, *args, **kwargs)


def _typed(request: HttpRequest) -> str:
    data = request.POST.copy()
    for name in [name for name in data if UNKEPT in name or name == "csrfmiddlewaretoken"]:
        del data[name]
    text = data.urlencode()
    return text if len(text) <= MOST_LETTERS else ""
