"""Rows of monitoring for tests: what a look at a day found, and what people did with what was shown."""

from datetime import timedelta
from typing import Any

from mlops.models import Dataset, DriftReport, Outcome
from tests.clock import NOON
from tests.factories.mlops import make_dataset


def make_drift_report(dataset: Dataset | None = None, **given: Any) -> DriftReport:
    """A look at a day that found one column moved."""
    fields = {
        "recipe_key": "toy-learner",
        "since": NOON - timedelta(days=1),
        "until": NOON,
        "rows": 100,
        "subjects": 10,
        "columns": [{"name": "value", "psi": 0.4, "ks": 0.3, "limit": 0.2, "moved": True}],
        "moved": True,
        "measured_at": NOON,
        "measured_by": "system",
    }
    return DriftReport.objects.create(dataset=dataset or make_dataset(), **{**fields, **given})


def make_outcome(**given: Any) -> Outcome:
    """Ten times shown within an hour."""
    fields = {"version_label": "toy-learner v1", "hour": NOON, "act": Outcome.Act.SHOWN, "count": 10}
    return Outcome.objects.create(**{**fields, **given})
