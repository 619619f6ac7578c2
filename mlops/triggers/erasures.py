"""Erasures: open while they erase, then done, and kept as they were then. No subject is erased twice."""

from mlops.triggers.rule import Trigger, frozen, in_its_own_place, kept

_TABLE = "mlops_erasure"
_DONE = ("state", "reason", "counts", "datasets", "versions")

TRIGGERS: list[Trigger] = [
    frozen(_TABLE, ("id", "subject_digest", "erased_at", "erased_by"), "an erasure stays whose and when it was"),
    frozen(_TABLE, _DONE, "an erasure that is done stays as it was done", once="DONE"),
    *kept(_TABLE, "erasures are kept for ever: each is a tombstone"),
    *in_its_own_place(_TABLE, "nobody is erased twice", "subject_digest = NEW.subject_digest"),
]
