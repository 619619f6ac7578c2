"""Signed notes in the database: they come, and stay. What they are worth is outside it."""

from mlops.triggers.rule import Trigger, append_only, in_its_own_place

_TABLE = "mlops_checkpoint"

TRIGGERS: list[Trigger] = [
    *append_only(_TABLE, "the list of signed notes"),
    *in_its_own_place(_TABLE, "no note takes the place of another"),
]
