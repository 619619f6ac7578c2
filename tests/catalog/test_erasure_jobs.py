"""An erasure is asked for as a job: closed at once, carried out by a worker, once, and not when it was called off."""

from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.models import User
from catalog.services import erasure
from mlops.models import AuditEvent, Erasure, Job
from mlops.pipeline import erasing as files
from mlops.pipeline import jobs
from mlops.services import job_acts
from mlops.services import jobs as services
from tests.catalog.test_erasure import REASON, member, staff
from tests.factories.catalog import PASSWORD
from tests.factories.mlops import NOON
from tests.leftovers import in_database

pytestmark = pytest.mark.django_db


def test_a_member_leaves_with_their_password_and_a_worker_erases(client: Client, settings: Any) -> None:
    settings.STATE = site.ARTEFACTS.parent
    user, words = member()
    assert client.get("/accounts/delete/")["Location"].startswith("/accounts/login/")
    client.force_login(user)
    page = client.get("/accounts/delete/").content.decode()
    assert "Your 3 ratings" in page
    assert client.post("/accounts/delete/", {"password": "wrong"}).status_code == 422
    assert User.objects.get(pk=user.pk).is_active
    assert client.post("/accounts/delete/", {"password": PASSWORD}).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert "being erased" in client.get("/").content.decode()
    job = Job.objects.get(task="catalog.erase_member")
    assert not any(word in str(vars(job)) for word in words)
    jobs.carry_out(job_id=job.pk, worker="worker@test")
    job.refresh_from_db()
    found = Erasure.objects.get()
    assert (job.state, job.result) == ("DONE", {"erasure": found.pk})
    assert (found.erased_by, found.reason) == ("self", erasure.OWN_WISH)
    assert in_database(words) == {}
    assert erasure.carry_out(at=NOON, still=lambda: None, **job.payload) is None  # delivered again


def test_an_erasure_that_is_called_off_while_a_worker_reads_files_erases_nobody(monkeypatch: Any) -> None:
    user, words = member()
    job, before = erasure.ask(user=user, reason=REASON, by=staff(), at=NOON), in_database(words)
    reads = files.plan

    def called_off(subjects: Any) -> Any:
        job_acts.cancel(job_id=job.pk, reason="a typing error", by=staff("operator", "retry_job"), at=NOON)
        return reads(subjects)

    monkeypatch.setattr(files, "plan", called_off)
    jobs.carry_out(job_id=job.pk, worker="worker@test")
    assert (in_database(words), Erasure.objects.count()) == (before, 0)
    job.refresh_from_db()
    assert job.state == "CANCELLED"


def test_asked_again_while_it_waits_it_is_the_same_erasure() -> None:
    user, _ = member()
    job = erasure.ask(user=user, reason=REASON, by=staff(), at=NOON)
    assert erasure.ask(user=user, reason="by telephone, too", by=staff("other"), at=NOON) == job
    assert (Job.objects.get().payload["reason"], job.state) == (REASON, "WAITING")


@pytest.mark.parametrize("words", [REASON, "by telephone, this time"])
def test_an_erasure_that_was_called_off_is_done_when_it_is_asked_for_again(words: str) -> None:
    user, mine = member()
    first = erasure.ask(user=user, reason=REASON, by=staff(), at=NOON)
    job_acts.cancel(job_id=first.pk, reason="a typing error", by=staff("operator", "retry_job"), at=NOON)
    again = erasure.ask(user=user, reason=words, by=staff(), at=NOON)
    assert (again.state, again.payload["reason"]) == ("WAITING", words)
    assert erasure.ask(user=user, reason="and once more", by=staff("other"), at=NOON) == again
    jobs.carry_out(job_id=again.pk, worker="worker@test")
    assert in_database(mine) == {}


def test_when_whoever_asked_has_left_another_person_asks_and_it_is_done() -> None:
    user, mine = member()
    gone = staff("gone")
    first = erasure.ask(user=user, reason=REASON, by=gone, at=NOON)
    gone.delete()
    for _ in range(services.MOST_DELIVERIES):
        Job.objects.update(not_before=None)
        jobs.carry_out(job_id=first.pk, worker="worker@test")
    first.refresh_from_db()
    assert first.state == "QUARANTINED"
    assert "another person must ask" in first.failure
    other = staff("other")
    again = erasure.ask(user=user, reason=REASON, by=other, at=NOON)
    first.refresh_from_db()
    assert first.state == "CANCELLED"
    event = AuditEvent.objects.get(body__contains="job.cancelled")
    assert (event.object, event.actor) == (f"job:{first.pk}", str(other.subject_id))
    jobs.carry_out(job_id=again.pk, worker="worker@test")
    assert in_database(mine) == {}
