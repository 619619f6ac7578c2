"""What was measured of a run: written once per fold, arm and metric, or anew when its step is done again."""

from collections.abc import Iterable
from datetime import datetime

from mlops.models import RunMetric
from mlops.services.claims import Claim, holding

KEY = ("run", "fold", "arm", "metric")
REST = ("title", "value", "error", "difference", "difference_error", "units", "higher_is_better", "unit")


def record_metrics(*, claim: Claim, metrics: Iterable[RunMetric], at: datetime) -> int:
    """Write the metrics of the claimed run, and return how many. Raises ClaimLost."""
    rows = list(metrics)
    for row in rows:
        row.run_id = claim.run_id
    with holding(claim=claim, at=at):
        RunMetric.objects.bulk_create(rows, update_conflicts=True, unique_fields=KEY, update_fields=REST)
    return len(rows)
