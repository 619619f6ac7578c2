"""Datasets, and the drift measured against them: written once."""

from mlops.triggers.rule import append_only, in_its_own_place

TRIGGERS = [
    *append_only("mlops_dataset", "a dataset"),
    *in_its_own_place(
        "mlops_dataset",
        "a dataset is frozen: freeze another one",
        "dataset_key = NEW.dataset_key AND (number = NEW.number OR fingerprint = NEW.fingerprint)",
    ),
    *append_only("mlops_driftreport", "a drift report"),
    *in_its_own_place("mlops_driftreport", "a drift report is written once"),
]
