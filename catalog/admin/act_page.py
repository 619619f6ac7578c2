"""The page of an act: what it does, what it asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse


def act_page(model_admin: Any, request: HttpRequest, obj: Any, title: str, form: Any, words: str) -> HttpResponse:
    """Return the page of an act: what it does, what it asks."""
    meta = model_admin.model._meta
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": meta,
        "form": form,
        "words": words,
        "media": model_admin.media + form.media,
        "back": reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk]),
    }
    return TemplateResponse(request, "admin/act.html", context)
