"""How many others must approve: asked for by one person, decided on by others, as a version is."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from mlops import policies
from mlops.admin import acting, addresses, drafts, review_blocks, voting
from mlops.admin.actors import person, teller
from mlops.admin.blocks import Act, Facts, Section, Shown
from mlops.admin.forms import OnceForm, PolicyForm, VoteForm
from mlops.admin.paged import Paged, View
from mlops.admin.words import approvals, moment, until
from mlops.errors import Refused
from mlops.models import PolicyRequest
from mlops.selectors.review import events_of
from mlops.services import policy_requests

LABELS = {"OPEN": "info", "APPLIED": "success", "REJECTED": "danger", "WITHDRAWN": "default", "EXPIRED": "warning"}


@admin.register(PolicyRequest)
class PolicyRequestAdmin(Paged):
    list_display = ("name", "life", "recipe_key", "current", "wanted", "reason", "requested_at", "expires_at")
    list_filter = (("state", ChoicesDropdownFilter), "recipe_key")
    list_filter_submit = True
    search_fields = ("reason", "recipe_key")
    ordering = ("-pk",)

    @display(description=_("request"), ordering="pk")
    def name(self, obj: PolicyRequest) -> str:
        return gettext("policy request %(pk)s") % {"pk": obj.pk}

    @display(description=_("state"), ordering="state", label=LABELS)
    def life(self, obj: PolicyRequest) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (
            ("ask/", "ask", partial(ask, self)),
            ("<path:object_id>/decide/", "decide", self.decide),
            ("<path:object_id>/withdraw/", "withdraw", partial(withdraw, self)),
        )

    def row_page(self, request: HttpRequest, row: PolicyRequest, form: Any = None) -> HttpResponse:
        now = timezone.now()
        form = form or VoteForm(initial=drafts.kept(request, addresses.act("policyrequest", "decide", row.pk)))
        acts = []
        if policies.may_withdraw_policy(person(request), row):
            acts = [Act(gettext("Withdraw…"), addresses.act("policyrequest", "withdraw", row.pk))]
        objects = [f"policy-request:{row.pk}", f"recipe:{row.recipe_key}"]
        sections = [
            Section(gettext("What is asked"), [_facts(row, now)]),
            Section(gettext("Votes"), [voting.votes(row.votes.order_by("pk"), {row.requested_by})]),
            Section(gettext("History"), [review_blocks.events(request, events_of(objects))]),
        ]
        return self.page(
            request,
            gettext("Policy request %(pk)s: %(recipe)s") % {"pk": row.pk, "recipe": row.recipe_key},
            sections,
            lead=_asked(row),
            acts=acts,
            template="admin/mlops/review.html",
            status=acting.status(form),
            standing=[_outcome(row)],
            ballot=_ballot(request, row, form, now),
        )

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cast the vote that was sent; a refusal comes back on the page, with what was typed."""
        row = self.row_or_404(request, object_id)
        back = addresses.row("policyrequest", row.pk)
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(f"{back}#decide")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = VoteForm(request.POST)

        def act(given: dict[str, Any]) -> tuple[str, str]:
            policy = policy_requests.decide_policy(request_id=row.pk, by=person(request), at=timezone.now(), **given)
            row.refresh_from_db()
            return (_required(row.recipe_key, policy.approvals_required) if policy else _outcome(row)), back

        if done := acting.attempt(request, form, act, proof=True):
            return done
        row.refresh_from_db()
        return self.row_page(request, row, form)


def ask(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Ask which recipe shall require how many approvals, and why, and open the request."""
    if not person(request).has_perm("mlops.request_policy"):
        raise PermissionDenied
    typed = {"recipe_key": request.GET.get("recipe", ""), **drafts.kept(request, request.path)}
    form = PolicyForm(request.POST or None, initial=typed)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = policy_requests.open_policy_request(by=person(request), at=timezone.now(), **given)
        words = gettext("Policy request %(pk)s awaits the decision of others.") % {"pk": made.pk}
        return words, addresses.row("policyrequest", made.pk)

    words = gettext(
        "Others decide on it: as many as are required now, or as shall be, whichever is more. Until then nothing changes."
    )
    title, back = gettext("Ask for another policy"), addresses.act("policy", "in_force")
    result: HttpResponse = model_admin.ask(request, title, words, form, back, act, proof=True)
    return result


def withdraw(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    row: PolicyRequest = model_admin.row_or_404(request, object_id)
    back = addresses.row("policyrequest", row.pk)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        policy_requests.withdraw_policy(request_id=row.pk, by=person(request), at=timezone.now(), **given)
        return gettext("The request is withdrawn."), back

    title = gettext("Withdraw policy request %(pk)s") % {"pk": row.pk}
    words = gettext("Nobody can decide on it any more. What is required stays as it is.")
    result: HttpResponse = model_admin.ask(request, title, words, OnceForm(request.POST or None), back, act)
    return result


def _asked(row: PolicyRequest) -> str:
    words = gettext(
        "%(who)s asks that %(wanted)s instead of %(current)s must approve a version of %(recipe)s, because: «%(reason)s»."
    )
    facts = {"wanted": row.wanted, "current": row.current, "recipe": row.recipe_key, "reason": row.reason}
    return words % {"who": teller(row.requested_by)(row.requested_by), **facts}


def _outcome(row: PolicyRequest) -> str:
    """Return in a sentence where the request stands."""
    if row.state == PolicyRequest.State.OPEN:
        given = voting.given(policies.valid_policy_votes(row), row.needed)
        return gettext("Open: %(given)s It expires on %(end)s.") % {"given": given, "end": moment(row.expires_at)}
    words = gettext("%(state)s on %(at)s by %(who)s.")
    facts = {"state": row.get_state_display(), "at": moment(row.closed_at)}
    return words % {**facts, "who": teller(row.closed_by)(row.closed_by)}


def _required(recipe_key: str, required: int) -> str:
    words = ngettext(
        "From now on %(n)s other person must approve a version of %(recipe)s.",
        "From now on %(n)s other people must approve a version of %(recipe)s.",
        required,
    )
    return words % {"n": required, "recipe": recipe_key}


def _facts(row: PolicyRequest, now: datetime) -> Facts:
    end, tell = moment(row.expires_at), teller(row.requested_by)
    rows: list[tuple[str, Shown]] = [
        (gettext("Recipe"), row.recipe_key),
        (gettext("Required when asked"), str(row.current)),
        (gettext("Required then"), str(row.wanted)),
        (gettext("Required now"), str(policies.approvals_required(row.recipe_key))),
        (gettext("Asked by"), f"{tell(row.requested_by)} · {row.requested_by}"),
        (gettext("Asked on"), moment(row.requested_at)),
        (gettext("Open until"), f"{end}, {until(row.expires_at, now)}" if row.state == row.State.OPEN else end),
        (gettext("Votes"), approvals(policies.valid_policy_votes(row), row.needed)),
    ]
    return Facts(rows)


def _ballot(request: HttpRequest, row: PolicyRequest, form: Any, now: datetime) -> voting.Ballot:
    given = policies.valid_policy_votes(row)
    last = (
        gettext("It is the last vote needed: to approve changes what is required at once.")
        if given + 1 >= row.needed
        else gettext("To approve takes %(n)s more votes of others before it changes.") % {"n": row.needed - given - 1}
    )
    holds = policies.approvals_required(row.recipe_key) == row.current
    if not holds:
        last = gettext("It cannot be approved any more: another number is required now than when it was asked.")
    end = gettext("To reject ends the request. A vote cannot be taken back.")
    try:
        policies.check_may_decide_policy(person(request), row, now)
        why_not = ""
    except Refused as refusal:
        why_not = acting.sentence(refusal)
    return voting.Ballot(
        form=form,
        action=addresses.act("policyrequest", "decide", row.pk),
        standing=voting.standing(given, row.needed, row.expires_at),
        words=f"{last} {end}",
        why_not=why_not,
        may_approve=holds,
    )
