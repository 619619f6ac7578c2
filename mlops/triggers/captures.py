"""Noted changes: they come by triggers, get their seal once, and stay."""

from mlops.triggers.rule import Trigger, frozen, kept, numbered, only_if

_TABLE = "mlops_capture"
_KEPT = "noted changes are kept for ever"
_SEALED = "OLD.seal IS NULL AND NEW.seal = (SELECT max(seq) FROM mlops_auditevent)"

TRIGGERS: list[Trigger] = [
    frozen(_TABLE, ("id", "txn", "of", "op", "row", "before", "after"), "a noted change stays as it was noted"),
    only_if(f"{_TABLE}_sealed", _TABLE, "UPDATE", "a noted change is sealed once, by the event just written", _SEALED),
    *kept(_TABLE, _KEPT),
    only_if(f"{_TABLE}_open", _TABLE, "INSERT", "a change is noted before it is sealed", "NEW.seal IS NULL"),
    numbered(_TABLE),
]
