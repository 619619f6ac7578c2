"""The policies in force: how many others must approve a version of each recipe, since when, and by whose decision."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from mlops import policies, registry
from mlops.admin import addresses
from mlops.admin.actors import person, teller
from mlops.admin.blocks import Act, Cell, Facts, Grid, Section, Shown, num
from mlops.admin.paged import Paged
from mlops.admin.words import moment
from mlops.models import Policy, PolicyRequest

LAST = 50  # policies listed on a page


@admin.register(Policy)
class PolicyAdmin(Paged):
    list_display = ("recipe_key", "number", "approvals_required", "since")
    list_filter = ("recipe_key",)
    ordering = ("recipe_key", "-number")
    actions_list = ("in_force",)

    @action(description=_("In force"), permissions=["view"], icon="rule", url_path="in-force")
    def in_force(self, request: HttpRequest) -> HttpResponse:
        """Say of every recipe what is required now, what was before, and what is asked for."""
        acts = []
        if person(request).has_perm("mlops.request_policy"):
            acts = [Act(gettext("Ask for a change…"), addresses.act("policyrequest", "ask"), main=True)]
        sections = [
            Section(gettext("In force"), [_now(request)]),
            Section(gettext("Asked for"), [_open(request)]),
            Section(gettext("What was required before"), [_history(request)]),
        ]
        lead = gettext(
            "How many others must approve a version before it serves everyone: whoever asked for it or trained it never"
            " counts. It changes only by a request that others approve."
        )
        return self.page(request, gettext("Approval policy"), sections, lead=lead, acts=acts)

    def row_page(self, request: HttpRequest, row: Policy) -> HttpResponse:
        tell = teller(row.set_by)
        facts = Facts(
            [
                (gettext("Recipe"), row.recipe_key),
                (gettext("Approvals required"), str(row.approvals_required)),
                (gettext("Since"), moment(row.since)),
                (gettext("Last vote by"), f"{tell(row.set_by)} · {row.set_by}"),
                (gettext("Request"), addresses.link(request, "policyrequest", row.request_id, str(row.request))),
            ]
        )
        acts = [Act(gettext("All policies in force"), addresses.act("policy", "in_force"))]
        title = gettext("Policy %(n)s of %(recipe)s") % {"n": row.number, "recipe": row.recipe_key}
        return self.page(request, title, [Section(gettext("What is required"), [facts])], acts=acts)


def _now(request: HttpRequest) -> Grid:
    heads = [gettext("recipe"), gettext("approvals required"), gettext("since"), gettext("by")]
    found = {key: policies.policy(key) for key in registry.recipes()}
    lines: list[Sequence[Shown]] = [
        [key, num(str(policies.approvals_required(key))), *_origin(request, row)] for key, row in found.items()
    ]
    return Grid(gettext("What is required now"), heads, lines, gettext("There is no recipe."))


def _origin(request: HttpRequest, row: Policy | None) -> list[Shown]:
    if row is None:
        return ["—", gettext("the site's settings: nobody has asked for a policy yet")]
    words = gettext("policy request %(pk)s") % {"pk": row.request_id}
    return [moment(row.since), addresses.link(request, "policyrequest", row.request_id, words)]


def _open(request: HttpRequest) -> Grid:
    rows = list(PolicyRequest.objects.open().filter(expires_at__gt=timezone.now()).order_by("-pk"))
    tell = teller(*(row.requested_by for row in rows))
    heads = [gettext("request"), gettext("recipe"), gettext("now"), gettext("then"), gettext("by"), gettext("reason")]
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "policyrequest", row.pk, gettext("policy request %(pk)s") % {"pk": row.pk}),
            row.recipe_key,
            num(str(row.current)),
            num(str(row.wanted)),
            tell(row.requested_by),
            row.reason,
        ]
        for row in rows
    ]
    return Grid(gettext("Open requests"), heads, lines, gettext("Nobody asks for a change."))


def _history(request: HttpRequest) -> Grid:
    rows = list(Policy.objects.select_related("request").order_by("-since", "-pk")[:LAST])
    tell = teller(*(row.request.requested_by for row in rows), *(row.set_by for row in rows))
    heads = [
        gettext("policy"),
        gettext("approvals required"),
        gettext("since"),
        gettext("asked by"),
        gettext("last vote"),
    ]
    lines: list[Sequence[Shown]] = [
        [
            Cell(f"{row.recipe_key} {row.number}", href=addresses.row("policy", row.pk)),
            num(str(row.approvals_required)),
            moment(row.since),
            tell(row.request.requested_by),
            tell(row.set_by),
        ]
        for row in rows
    ]
    return Grid(gettext("Every policy, newest first"), heads, lines, gettext("No request has changed a policy yet."))
