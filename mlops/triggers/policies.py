"""Policies: set by enough votes of others on their own open request, one after the other, and never changed."""

from mlops.triggers.rule import Trigger, append_only, frozen, in_its_own_place, kept, only_if

_REQUEST, _VOTE, _POLICY, _SLOT = "mlops_policyrequest", "mlops_policyvote", "mlops_policy", "mlops_slot"
_LOCKED = "PERFORM 1 FROM mlops_policyrequest WHERE id = NEW.request_id FOR UPDATE;"
_AGAINST = "EXISTS (SELECT 1 FROM mlops_policyvote a WHERE a.request_id = r.id AND a.verdict = 'REJECT')"
_FOR = (
    "(SELECT count(DISTINCT a.decided_by) FROM mlops_policyvote a WHERE a.request_id = r.id"
    " AND a.verdict = 'APPROVE' AND a.decided_by <> r.requested_by)"
)
# How many a row's recipe requires by its policy; without one the settings say it, of which the database knows nothing.
_IN_FORCE = (
    "(SELECT p.approvals_required FROM mlops_policy p WHERE p.recipe_key = {row}.recipe_key"
    " ORDER BY p.number DESC LIMIT 1)"
)
_CURRENT = f"{{row}}.current = COALESCE({_IN_FORCE}, {{row}}.current)"
_APPROVED = (
    "EXISTS (SELECT 1 FROM mlops_policyrequest r WHERE r.id = NEW.request_id AND r.state = 'OPEN'"
    f" AND NOT {_AGAINST} AND r.needed >= 1 AND r.needed <= {_FOR} AND {_CURRENT.format(row='r')}"
    " AND NEW.recipe_key = r.recipe_key AND NEW.approvals_required = r.wanted"
    " AND NEW.since >= r.requested_at AND NEW.since < r.expires_at AND NEW.set_by <> r.requested_by"
    " AND EXISTS (SELECT 1 FROM mlops_policyvote a WHERE a.request_id = r.id AND a.decided_by = NEW.set_by))"
)
_HAS_POLICY = "EXISTS (SELECT 1 FROM mlops_policy p WHERE p.request_id = NEW.id)"
_CLOSED_FOR_A_REASON = (
    f"NEW.state = 'OPEN' OR (NEW.state = 'APPLIED' AND {_HAS_POLICY}) OR (NOT {_HAS_POLICY} AND ("
    "(NEW.state = 'REJECTED' AND EXISTS (SELECT 1 FROM mlops_policyvote a WHERE a.request_id = NEW.id"
    " AND a.verdict = 'REJECT' AND a.decided_by = NEW.closed_by))"
    " OR (NEW.state = 'WITHDRAWN' AND NEW.closed_by = NEW.requested_by)"
    " OR (NEW.state = 'EXPIRED' AND NEW.closed_at >= NEW.expires_at)))"
)
_OPENS = (
    f"NEW.state = 'OPEN' AND NEW.needed >= NEW.current AND NEW.needed >= NEW.wanted AND {_CURRENT.format(row='NEW')}"
)

_TAKEN = "EXISTS (SELECT 1 FROM mlops_slot WHERE recipe_key = NEW.recipe_key OR rowid = NEW.rowid)"


def _vote_if(name: str, refusal: str, condition: str) -> Trigger:
    found = f"EXISTS (SELECT 1 FROM mlops_policyrequest r WHERE r.id = NEW.request_id AND {condition})"
    return only_if(f"{_VOTE}_{name}", _VOTE, "INSERT", refusal, found, _LOCKED)


def _texts(table: str, refusal: str, *columns: str) -> Trigger:
    """SQLite keeps any type in any column, and the bytes of a name are not the name."""
    wrong = " OR ".join(f"typeof(NEW.{column}) <> 'text'" for column in columns)
    return Trigger(f"{table}_typed", table, "INSERT", refusal, wrong, only="sqlite")


TRIGGERS = [
    frozen(
        _REQUEST,
        ("id", "recipe_key", "current", "wanted", "needed", "reason", "requested_at", "requested_by", "expires_at"),
        "a policy request is frozen: only its state may change",
    ),
    only_if(
        f"{_REQUEST}_once", _REQUEST, "UPDATE", "a policy request that was closed stays closed", "OLD.state = 'OPEN'"
    ),
    only_if(
        f"{_REQUEST}_closed",
        _REQUEST,
        "UPDATE",
        "a policy request is closed by the votes on it, by its requester, or by its end",
        _CLOSED_FOR_A_REASON,
    ),
    *kept(_REQUEST, "policy requests are kept for ever"),
    only_if(
        f"{_REQUEST}_new",
        _REQUEST,
        "INSERT",
        "a policy request begins open, with what is required now, and takes as many votes as that or as it wants",
        _OPENS,
    ),
    _texts(_REQUEST, "a policy request is written in texts", "requested_by", "requested_at", "expires_at"),
    *in_its_own_place(
        _REQUEST,
        "a recipe has one open policy request at most",
        "recipe_key = NEW.recipe_key AND state = 'OPEN'",
    ),
    *append_only(_VOTE, "a vote"),
    _vote_if("open", "votes are cast on open policy requests alone", "r.state = 'OPEN'"),
    _vote_if(
        "by_another", "a vote on a policy is cast by another than its requester", "NEW.decided_by <> r.requested_by"
    ),
    _vote_if(
        "in_time",
        "a vote is cast before the policy request expires",
        "NEW.decided_at >= r.requested_at AND NEW.decided_at < r.expires_at",
    ),
    _texts(_VOTE, "a vote is written in texts", "decided_by", "decided_at"),
    *in_its_own_place(_VOTE, "one vote a person", "request_id = NEW.request_id AND decided_by = NEW.decided_by"),
    *append_only(_POLICY, "a policy"),
    only_if(
        f"{_POLICY}_approved",
        _POLICY,
        "INSERT",
        "a policy is set by enough votes of others on its own open request",
        _APPROVED,
        _LOCKED,
    ),
    only_if(
        f"{_POLICY}_next",
        _POLICY,
        "INSERT",
        "policies of a recipe follow one another",
        "NEW.number = 1 + COALESCE((SELECT max(p.number) FROM mlops_policy p WHERE p.recipe_key = NEW.recipe_key), 0)",
    ),
    _texts(_POLICY, "a policy is written in texts", "set_by", "since", "recipe_key"),
    *in_its_own_place(
        _POLICY,
        "a policy is append-only",
        "recipe_key = NEW.recipe_key AND number = NEW.number",
        "request_id = NEW.request_id",
    ),
    *append_only(_SLOT, "a slot"),
    Trigger(f"{_SLOT}_own_place", _SLOT, "INSERT", "a slot is append-only", _TAKEN, only="sqlite"),
]
