"""Deployments: begun by votes, by a roll-back, or as the first of a formula; ended once."""

from mlops.triggers.requests import APPROVED
from mlops.triggers.rule import Trigger, frozen, in_its_own_place, kept, only_if

_TABLE = "mlops_deployment"
_LOCKED = "PERFORM 1 FROM mlops_promotionrequest WHERE id = NEW.request_id FOR UPDATE;"
_GENESIS = (
    "NEW.how <> 'GENESIS' OR (NOT EXISTS"
    " (SELECT 1 FROM mlops_deployment d WHERE d.recipe_key = NEW.recipe_key)"
    " AND NEW.replaces_id IS NULL AND EXISTS (SELECT 1 FROM mlops_modelversion v WHERE v.id = NEW.version_id"
    " AND v.kind = 'SOFTWARE' AND v.number = 1 AND v.state = 'APPROVED' AND v.recipe_key = NEW.recipe_key))"
)
_PROMOTION = (
    f"NEW.how <> 'PROMOTION' OR EXISTS ({APPROVED} AND r.id = NEW.request_id AND v.id = NEW.version_id"
    " AND v.recipe_key = NEW.recipe_key AND v.state = 'APPROVED'"
    " AND NEW.started_at >= r.requested_at AND NEW.started_at < r.expires_at"
    " AND EXISTS (SELECT 1 FROM mlops_approval a WHERE a.request_id = r.id AND a.decided_by = NEW.started_by))"
)
# What was in force until this very moment: the row that ended as this one begins, or none.
_REPLACES = (
    "NEW.how <> 'PROMOTION' OR COALESCE(NEW.replaces_id, 0) = COALESCE((SELECT d.id FROM mlops_deployment d"
    " WHERE d.recipe_key = NEW.recipe_key AND d.role = 'CHAMPION' AND d.ended_at = NEW.started_at"
    " ORDER BY d.id DESC LIMIT 1), 0)"
)
# d: what is rolled back, b: what it had replaced.
_ROLLBACK = (
    "NEW.how <> 'ROLLBACK' OR (NEW.started_by NOT IN ('', 'system') AND EXISTS (SELECT 1 FROM mlops_deployment d"
    " JOIN mlops_deployment b ON b.id = d.replaces_id JOIN mlops_modelversion v ON v.id = b.version_id"
    " WHERE d.id = NEW.replaces_id AND d.how = 'PROMOTION' AND d.ended_at = NEW.started_at"
    " AND d.recipe_key = NEW.recipe_key AND v.recipe_key = NEW.recipe_key"
    " AND v.id = NEW.version_id AND v.state = 'APPROVED' AND d.id = (SELECT max(l.id) FROM mlops_deployment l"
    " WHERE l.recipe_key = NEW.recipe_key AND l.role = 'CHAMPION')))"
)

TRIGGERS = [
    frozen(
        _TABLE,
        (
            "id",
            "recipe_key",
            "version_id",
            "role",
            "how",
            "request_id",
            "replaces_id",
            "reason",
            "started_at",
            "started_by",
        ),
        "a deployment is frozen: it can only end",
    ),
    Trigger(
        f"{_TABLE}_ends_once",
        _TABLE,
        "UPDATE",
        "a deployment that ended stays ended",
        "OLD.ended_at IS NOT NULL",
        "OLD.ended_at IS NULL",
    ),
    *kept(_TABLE, "deployments are kept for ever"),
    only_if(
        f"{_TABLE}_how",
        _TABLE,
        "INSERT",
        "a deployment begins in force, as champion, by a way that is known",
        "NEW.role = 'CHAMPION' AND NEW.how IN ('GENESIS', 'PROMOTION', 'ROLLBACK') AND NEW.ended_at IS NULL",
    ),
    only_if(
        f"{_TABLE}_genesis",
        _TABLE,
        "INSERT",
        "only the first version of a formula may serve without an approved request",
        _GENESIS,
    ),
    only_if(
        f"{_TABLE}_promotion",
        _TABLE,
        "INSERT",
        "a version is promoted by enough votes of others on its own open request",
        _PROMOTION,
        _LOCKED,
    ),
    only_if(
        f"{_TABLE}_in_line",
        _TABLE,
        "INSERT",
        "what served until now has ended before another begins",
        "NOT EXISTS (SELECT 1 FROM mlops_deployment d WHERE d.recipe_key = NEW.recipe_key AND d.role = NEW.role"
        " AND d.ended_at > NEW.started_at)",
    ),
    only_if(f"{_TABLE}_replaces", _TABLE, "INSERT", "a promotion replaces what was in force until it", _REPLACES),
    only_if(
        f"{_TABLE}_rollback", _TABLE, "INSERT", "a roll-back goes to what the latest promotion replaced", _ROLLBACK
    ),
    *in_its_own_place(
        _TABLE,
        "a deployment is frozen: it can only end",
        "recipe_key = NEW.recipe_key AND role = NEW.role AND ended_at IS NULL",
        "request_id = NEW.request_id",
    ),
]
