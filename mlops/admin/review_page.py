"""What stands on the page on which a person decides whether a version may serve."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import policies
from mlops.admin import addresses, evidence_blocks, review_blocks, voting
from mlops.admin.acting import sentence
from mlops.admin.actors import person, teller
from mlops.admin.blocks import Act, Cell, Facts, Section, Shown, Words
from mlops.admin.words import approvals, moment, until
from mlops.errors import Refused
from mlops.models import Deployment, PromotionRequest
from mlops.selectors.review import Review, review

State = PromotionRequest.State


def context(request: HttpRequest, row: PromotionRequest, form: Any, remark: Any) -> dict[str, Any]:
    """Return all that the page shows. form: of the vote, remark: of the discussion, each with what was typed."""
    found, now = review(row), timezone.now()
    evidence = evidence_blocks.standing(row)
    acts = []
    if policies.may_withdraw(person(request), row):
        acts = [Act(_("Withdraw…"), addresses.act("promotionrequest", "withdraw", row.pk))]
    remark = remark if policies.may_say(person(request), row) else None
    said = voting.discussion(row.remarks.all(), remark, addresses.act("promotionrequest", "say", row.pk))
    return {
        "title": _("Request %(pk)s: %(version)s") % {"pk": row.pk, "version": row.version.label},
        "lead": asked(found),
        "acts": acts,
        "standing": [review_blocks.verdict_of(found.report), outcome(row)],
        "evidence": evidence,
        "sections": [
            Section(_("What is asked"), [_facts(request, found, now)]),
            *_learned(request, found),
            evidence_blocks.section(request, row, evidence),
            Section(_("History"), [review_blocks.earlier(request, found), review_blocks.events(request, found.events)]),
            Section(_("Votes and discussion"), [voting.votes(found.votes, _barred(row)), said]),
        ],
        "ballot": _ballot(request, row, form, now, evidence.holds),
        "remark": remark,
    }


def asked(found: Review) -> str:
    """Return in a sentence who asks for what, and why."""
    row, champion = found.request, found.champion
    tell = teller(row.requested_by)
    words = (
        _("%(who)s asks that %(version)s may serve in the place of %(champion)s, because: «%(reason)s».")
        if champion
        else _("%(who)s asks that %(version)s may serve, where nothing serves yet, because: «%(reason)s».")
    )
    return words % {
        "who": tell(row.requested_by),
        "version": row.version.label,
        "champion": champion.version.label if champion else "",
        "reason": row.reason,
    }


def outcome(row: PromotionRequest) -> str:
    """Return in a sentence where the request stands."""
    if row.state == State.OPEN:
        given = voting.given(policies.valid_approvals(row), row.needed)
        return _("Open: %(given)s It expires on %(end)s.") % {"given": given, "end": moment(row.expires_at)}
    tell = teller(row.closed_by)
    words = _("%(state)s on %(at)s by %(who)s.")
    return words % {"state": row.get_state_display(), "at": moment(row.closed_at), "who": tell(row.closed_by)}


def _learned(request: HttpRequest, found: Review) -> list[Section]:
    tables, against = review_blocks.tables(found.report), _against(found)
    return [
        Section(_("Gates"), [against, *review_blocks.gates(found.report)]),
        Section(_("Metrics: candidate, champion and rivals"), [against, *review_blocks.measured(found)]),
        *([Section(_("What would change for people"), [against, *tables])] if tables else []),
        Section(_("Stability"), review_blocks.stability(found)),
        Section(_("Data: what differs from the champion's"), review_blocks.data(request, found)),
        Section(_("Code and parameters: what differs"), review_blocks.code(found)),
    ]


def _against(found: Review) -> Words:
    """Return which champion all that was judged and measured is held against, loudly when it is not what it replaces."""
    against = found.report.against if found.report else None
    champion = found.champion.version if found.champion else None
    if against is None:
        return Words(_("What it was judged against is unknown."), "error" if champion else "soft")
    if not against:
        return Words(_("It was judged when no version served."), "error" if champion else "soft")
    words = _("It was judged against %(version)s: that is the champion here.") % {"version": against["label"]}
    if champion and champion.pk == against["version"]:
        return Words(words, "soft")
    stands = (
        _("It would replace %(version)s.") % {"version": champion.label} if champion else _("No version serves now.")
    )
    return Words(f"{words} {stands}", "error")


def _facts(request: HttpRequest, found: Review, now: datetime) -> Facts:
    row = found.request
    trained = sorted(policies.trainers(row.version))
    tell = teller(row.requested_by, *trained)
    end = moment(row.expires_at)
    rows: list[tuple[str, Shown]] = [
        (_("Asked for"), addresses.link(request, "modelversion", row.version_id, row.version.label)),
        (_("Would replace"), _replaces(request, row)),
        (_("Judged against"), _against(found).text),
        (_("Asked by"), f"{tell(row.requested_by)} · {row.requested_by}"),
        (_("Trained by"), "; ".join(f"{tell(one)} · {one}" for one in trained) or _("the system")),
        (_("Asked on"), moment(row.requested_at)),
        (_("Open until"), f"{end}, {until(row.expires_at, now)}" if row.state == State.OPEN else end),
        (_("Votes"), approvals(policies.valid_approvals(row), row.needed)),
    ]
    return Facts(rows)


def _replaces(request: HttpRequest, row: PromotionRequest) -> Cell:
    """Return what it would replace, or did."""
    if row.state not in (State.OPEN, State.PROMOTED):
        return Cell(_("nothing: it did not come into force"))
    made = Deployment.objects.filter(request=row).select_related("replaces__version").first()
    serves = made.replaces if made else Deployment.objects.champion(row.version.recipe_key)
    if serves is None:
        return Cell(_("nothing: no version of %(recipe)s served") % {"recipe": row.version.recipe_key})
    words = _("%(version)s, which serves since %(at)s; one person can roll back to it")
    facts = {"version": serves.version.label, "at": moment(serves.started_at)}
    return addresses.link(request, "deployment", serves.pk, words % facts if not made else serves.version.label)


def _barred(row: PromotionRequest) -> set[str]:
    return {row.requested_by, *policies.trainers(row.version)}


def _ballot(request: HttpRequest, row: PromotionRequest, form: Any, now: datetime, holds: bool) -> voting.Ballot:
    given = policies.valid_approvals(row)
    last = (
        _("It is the last vote needed: to approve puts %(version)s in force at once.")
        if given + 1 >= row.needed
        else _("To approve takes %(n)s more votes of others before %(version)s is in force.")
    )
    if not holds:
        last = _("It cannot be approved any more: under «Evidence» stands why.")
    kind = _("Your vote is on %(version)s with evidence %(digest)s….")
    end = _("To reject ends the request, and a candidate for good. A vote cannot be taken back.")
    facts = {"version": row.version.label, "digest": row.evidence_digest[:12], "n": row.needed - given - 1}
    return voting.Ballot(
        form=form,
        action=addresses.act("promotionrequest", "decide", row.pk),
        standing=voting.standing(given, row.needed, row.expires_at),
        words=f"{kind} {last} {end}" % facts,
        why_not=_why_not(request, row, now),
        evidence=row.evidence_digest,
        may_approve=holds,
    )


def _why_not(request: HttpRequest, row: PromotionRequest, now: datetime) -> str:
    """Return why this person may not decide, or nothing."""
    try:
        policies.check_may_decide(person(request), row, now)
    except Refused as refusal:
        return sentence(refusal)
    return ""
