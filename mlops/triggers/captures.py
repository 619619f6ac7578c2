"""Noted changes: they come by triggers, get their seal once, and stay."""

from mlops.triggers.rule import Trigger, frozen, in_its_own_place, kept, only_if

_TABLE = "mlops_capture"
_KEPT = "noted changes are kept for ever"
_SEALED = "a noted change is sealed once, by the event of its own transaction that tells how many it answers for"
# An event tells the first and the last note that it answers for. Notes are numbered upwards, so whatever is noted after
# its transaction lies beyond it; and on SQLite, with one writer at a time, all that is open between the two is its own.
_HEAD = "FROM mlops_auditevent e WHERE e.seq = NEW.seal AND e.seq = (SELECT max(seq) FROM mlops_auditevent)"
_SQLITE = (
    f"OLD.seal IS NULL AND EXISTS (SELECT 1 {_HEAD} AND OLD.id BETWEEN"
    " json_extract(e.body, '$.sealed.first') AND json_extract(e.body, '$.sealed.last'))"
)
# The number of the transaction that wrote the event, with the epoch that rows do not keep. What can be seen and is in
# progress is of this very transaction, or of a savepoint in it.
_WRITER = "((((pg_current_xact_id()::text)::bigint >> 32) << 32) | (e.xmin::text)::bigint)"
_POSTGRES = (
    f"OLD.seal IS NULL AND EXISTS (SELECT 1 {_HEAD} AND OLD.id BETWEEN"
    " (e.body::jsonb #>> '{sealed,first}')::bigint AND (e.body::jsonb #>> '{sealed,last}')::bigint"
    f" AND pg_xact_status(({_WRITER}::text)::xid8) = 'in progress')"
)

TRIGGERS: list[Trigger] = [
    frozen(_TABLE, ("id", "txn", "of", "op", "row", "before", "after"), "a noted change stays as it was noted"),
    Trigger(f"{_TABLE}_sealed", _TABLE, "UPDATE", _SEALED, f"({_SQLITE}) IS NOT TRUE", f"({_POSTGRES}) IS TRUE"),
    *kept(_TABLE, _KEPT),
    only_if(f"{_TABLE}_open", _TABLE, "INSERT", "a change is noted before it is sealed", "NEW.seal IS NULL"),
    Trigger(
        f"{_TABLE}_in_turn",
        _TABLE,
        "INSERT",
        "changes are noted one after the other",
        f"NEW.id < (SELECT max(id) FROM {_TABLE})",
        moment="AFTER",
        only="sqlite",
    ),
    *in_its_own_place(_TABLE, _KEPT),
]
