"""Versions: frozen but for their life, and that moves by votes alone."""

from mlops.triggers.requests import APPROVED, REJECTED
from mlops.triggers.rule import Trigger, frozen, in_its_own_place, kept, only_if

_TABLE = "mlops_modelversion"
_FROZEN = "a version is frozen: register another one"
_TAKEN = (
    "EXISTS (SELECT 1 FROM mlops_modelversion WHERE id = NEW.id"
    " OR (recipe_key = NEW.recipe_key AND number = NEW.number))"
)
# A formula's first version is made without a run; whatever came from a run is of the run's recipe.
_BORN = (
    "(NEW.state = 'APPROVED' AND NEW.kind = 'SOFTWARE' AND NEW.number = 1 AND NEW.run_id IS NULL)"
    " OR (NEW.state = 'CANDIDATE' AND EXISTS"
    " (SELECT 1 FROM mlops_run n WHERE n.id = NEW.run_id AND n.recipe_key = NEW.recipe_key))"
)
# Neither what serves, nor what would serve after a roll-back.
_NOT_NEEDED = (
    "NOT EXISTS (SELECT 1 FROM mlops_deployment d LEFT JOIN mlops_deployment b ON b.id = d.replaces_id"
    " WHERE d.ended_at IS NULL AND (d.version_id = NEW.id OR b.version_id = NEW.id))"
)
_LIVED = (
    "NEW.state = OLD.state"
    f" OR (OLD.state = 'CANDIDATE' AND NEW.state = 'APPROVED' AND EXISTS ({APPROVED} AND r.version_id = NEW.id))"
    f" OR (OLD.state = 'CANDIDATE' AND NEW.state = 'REJECTED' AND EXISTS ({REJECTED} AND r.version_id = NEW.id))"
    f" OR (OLD.state IN ('APPROVED', 'REJECTED') AND NEW.state = 'RETIRED' AND {_NOT_NEEDED})"
)

TRIGGERS = [
    frozen(
        _TABLE,
        (
            "id",
            "recipe_key",
            "kind",
            "number",
            "artefact_digest",
            "arrays_digest",
            "params",
            "run_id",
            "created_at",
            "created_by",
        ),
        _FROZEN,
    ),
    only_if(f"{_TABLE}_life", _TABLE, "UPDATE", "a version is approved or rejected by votes alone", _LIVED),
    *kept(_TABLE, "versions are kept for ever"),
    Trigger(f"{_TABLE}_new", _TABLE, "INSERT", _FROZEN, _TAKEN, f"NOT {_TAKEN}"),
    only_if(f"{_TABLE}_born", _TABLE, "INSERT", "a version begins as the candidate of a run of its recipe", _BORN),
    *in_its_own_place(_TABLE, _FROZEN, "run_id = NEW.run_id"),
]
