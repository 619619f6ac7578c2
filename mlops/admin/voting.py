"""Voting on what somebody else asks for: who has voted, what is said about it, and the form that casts a vote."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from mlops.admin.actors import teller
from mlops.admin.blocks import Cell, Grid, Shown, digest
from mlops.admin.words import approvals, moment
from mlops.models import Approval, PolicyVote, Remark
from mlops.policies.voters import inactive


@dataclass(frozen=True)
class Ballot:
    """The form that casts a vote, or the sentence why this person cannot.

    standing: how many votes there are, until when; words: what either vote does; action: where it is sent.
    """

    form: Any
    action: str
    standing: str
    words: str
    why_not: str = ""
    evidence: str = ""  # digest of what the vote is on, where there is one
    may_approve: bool = True  # not when what it was asked on has changed: then it can only be rejected


@dataclass(frozen=True)
class Said:
    """One remark, with who said it and when."""

    who: str
    subject: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Discussion:
    """What was said, oldest first, and the form that adds to it, for those who may."""

    said: Sequence[Said]
    form: Any
    action: str
    template: ClassVar[str] = "admin/mlops/_discussion.html"


def discussion(remarks: Iterable[Remark], form: Any, action: str) -> Discussion:
    rows = list(remarks)
    tell = teller(*(row.said_by for row in rows))
    return Discussion([Said(tell(row.said_by), row.said_by, row.said_at, row.text) for row in rows], form, action)


def votes(cast: Iterable[Approval | PolicyVote], barred: set[str]) -> Grid:
    """Return the votes, and which of them count. barred: whose vote could never count, whoever wrote it there."""
    rows = list(cast)
    tell = teller(*(row.decided_by for row in rows))
    gone = inactive(row.decided_by for row in rows)
    heads = [_("who"), _("vote"), _("reason"), _("when"), _("counts"), _("subject id")]
    lines: list[Sequence[Shown]] = [
        [
            tell(row.decided_by),
            Cell(row.get_verdict_display(), mark="new" if row.verdict == row.Verdict.APPROVE else "gone"),
            row.reason,
            moment(row.decided_at),
            _counts(row.decided_by, gone, barred),
            digest(row.decided_by),
        ]
        for row in rows
    ]
    return Grid(_("Votes"), heads, lines, _("Nobody has voted yet."))


def given(counted: int, needed: int) -> str:
    """Return how many votes an open request has, and what is left to do when they are enough and it is open all the same."""
    if counted < needed:
        return approvals(counted, needed)
    words = _(
        "It has the votes it needs, given while an account was not active: a further vote puts it in force,"
        " or the requester withdraws it and asks again."
    )
    return f"{approvals(counted, needed)} {words}"


def standing(counted: int, needed: int, end: datetime) -> str:
    """Return in a few words how many votes there are, and until when one can be given."""
    until = _("Open until %(end)s.") % {"end": f"{end:%d %b %H:%M} UTC"}
    return f"{approvals(counted, needed)} {until}"


def _counts(voter: str, gone: set[str], barred: set[str]) -> Shown:
    if voter in barred:
        return Cell(_("no: asked or trained"), mark="gone")
    return Cell(_("no: account not active, or unknown"), mark="gone") if voter in gone else _("yes")
