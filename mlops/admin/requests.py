"""Promotion requests: the page on which a person looks at everything, and decides."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from mlops import policies
from mlops.admin import addresses, review_blocks
from mlops.admin.actors import names, person, teller, who
from mlops.admin.blocks import Act, Section
from mlops.admin.forms import DecideForm, ReasonForm
from mlops.admin.paged import Paged, View
from mlops.admin.words import moment
from mlops.errors import MlopsError
from mlops.models import PromotionRequest
from mlops.selectors.review import Review, review
from mlops.services import approvals, requests

LABELS = {"OPEN": "info", "PROMOTED": "success", "REJECTED": "danger", "WITHDRAWN": "default", "EXPIRED": "warning"}
State = PromotionRequest.State


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
            ("<path:object_id>/withdraw/", "withdraw", partial(withdraw, self)),
        )

    def row_page(self, request: HttpRequest, row: PromotionRequest) -> HttpResponse:
        return self.review_page(request, row, DecideForm(initial={"evidence_digest": row.evidence_digest}))

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cast the vote that was sent; a refusal comes back on the page, with what was typed."""
        row = self.row_or_404(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = DecideForm(request.POST)
        if not form.is_valid():
            return self.review_page(request, row, form)
        try:
            by, now = person(request), timezone.now()
            deployment = approvals.decide(request_id=row.pk, by=by, at=now, **form.cleaned_data)
        except MlopsError as refusal:
            form.add_error(None, str(refusal))
            row.refresh_from_db()
            return self.review_page(request, row, form, status=409)
        row.refresh_from_db()
        serves = gettext("Approved: %(version)s serves from now on, in every web process within seconds.")
        said = serves % {"version": row.version.label} if deployment else _outcome(row)
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(addresses.row("promotionrequest", row.pk))

    def review_page(self, request: HttpRequest, row: PromotionRequest, form: Any, status: int = 200) -> HttpResponse:
        found = review(row)
        acts = []
        if policies.may_withdraw(person(request), row):
            acts = [Act(gettext("Withdraw…"), addresses.act("promotionrequest", "withdraw", row.pk))]
        return self.page(
            request,
            gettext("Request %(pk)s: %(version)s") % {"pk": row.pk, "version": row.version.label},
            _sections(request, found),
            lead=_asked(found),
            acts=acts,
            template="admin/mlops/review.html",
            status=status,
            row=row,
            outcome=_outcome(row),
            gates_in_words=review_blocks.verdict_of(found.report),
            why_not=_why_not(request, row),
            form=form,
        )


def withdraw(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    row: PromotionRequest = model_admin.row_or_404(request, object_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        requests.withdraw(request_id=row.pk, reason=given["reason"], by=person(request), at=timezone.now())
        return gettext("The request is withdrawn."), addresses.row("promotionrequest", row.pk)

    words = gettext("Nobody can decide on it any more. The version stays what it is, and can be requested again.")
    title = gettext("Withdraw request %(pk)s") % {"pk": row.pk}
    form = ReasonForm(request.POST or None)
    result: HttpResponse = model_admin.ask(request, title, words, form, addresses.row("promotionrequest", row.pk), act)
    return result


def _sections(request: HttpRequest, found: Review) -> list[Section]:
    tables = review_blocks.tables(found.report)
    return [
        Section(gettext("Gates"), review_blocks.gates(found.report)),
        Section(gettext("Metrics: candidate, champion and rivals"), review_blocks.measured(found)),
        *([Section(gettext("What would change for people"), tables)] if tables else []),
        Section(gettext("Stability"), review_blocks.stability(found)),
        Section(gettext("Data: what differs from the champion's"), review_blocks.data(request, found)),
        Section(gettext("Code and parameters: what differs"), review_blocks.code(found)),
        review_blocks.evidence(found.request),
        Section(
            gettext("History"),
            [
                review_blocks.votes(found),
                review_blocks.earlier(request, found),
                review_blocks.events(request, found.events),
            ],
        ),
    ]


def _asked(found: Review) -> str:
    row, champion = found.request, found.champion
    tell = teller(row.requested_by)
    words = (
        gettext("%(who)s asks that %(version)s may serve in the place of %(champion)s, because: «%(reason)s».")
        if champion
        else gettext("%(who)s asks that %(version)s may serve, where nothing serves yet, because: «%(reason)s».")
    )
    return words % {
        "who": tell(row.requested_by),
        "version": row.version.label,
        "champion": champion.version.label if champion else "",
        "reason": row.reason,
    }


def _outcome(row: PromotionRequest) -> str:
    """Return in a sentence where the request stands."""
    if row.state == State.OPEN:
        given = policies.valid_approvals(row)
        words = gettext("Open: %(given)s of %(needed)s approvals are given. It expires on %(end)s.")
        return words % {"given": given, "needed": row.needed, "end": moment(row.expires_at)}
    tell = teller(row.closed_by)
    words = gettext("%(state)s on %(at)s by %(who)s.")
    return words % {"state": row.get_state_display(), "at": moment(row.closed_at), "who": tell(row.closed_by)}


def _why_not(request: HttpRequest, row: PromotionRequest) -> str:
    """Return why this person may not decide, or nothing."""
    try:
        policies.check_may_decide(person(request), row, timezone.now())
    except MlopsError as refusal:
        words = str(refusal)
        return words[:1].upper() + words[1:]
    return ""


def _name(rows: Iterable[Any]) -> None:
    """Put the name of who asked onto each request, by one statement for all."""
    listed = list(rows)
    known = names(row.requested_by for row in listed)
    for row in listed:
        row.requested_by_in_words = who(row.requested_by, known)
