"""Datasets, and the drift measured against them: written once. What an erasure takes out of a dataset is all that changes."""

from mlops.triggers.rule import ERASING, Trigger, append_only, frozen, in_its_own_place

_TABLE = "mlops_dataset"
_FROZEN = "a dataset is frozen: freeze another one"
_KEPT = "a dataset is append-only but for an erasure"

TRIGGERS = [
    frozen(
        _TABLE,
        (
            "id",
            "dataset_key",
            "number",
            "fingerprint",
            "since",
            "until",
            "contract",
            "origins",
            "frozen_at",
            "frozen_by",
        ),
        _FROZEN,
    ),
    Trigger(f"{_TABLE}_no_update", _TABLE, "UPDATE", _KEPT, f"NOT {ERASING}", ERASING),
    *(rule for rule in append_only(_TABLE, "a dataset") if rule.event != "UPDATE"),
    *in_its_own_place(
        _TABLE, _FROZEN, "dataset_key = NEW.dataset_key AND (number = NEW.number OR fingerprint = NEW.fingerprint)"
    ),
    *append_only("mlops_driftreport", "a drift report"),
    *in_its_own_place("mlops_driftreport", "a drift report is written once"),
]
