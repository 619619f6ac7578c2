"""What the terminal says by itself: once, in time, and how to go on."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.urls import resolve

from mlops.models import Run
from moviesite.notices import EVERY, Notices
from tests.factories.mlops import make_candidate, make_promotion_request, make_run

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> Notices:
    """Those of a site, on a connection that the test keeps."""
    monkeypatch.setattr("moviesite.notices.connections.close_all", lambda: None)
    return Notices(SITE)


def test_a_candidate_is_announced_once_with_the_way_to_its_approval(notices: Notices) -> None:
    assert notices.fresh(0) == []
    version = make_candidate(recipe_key="recommender")
    (words,) = notices.fresh(EVERY)
    assert "recommender v1 passed 2 of 2 gates" in words
    assert words.index("«scientist»") < words.index("«approver»")
    links = re.findall(rf"{SITE}(/admin/\S+)", words)
    assert [resolve(link).view_name for link in links] == [
        "admin:mlops_modelversion_change",
        "admin:mlops_promotionrequest_changelist",
    ]
    assert f"/{version.pk}/" in links[0]
    assert notices.fresh(3 * EVERY) == []


def test_the_database_is_not_asked_all_the_time(notices: Notices, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Notices("").fresh(0) == []  # the site does not answer yet
    notices.fresh(0)
    with django_assert_num_queries(0):
        notices.fresh(EVERY / 2)
    with django_assert_num_queries(2):
        notices.fresh(EVERY)


def test_what_somebody_has_asked_for_is_no_news(notices: Notices) -> None:
    make_promotion_request(make_candidate(recipe_key="recommender"))
    assert notices.fresh(0) == []


def test_of_many_candidates_the_newest_is_said(notices: Notices) -> None:
    for _ in range(3):
        make_candidate(recipe_key="recommender")
    make_candidate()
    assert [re.search(r"(\S+ v\d)", words).group() for words in notices.fresh(0)] == [
        "recommender v3",
        "toy-learner v1",
    ]


def test_gates_that_failed_are_said_and_nobody_is_told_to_ask(notices: Notices) -> None:
    results = [
        {"key": "a", "title": "A", "passed": False},
        {"key": "b", "title": "B", "passed": True},
        {"key": "c", "title": "C", "passed": None},
    ]
    make_candidate(recipe_key="recommender", gates={"passed": False, "results": results})
    (words,) = notices.fresh(0)
    assert "passed 1 of 2 gates" in words
    assert "scientist" not in words


def test_a_first_run_that_came_to_nothing_says_why(notices: Notices) -> None:
    make_run(cause=Run.Cause.FIRST, state=Run.State.REFUSED, failure="0 ratings are not enough data")
    make_run(cause=Run.Cause.PERSON, state=Run.State.FAILED, failure="somebody else's")
    (words,) = notices.fresh(0)
    assert "REFUSED: 0 ratings are not enough data" in words
    link = re.search(rf"{SITE}(/admin/\S+)", words)
    assert link
    assert resolve(link.group(1)).view_name == "admin:mlops_run_change"


def test_a_database_that_is_away_is_no_news_and_no_end(notices: Notices) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("gone")

    make_candidate(recipe_key="recommender")
    with connection.execute_wrapper(away):
        assert notices.fresh(0) == []
    assert len(notices.fresh(EVERY)) == 1


# --- the first run -----------------------------------------------------------------------------------------------
def test_the_first_run_is_queued_once_for_what_learns_and_never_again(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("first_run")
    call_command("first_run")
    runs = Run.objects.order_by("pk")
    assert [run.recipe_key for run in runs] == ["recommender", "neighbours"]
    assert {(run.cause, run.queued_by, run.state) for run in runs} == {("FIRST", "system", "QUEUED")}
    assert capsys.readouterr().out.count("is queued") == 2
    Run.objects.filter(pk=runs[0].pk).update(state=Run.State.CANCELLED, finished_at=runs[0].queued_at)
    call_command("first_run")
    assert Run.objects.count() == 2  # a person called one off: the machine does not insist
