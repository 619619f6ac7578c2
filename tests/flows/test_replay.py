"""The replay: ratings that the demo kept back come in, and drift asks for a run that names its cause; or nothing does."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Rating
from mlops import registry
from mlops.models import DriftReport, Run
from mlops.pipeline.freeze import freeze
from mlops.ports import SYSTEM
from tests.factories.mlops import make_candidate, make_promotion

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo(settings: Any) -> None:
    """A small generated demo, a fifth of its ratings kept back."""
    settings.MAY_MAKE_DEMO_ACCOUNTS = False
    said("genesis")
    said("load_demo", "--demo", "generated", "--films", "120", "--hold-back", "20")


@pytest.fixture
def champion(demo: None) -> Any:
    """A version in force that learned from what was loaded."""
    at = timezone.now()
    dataset = freeze(recipe=registry.recipe("recommender"), until=at, by=SYSTEM, at=at)
    version = make_candidate(recipe_key="recommender", run={"dataset": dataset})
    return make_promotion(version, at=at + timedelta(microseconds=1)).version


@pytest.mark.usefixtures("demo")
def test_without_a_champion_it_says_how_to_get_one() -> None:
    with pytest.raises(CommandError, match=r"manage\.py train recommender --reason"):
        said("replay", "--speed", "0")


@pytest.mark.usefixtures("champion")
def test_lower_values_move_a_column_and_ask_for_a_run() -> None:
    told = said("replay", "--speed", "0", "--shift", "values")
    run = Run.objects.get(cause=Run.Cause.DRIFT)
    assert run.drift_report is not None
    assert [column["name"] for column in run.drift_report.columns if column["moved"]] == ["value"]
    assert f"Run {run.pk}, asked for by drift: Moved since visitor-ratings d1: value (PSI" in told
    assert "MOVED" in told


@pytest.mark.usefixtures("champion")
def test_more_of_the_same_is_fed_once_and_moves_nothing() -> None:
    before = Rating.objects.count()
    told = said("replay", "--speed", "0", "--shift", "none")
    assert "no run was asked for" in told
    assert "held" in told
    assert "MOVED" not in told
    assert DriftReport.objects.exists()
    assert not DriftReport.objects.filter(moved=True).exists()
    after = Rating.objects.count()
    assert after > before + 500
    said("replay", "--speed", "0", "--shift", "none")
    assert Rating.objects.count() == after


@pytest.mark.usefixtures("demo")
def test_a_demo_that_kept_nothing_back_has_nothing_to_replay(champion: Any) -> None:
    from catalog.models import DataImport

    for done in DataImport.objects.filter(report__kind="ratings"):
        done.report["held_back"]["percent"] = 0
        done.save()
    with pytest.raises(CommandError, match="kept no ratings back"):
        said("replay")
