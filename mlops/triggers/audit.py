"""The audit log: it grows at its head, and nothing else happens to it."""

from mlops.triggers.rule import Trigger, append_only, numbered

AUDIT_LOCK = 7001  # the advisory lock that serialises writers of the audit log
_HEAD = "(SELECT {} FROM mlops_auditevent ORDER BY seq DESC LIMIT 1)"

TRIGGERS = [
    *append_only("mlops_auditevent", "the audit log"),
    Trigger(
        "mlops_auditevent_extends_head",
        "mlops_auditevent",
        "INSERT",
        "an audit event must extend the head of the log",
        # The EXISTS closes INSERT OR REPLACE, which would otherwise replace a row without firing its DELETE trigger.
        # seq is not the rowid there, and a row can be replaced by either.
        # Text of 32 letters has that length too, and would stop whoever extends it.
        "typeof(NEW.hash) <> 'blob' OR length(NEW.hash) <> 32"
        " OR NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM mlops_auditevent)"
        " OR EXISTS (SELECT 1 FROM mlops_auditevent WHERE hash = NEW.hash OR prev = NEW.prev OR rowid = NEW.rowid)"
        f" OR NEW.prev IS NOT COALESCE({_HEAD.format('hash')}, zeroblob(32))",
        # SQLite knows no SHA-256; whoever reads the log computes it there.
        "NEW.hash = sha256(decode('00', 'hex') || NEW.prev || int8send(NEW.seq) || convert_to(NEW.body, 'UTF8'))"
        f" AND NEW.seq = COALESCE({_HEAD.format('seq')}, 0) + 1"
        f" AND NEW.prev = COALESCE({_HEAD.format('hash')}, decode(repeat('00', 32), 'hex'))",
        f"PERFORM pg_advisory_xact_lock({AUDIT_LOCK});",
    ),
    numbered("mlops_auditevent"),
]
