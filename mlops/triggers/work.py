"""Work: what a job is stays as it was offered, what is done stays done, and neither it nor a tick goes before its time."""

from mlops.triggers.rule import Trigger, frozen, in_its_own_place, kept_whole

_OFFERED = ("id", "key", "task", "queue", "payload", "offered_at", "offered_by")
_ENDED = (  # all the rest
    "state",
    "deliveries",
    "not_before",
    "lease_until",
    "worker",
    "done",
    "total",
    "failure",
    "result",
    "started_at",
    "finished_at",
)


def _kept(table: str, column: str, days: int, refusal: str, more: str = "") -> list[Trigger]:
    """Let a row go once a moment in it is so many days old, by the database's own clock."""
    old = f"OLD.{column} IS NOT NULL AND OLD.{column} < "
    on_sqlite, on_postgres = f"datetime('now', '-{days} days')", f"now() - interval '{days} days'"
    when, unless = f"({old}{on_sqlite}{more}) IS NOT TRUE", f"({old}{on_postgres}{more}) IS TRUE"
    return [Trigger(f"{table}_kept", table, "DELETE", refusal, when, unless), kept_whole(table, refusal)]


TRIGGERS: list[Trigger] = [
    frozen("mlops_job", _OFFERED, "a job stays what it was offered as: offer another one under a key of its own"),
    frozen("mlops_job", _ENDED, "a job that is done stays done", once="DONE"),
    frozen("mlops_job", _ENDED, "a job that was called off stays so", once="CANCELLED"),
    *_kept("mlops_job", "finished_at", 90, "jobs are kept, and for 90 days after they ended"),
    *in_its_own_place("mlops_job", "a job is offered once under its key", "key = NEW.key"),
    frozen("mlops_tick", ("id", "schedule", "due_at", "taken_at"), "a tick stays as it was taken"),
    Trigger(
        "mlops_tick_ended",
        "mlops_tick",
        "UPDATE",
        "a tick ends once",
        "OLD.done_at IS NOT NULL",
        "OLD.done_at IS NULL",
    ),
    *_kept("mlops_tick", "taken_at", 30, "ticks are kept for 30 days"),
    *in_its_own_place("mlops_tick", "a due moment is taken once", "schedule = NEW.schedule AND due_at = NEW.due_at"),
]
