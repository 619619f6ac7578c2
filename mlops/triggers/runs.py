"""Runs: what was asked for is fixed when it is queued, what was done and measured when it succeeded."""

from mlops.triggers.rule import frozen, in_its_own_place, kept, kept_whole, only_if

_ASKED = (
    "id",
    "recipe_key",
    "cause",
    "reason",
    "drift_report_id",
    "parent_id",
    "params",
    "grid",
    "seed",
    "until",
    "queued_at",
    "queued_by",
)
_DONE = (  # all the rest, but for notes and tags, which people may add at any time
    "state",
    "dataset_id",
    "environment",
    "worker",
    "claims",
    "heartbeat_at",
    "started_at",
    "finished_at",
    "failure",
    "evaluation_digest",
)
_SUCCEEDED = "a run that succeeded is frozen, with its steps"
_MEASURED = "a metric is measured while its run runs"


def _of(row: str, state: str) -> str:
    return f"EXISTS (SELECT 1 FROM mlops_run n WHERE n.id = {row}.run_id AND n.state {state})"


TRIGGERS = [
    frozen("mlops_run", _ASKED, "a run is frozen once it is queued: queue another one"),
    frozen("mlops_run", _DONE, _SUCCEEDED, once="SUCCEEDED"),
    *kept("mlops_run", "runs are kept for ever"),
    *in_its_own_place("mlops_run", "a run is frozen once it is queued: queue another one"),
    only_if("mlops_runstep_in_time", "mlops_runstep", "INSERT", _SUCCEEDED, _of("NEW", "<> 'SUCCEEDED'")),
    only_if(
        "mlops_runstep_moves",
        "mlops_runstep",
        "UPDATE",
        _SUCCEEDED,
        "NEW.id = OLD.id AND NEW.run_id = OLD.run_id AND " + _of("OLD", "<> 'SUCCEEDED'"),
    ),
    *kept("mlops_runstep", "steps are kept with their run"),
    *in_its_own_place(
        "mlops_runstep",
        "a step stands in its own place",
        "run_id = NEW.run_id AND (position = NEW.position OR name = NEW.name)",
    ),
    only_if("mlops_runmetric_in_time", "mlops_runmetric", "INSERT", _MEASURED, _of("NEW", "= 'RUNNING'")),
    # An evaluation that begins again replaces what the one before it left behind.
    only_if(
        "mlops_runmetric_moves",
        "mlops_runmetric",
        "UPDATE",
        _MEASURED,
        "NEW.id = OLD.id AND NEW.run_id = OLD.run_id AND " + _of("OLD", "= 'RUNNING'"),
    ),
    only_if("mlops_runmetric_kept", "mlops_runmetric", "DELETE", _MEASURED, _of("OLD", "= 'RUNNING'")),
    kept_whole("mlops_runmetric", "metrics are kept with their run"),
    *in_its_own_place("mlops_runmetric", "a metric stands in its own place"),
]
