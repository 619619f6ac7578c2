"""Pages of governed rows: made of blocks, for looking; each act has a page of its own that asks for a reason."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from mlops.admin import acting
from mlops.admin.blocks import Act, Section
from mlops.admin.readonly import LookOnly

View = Callable[..., HttpResponse]


class Paged(LookOnly, ModelAdmin):
    """Rows shown on pages of our own; nothing is changed through the admin's forms."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self.row_page(request, self.row_or_404(request, object_id))

    def row_page(self, request: HttpRequest, row: Any) -> HttpResponse:
        raise NotImplementedError

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """Return a row that this person may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def views(self) -> Sequence[tuple[str, str, View]]:
        """Return what there is besides list and page: route, name after app and model, view."""
        return ()

    def get_urls(self) -> list[URLPattern]:
        meta = self.opts
        own = [
            path(route, self.admin_site.admin_view(view), name=f"{meta.app_label}_{meta.model_name}_{name}")
            for route, name, view in self.views()
        ]
        return [*own, *super().get_urls()]

    def page(
        self,
        request: HttpRequest,
        title: str,
        sections: Sequence[Section],
        *,
        lead: str = "",
        acts: Sequence[Act] = (),
        template: str = "admin/mlops/page.html",
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "lead": lead,
            "acts": acts,
            "sections": sections,
            **more,
        }
        return TemplateResponse(request, template, context, status=status)

    def ask(
        self,
        request: HttpRequest,
        title: str,
        words: str,
        form: Any,
        back: str,
        act: acting.Act,
        *,
        proof: bool = False,
        sections: Sequence[Section] = (),
    ) -> HttpResponse:
        """Show the page of an act; on POST do it, or say on the same page why not, with all that was typed."""
        if request.method == "POST" and (done := acting.attempt(request, form, act, proof=proof)):
            return done
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "words": words,
            "form": form,
            "media": self.media + form.media,
            "back": back,
            "proof": proof,
            "sections": sections,
        }
        return TemplateResponse(request, "admin/act.html", context, status=acting.status(form))
