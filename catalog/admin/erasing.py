"""Erasing a person from their account's page: asked for here, carried out by a worker."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.admin.proof import refilled, require_fresh
from catalog.admin.who import person
from catalog.services import erasure
from mlops.errors import MlopsError


class EraseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=erasure.LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Kept for ever: without the name, the address or the id of the person."),
    )


class Erasing(ModelAdmin):
    """An account that staff with the right may have erased, with everything it left behind."""

    actions_detail = ("erase",)

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("mlops.erase_subject"))

    @action(description=_("Erase this person"), permissions=["erase"], icon="ink_eraser", variant=ActionVariant.DANGER)
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason; close the account, and have a worker erase the rest."""
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        form = refilled(EraseForm(request.POST or None), request)
        if form.is_valid():
            if away := require_fresh(request):
                return away
            try:
                asked = {"user": user, "reason": form.cleaned_data["reason"]}
                erasure.ask(**asked, by=person(request), at=timezone.now())
            except MlopsError as error:
                form.add_error(None, str(error))
            else:
                words = gettext(
                    "The account is closed, and is being erased. The erasure's own page will say what went."
                )
                self.message_user(request, words, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_user_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Erase %(person)s") % {"person": user},
            "opts": self.model._meta,
            "form": form,
            "words": gettext(
                "The account, its ratings and their history, films put away, and its rows in frozen data go. What learned"
                " from them is named in the tombstone and learned again. This cannot be undone."
            ),
            "media": self.media + form.media,
            "proof": True,
            "back": reverse("admin:catalog_user_change", args=[user.pk]),
        }
        return TemplateResponse(request, "admin/act.html", context, status=422 if form.errors else 200)
