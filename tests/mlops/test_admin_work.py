"""The page of work: what waits, is at work or was set apart, of every kind; tried again and called off with a reason."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog import groups
from mlops.models import AuditEvent, Job, Run
from mlops.models.runs import GIVEN_UP
from mlops.selectors import work
from tests.catalog import staff
from tests.factories.mlops import make_run
from tests.factories.work import make_job, make_tick

pytestmark = pytest.mark.django_db
PAGE = "/admin/mlops/job/work"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(staff.member_of(groups.IT_OPERATIONS, username="olga"))
    return client


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_nothing_to_do_is_said_of_each_kind(operator: Client) -> None:
    found = text(operator)
    for words in ("no work waits for a person", "Nothing is being worked on", "Nothing waits for a worker"):
        assert words in found
    assert "No due moment of a schedule has come yet." in found


def test_work_of_every_kind_is_there_with_what_is_the_matter(operator: Client) -> None:
    now = timezone.now()
    make_job(key="apart", state="QUARANTINED")
    make_run(state=Run.State.FAILED, failure=GIVEN_UP, claims=3)
    make_job(key="busy", state="RUNNING", lease_until=now + timedelta(minutes=1), done=3, total=8)
    make_job(key="late", state="RUNNING", lease_until=now - timedelta(minutes=5))
    make_run(state=Run.State.RUNNING)
    make_job(key="next")
    make_job(key="later", not_before=now + timedelta(hours=1), failure="ValueError: away")
    make_tick(schedule="toy.broken", taken_at=now, done_at=now, failure="OSError: no room")
    make_tick(schedule="toy.died", taken_at=now - timedelta(hours=2))
    found = text(operator)
    for words in (
        "toy.double apart",
        "ValueError: it does not fit",
        GIVEN_UP,
        "3 / 8",
        "ran out 5 minutes ago: it is taken up again",
        "toy.double next",
        "ValueError: away",
        "OSError: no room",
        "it never ended: its worker died at it",
    ):
        assert words in found, words


@pytest.mark.parametrize("state", [Run.State.FAILED, Run.State.REFUSED, Run.State.CANCELLED])
def test_a_run_after_an_erasure_that_came_to_nothing_is_set_apart_until_another_learns_without_the_erased(
    operator: Client, state: Run.State
) -> None:
    broken = make_run(state=state, cause=Run.Cause.ERASURE, failure="ValueError: it does not fit")
    make_run(state=Run.State.FAILED, cause=Run.Cause.PERSON, failure="ValueError: what a person asked for")
    assert work.apart() == 1
    found = text(operator)
    assert (str(broken) in found, "ValueError: it does not fit" in found) == (True, True)
    assert "what a person asked for" not in found
    make_run(state=Run.State.REFUSED)
    make_run(state=Run.State.SUCCEEDED, recipe_key="toy-formula")
    make_run(state=Run.State.SUCCEEDED, grid={"damping": [0]})
    assert work.apart() == 1, "none of these learned without what was erased"
    make_run(state=Run.State.QUEUED)
    assert work.apart() == 0


def test_set_apart_it_is_tried_again_or_called_off_with_a_reason(operator: Client) -> None:
    first, second = make_job(state="QUARANTINED"), make_job(state="QUARANTINED")
    assert "Try again…" in text(operator, f"/admin/mlops/job/{first.pk}/change/")
    retry = f"/admin/mlops/job/{first.pk}/retry/"
    assert operator.post(retry, {"reason": ""}).status_code == 200
    assert Job.objects.get(pk=first.pk).state == "QUARANTINED"
    operator.post(retry, {"reason": "there is more memory now"})
    operator.post(f"/admin/mlops/job/{second.pk}/cancel/", {"reason": "nobody needs it"})
    assert [Job.objects.get(pk=job.pk).state for job in (first, second)] == ["WAITING", "CANCELLED"]
    told = {event.action: event.reason for event in AuditEvent.objects.all() if event.action.startswith("job.")}
    assert told == {"job.retried": "there is more memory now", "job.cancelled": "nobody needs it"}
    assert operator.post(retry, {"reason": "again"}).status_code == 409


def test_who_may_only_look_does_nothing(client: Client) -> None:
    client.force_login(staff.member_of(groups.DATA_SCIENTISTS, username="dora"))
    job = make_job(state="QUARANTINED")
    assert "Try again…" not in text(client, f"/admin/mlops/job/{job.pk}/change/")
    for act in ("retry", "cancel"):
        assert client.post(f"/admin/mlops/job/{job.pk}/{act}/", {"reason": "x"}).status_code == 403
    client.force_login(staff.member_of(groups.CATALOGUE_EDITORS, username="edda"))
    assert client.get(PAGE).status_code in (301, 302, 403)
    assert Job.objects.get().state == "QUARANTINED"
