"""Requests and votes: nothing but a request's state changes, once; a vote is another person's, in time, on its evidence."""

from mlops.triggers.rule import Trigger, append_only, frozen, in_its_own_place, kept, only_if

_REQUEST, _VOTE = "mlops_promotionrequest", "mlops_approval"
_OTHERS = "NOT IN (r.requested_by, v.created_by, COALESCE(n.queued_by, ''))"
_JOINED = (
    "mlops_promotionrequest r JOIN mlops_modelversion v ON v.id = r.version_id LEFT JOIN mlops_run n ON n.id = v.run_id"
)
# A request takes as many votes as the policy in force requires; without one the settings say it, when it is opened.
_AS_REQUIRED = (
    "{row}.needed = COALESCE((SELECT p.approvals_required FROM mlops_policy p WHERE p.recipe_key = v.recipe_key"
    " ORDER BY p.number DESC LIMIT 1), {row}.needed)"
)
# The requests on which enough others voted yes and nobody voted no, of versions that passed their gates.
# A vote counts when it is on the request's evidence, and neither the requester's nor the trainer's.
APPROVED = (
    f"SELECT 1 FROM {_JOINED} JOIN mlops_gatereport g ON g.version_id = v.id AND g.passed"
    " WHERE r.state = 'OPEN'"
    " AND NOT EXISTS (SELECT 1 FROM mlops_approval a WHERE a.request_id = r.id AND a.verdict <> 'APPROVE')"
    f" AND r.needed >= 1 AND {_AS_REQUIRED.format(row='r')}"
    " AND r.needed <= (SELECT count(DISTINCT a.decided_by) FROM mlops_approval a"
    " WHERE a.request_id = r.id AND a.verdict = 'APPROVE' AND a.evidence_digest = r.evidence_digest"
    f" AND a.decided_by {_OTHERS})"
)
# Those that somebody voted against.
REJECTED = (
    "SELECT 1 FROM mlops_promotionrequest r JOIN mlops_approval a ON a.request_id = r.id"
    " WHERE r.state = 'OPEN' AND a.verdict = 'REJECT'"
)
_LOCKED = "PERFORM 1 FROM mlops_promotionrequest WHERE id = NEW.request_id FOR UPDATE;"

_CLOSED_FOR_A_REASON = (
    f"NEW.state = 'OPEN' OR (NEW.state = 'PROMOTED' AND EXISTS ({APPROVED} AND r.id = NEW.id)"
    " AND EXISTS (SELECT 1 FROM mlops_deployment d WHERE d.request_id = NEW.id))"
    " OR (NOT EXISTS (SELECT 1 FROM mlops_deployment d WHERE d.request_id = NEW.id) AND ("
    f"(NEW.state = 'REJECTED' AND EXISTS ({REJECTED} AND r.id = NEW.id AND a.decided_by = NEW.closed_by))"
    " OR (NEW.state = 'WITHDRAWN' AND NEW.closed_by = NEW.requested_by)"
    " OR (NEW.state = 'EXPIRED' AND NEW.closed_at >= NEW.expires_at)))"
)
_MAY_BE_ASKED = (
    "NEW.state = 'OPEN' AND EXISTS (SELECT 1 FROM mlops_modelversion v"
    " JOIN mlops_gatereport g ON g.version_id = v.id AND g.passed"
    " JOIN mlops_run n ON n.id = v.run_id AND n.state = 'SUCCEEDED'"
    " JOIN mlops_dataset s ON s.id = n.dataset_id"
    f" WHERE v.id = NEW.version_id AND {_AS_REQUIRED.format(row='NEW')}"
    " AND v.state IN ('CANDIDATE', 'APPROVED') AND NOT EXISTS"
    " (SELECT 1 FROM mlops_deployment d WHERE d.version_id = v.id AND d.ended_at IS NULL))"
)


def _vote_if(name: str, refusal: str, condition: str) -> Trigger:
    found = f"EXISTS (SELECT 1 FROM {_JOINED} WHERE r.id = NEW.request_id AND {condition})"
    return only_if(f"{_VOTE}_{name}", _VOTE, "INSERT", refusal, found, _LOCKED)


TRIGGERS = [
    frozen(
        _REQUEST,
        (
            "id",
            "version_id",
            "evidence",
            "evidence_digest",
            "needed",
            "reason",
            "requested_at",
            "requested_by",
            "expires_at",
        ),
        "a request is frozen: only its state may change",
    ),
    only_if(f"{_REQUEST}_once", _REQUEST, "UPDATE", "a request that was closed stays closed", "OLD.state = 'OPEN'"),
    only_if(
        f"{_REQUEST}_closed",
        _REQUEST,
        "UPDATE",
        "a request is closed by the votes on it, by its requester, or by its end",
        _CLOSED_FOR_A_REASON,
    ),
    *kept(_REQUEST, "requests are kept for ever"),
    only_if(
        f"{_REQUEST}_new",
        _REQUEST,
        "INSERT",
        "only a version that passed its gates, on evidence that is whole, and does not serve may be asked for",
        _MAY_BE_ASKED,
    ),
    *in_its_own_place(
        _REQUEST, "a version has one open request at most", "version_id = NEW.version_id AND state = 'OPEN'"
    ),
    *append_only(_VOTE, "a vote"),
    _vote_if(
        "open", "votes are cast on open requests alone", "r.state = 'OPEN' AND v.state IN ('CANDIDATE', 'APPROVED')"
    ),
    _vote_if("by_another", "a vote is cast by neither the requester nor the trainer", f"NEW.decided_by {_OTHERS}"),
    _vote_if("evidence", "a vote repeats the evidence of its request", "NEW.evidence_digest = r.evidence_digest"),
    _vote_if(
        "in_time",
        "a vote is cast before the request expires",
        "NEW.decided_at >= r.requested_at AND NEW.decided_at < r.expires_at",
    ),
    Trigger(  # SQLite keeps any type in any column, and the bytes of a name are not the name
        f"{_VOTE}_typed",
        _VOTE,
        "INSERT",
        "a vote is written in texts",
        "typeof(NEW.decided_by) <> 'text' OR typeof(NEW.decided_at) <> 'text' OR typeof(NEW.evidence_digest) <> 'text'",
        only="sqlite",
    ),
    *in_its_own_place(_VOTE, "one vote a person", "request_id = NEW.request_id AND decided_by = NEW.decided_by"),
]
