"""Promotion requests: the page on which a person looks at everything, speaks of it, and decides."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from mlops.admin import acting, addresses, drafts, review_page
from mlops.admin.actors import names, person, who
from mlops.admin.forms import DecideForm, OnceForm, RemarkForm
from mlops.admin.paged import Paged, View
from mlops.models import PromotionRequest
from mlops.services import approvals, remarks, requests

LABELS = {"OPEN": "info", "PROMOTED": "success", "REJECTED": "danger", "WITHDRAWN": "default", "EXPIRED": "warning"}


@admin.register(PromotionRequest)
class PromotionRequestAdmin(Paged):
    list_display = ("name", "life", "version", "asked_by", "reason", "requested_at", "expires_at")
    list_filter = (("state", ChoicesDropdownFilter), "version__recipe_key")
    list_filter_submit = True
    list_select_related = ("version",)
    search_fields = ("reason", "version__recipe_key")
    ordering = ("-pk",)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        page = super().get_changelist_instance(request)
        _name(page.result_list)
        return page

    @display(description=_("request"), ordering="pk")
    def name(self, obj: PromotionRequest) -> str:
        return gettext("request %(pk)s") % {"pk": obj.pk}

    @display(description=_("state"), ordering="state", label=LABELS)
    def life(self, obj: PromotionRequest) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    @display(description=_("asked by"))
    def asked_by(self, obj: Any) -> str:
        return str(obj.requested_by_in_words)

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (
            ("<path:object_id>/decide/", "decide", self.decide),
            ("<path:object_id>/say/", "say", self.say),
            ("<path:object_id>/withdraw/", "withdraw", partial(withdraw, self)),
        )

    def row_page(self, request: HttpRequest, row: PromotionRequest) -> HttpResponse:
        return self.review_page(request, row)

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cast the vote that was sent; a refusal comes back on the page, with what was typed."""
        row = self.row_or_404(request, object_id)
        if (away := _looking(request, row)) is not None:
            return away
        form = DecideForm(request.POST)

        def act(given: dict[str, Any]) -> tuple[str, str]:
            deployment = approvals.decide(request_id=row.pk, by=person(request), at=timezone.now(), **given)
            row.refresh_from_db()
            serves = gettext("Approved: %(version)s serves from now on, in every web process within seconds.")
            said = serves % {"version": row.version.label} if deployment else review_page.outcome(row)
            return said, addresses.row("promotionrequest", row.pk)

        if done := acting.attempt(request, form, act, proof=True):
            return done
        row.refresh_from_db()
        return self.review_page(request, row, form=form)

    def say(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Add a remark to the discussion."""
        row = self.row_or_404(request, object_id)
        if (away := _looking(request, row)) is not None:
            return away
        remark = RemarkForm(request.POST)

        def act(given: dict[str, Any]) -> tuple[str, str]:
            remarks.say(request_id=row.pk, by=person(request), at=timezone.now(), **given)
            return gettext("Said."), f"{addresses.row('promotionrequest', row.pk)}#discussion"

        return acting.attempt(request, remark, act, proof=False) or self.review_page(request, row, remark=remark)

    def review_page(
        self, request: HttpRequest, row: PromotionRequest, form: Any = None, remark: Any = None
    ) -> HttpResponse:
        typed = drafts.kept(request, addresses.act("promotionrequest", "decide", row.pk))
        form = form or DecideForm(initial={**typed, "evidence_digest": row.evidence_digest})
        found = review_page.context(request, row, form, remark or RemarkForm())
        return self.page(
            request, **found, template="admin/mlops/review.html", status=acting.status(remark or form), row=row
        )


def withdraw(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    row: PromotionRequest = model_admin.row_or_404(request, object_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        requests.withdraw(request_id=row.pk, by=person(request), at=timezone.now(), **given)
        return gettext("The request is withdrawn."), addresses.row("promotionrequest", row.pk)

    words = gettext("Nobody can decide on it any more. The version stays what it is, and can be requested again.")
    title = gettext("Withdraw request %(pk)s") % {"pk": row.pk}
    form = OnceForm(request.POST or None)
    result: HttpResponse = model_admin.ask(request, title, words, form, addresses.row("promotionrequest", row.pk), act)
    return result


def _looking(request: HttpRequest, row: PromotionRequest) -> HttpResponse | None:
    """Lead whoever only looks, as after proving who they are, to the page of the request."""
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(f"{addresses.row('promotionrequest', row.pk)}#decide")
    return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])


def _name(rows: Iterable[Any]) -> None:
    """Put the name of who asked onto each request, by one statement for all."""
    listed = list(rows)
    known = names(row.requested_by for row in listed)
    for row in listed:
        row.requested_by_in_words = who(row.requested_by, known)
