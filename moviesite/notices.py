"""What the terminal says by itself, once: a candidate that waits for people, a first run that came to nothing."""

from django.db import DatabaseError, connections

from mlops.models import ModelVersion, Run
from mlops.ports import Kind

EVERY = 3.0  # seconds between two looks: two small queries each
NEWEST = 5  # of each kind are looked at

WAITS = """
A candidate waits: {label} passed {passed} of {gates} gates.
  It serves nobody until two people agree. Their passwords are in accounts.txt:
  1. as «scientist» at {address}/admin/mlops/modelversion/{pk}/change/ ask for its promotion, with a reason;
  2. as «approver» at {address}/admin/mlops/promotionrequest/ look at the evidence, then approve or reject it.
"""
FAILED = """
A candidate that cannot be asked for: {label} passed {passed} of {gates} gates. Why is at
  {address}/admin/mlops/modelversion/{pk}/change/
"""
LOST = """
The first run of {recipe} ended {state}: {failure}
  {address}/admin/mlops/run/{pk}/change/
"""


class Notices:
    """Remembers what it said, so that each thing is said once in the life of a terminal."""

    def __init__(self, address: str) -> None:
        self.address, self.said, self.due = address, set[str](), 0.0

    def fresh(self, now: float) -> list[str]:
        """Return what is new. now: a monotonic clock; asked again too soon, or without an address, it finds nothing.

        A database that is away is no news: the pages say so.
        """
        if not self.address or now < self.due:
            return []
        self.due = now + EVERY
        try:
            found = _candidates(self.address) | _lost(self.address)
        except DatabaseError:
            return []
        finally:
            connections.close_all()
        new = [words for key, words in found.items() if key not in self.said]
        self.said.update(found)
        return new


def _candidates(address: str) -> dict[str, str]:
    """Return by label what to say of the newest version of each learning recipe, while nobody has asked for it."""
    found: dict[str, str] = {}
    versions = ModelVersion.objects.filter(kind=Kind.LEARNING.value).select_related("gate_report").order_by("-pk")
    newest = {version.recipe_key: version for version in reversed(versions[:NEWEST])}
    for version in newest.values():
        report = getattr(version, "gate_report", None)
        if version.state != ModelVersion.State.CANDIDATE or report is None or version.requests.exists():
            continue
        judged = [result["passed"] for result in report.results if result["passed"] is not None]
        words = WAITS if report.passed else FAILED
        found[version.label] = words.format(
            label=version.label, passed=sum(judged), gates=len(judged), address=address, pk=version.pk
        )
    return found


def _lost(address: str) -> dict[str, str]:
    ended = Run.objects.filter(cause=Run.Cause.FIRST, state__in=[Run.State.FAILED, Run.State.REFUSED])
    return {
        f"run {run.pk}": LOST.format(
            recipe=run.recipe_key, state=run.state, failure=run.failure, address=address, pk=run.pk
        )
        for run in ended.order_by("-pk")[:NEWEST]
    }
