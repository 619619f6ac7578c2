"""From ratings to a version that two people put in force: learned by a real worker, served by two web processes, rolled back."""

import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.utils import timezone

from catalog.models import Rating, User
from catalog.services import ratings
from mlops.errors import MlopsError
from mlops.models import Approval, Deployment, ModelVersion, PromotionRequest, Run, RunStep
from mlops.services import approvals, audit, promotion, requests, runs
from moviesite import schedules
from tests import servers
from tests.factories.catalog import make_user
from tests.flows.house import Visitor, until, web

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
LABEL = "recommender v1"


def carried_out() -> bool:
    """Whether nothing is left to do; what is due is asked for again, as the schedule does."""
    time.sleep(1)
    runs.nudge_due(at=timezone.now())
    return not Run.objects.unfinished().exists()


def somebody_with_ratings() -> User:
    """A member who likes the twenty films that are rated most."""
    user = make_user()
    for movie in _most_rated(20):
        ratings.rate_movie(movie_id=movie, by=user, at=timezone.now(), value=9)
    return user


def _most_rated(most: int) -> list[int]:
    counted = Rating.objects.values("movie").annotate(times=Count("pk")).order_by("-times", "movie")
    return [row["movie"] for row in counted[:most]]


def labels(visitors: list[Visitor]) -> set[bool]:
    """Whether each process names the version on the visitor's list."""
    return {LABEL in visitor.get("/for-you")[1] for visitor in visitors}


def followed(visitors: list[Visitor], served: bool) -> None:
    """All processes serve the version, or none does, without being told or started again."""
    until(lambda: labels(visitors) == {served}, lambda: f"{labels(visitors)}, not {served}")


def decide(version: ModelVersion, scientist: User, approver: User) -> Deployment | None:
    """One asks, another approves."""
    asked = requests.open_request(version_id=version.pk, reason="better lists", by=scientist, at=timezone.now())
    with pytest.raises(MlopsError):  # not oneself
        _vote(asked, scientist)
    return _vote(asked, approver)


def _vote(asked: PromotionRequest, by: User) -> Deployment | None:
    return approvals.decide(
        request_id=asked.pk,
        verdict=Approval.Verdict.APPROVE,
        evidence_digest=asked.evidence_digest,
        reason="the gates hold",
        by=by,
        at=timezone.now(),
    )


def test_from_ratings_to_a_champion_in_two_processes_and_back(valkey: str, tmp_path: Path) -> None:
    call_command("genesis")
    call_command("load_demo", demo="generated", films=300)
    scientist, approver = (User.objects.get(username=name) for name in ("scientist", "approver"))
    call_command("first_run")
    with servers.worker(valkey, tmp_path, schedules.TRAINING) as trainer:
        until(carried_out, trainer.wrote, patience=300)
    runs_done = Run.objects.order_by("pk")
    assert [(run.recipe_key, run.state, run.failure) for run in runs_done] == [
        (key, Run.State.SUCCEEDED, "") for key in ("recommender", "neighbours")
    ]
    assert {run.dataset for run in runs_done} == {runs_done[0].dataset}  # one and the same frozen rows
    assert {step.state for run in runs_done for step in run.steps.all()} == {RunStep.State.DONE}
    version = ModelVersion.objects.get(recipe_key="recommender")
    assert (version.state, version.gate_report.passed) == (ModelVersion.State.CANDIDATE, True)

    member = somebody_with_ratings()
    with web(valkey, tmp_path) as first, web(valkey, tmp_path) as second:
        visitors = [Visitor(first, member), Visitor(second, member)]
        assert labels(visitors) == {False}  # a candidate serves nobody
        assert decide(version, scientist, approver) is not None
        followed(visitors, True)
        promotion.roll_back(recipe_key="recommender", reason="a second look", by=approver, at=timezone.now())
        followed(visitors, False)
        assert decide(version, scientist, approver) is not None  # forward again: asked for and approved anew
        followed(visitors, True)
    assert audit.verify().holds
