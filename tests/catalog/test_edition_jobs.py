"""An edition as a job: published and ended in one, by whoever still has the job, or not at all."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.models import ChartEdition, Standing, Tally
from catalog.selectors import charts
from catalog.services import editions, publishing
from mlops.models import AuditEvent, Job
from mlops.pipeline.jobs import carry_out
from mlops.ports import SYSTEM
from mlops.services import job_acts, jobs
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_person

pytestmark = pytest.mark.django_db


def offered(films):
    """The job of the second edition, in which the first film has one more vote."""
    make.make_member_rating(films[0], value=1)
    return publishing.offer_next(by=SYSTEM, at=NOON + timedelta(hours=1))


@contextmanager
def stalled(meanwhile, before):
    """Whoever publishes stands still once, before the first statement with these words, while something else happens."""
    waits = [meanwhile]

    def stall(execute, sql, params, many, context):
        if waits and before in sql:
            waits.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(stall):
        yield
    assert not waits, "it never came to these words"


# Its films are read by then; its chart is made and its file written by then.
MOMENTS = ['FROM "catalog_chartedition"', "SAVEPOINT"]


def test_an_edition_and_the_end_of_its_job_are_one():
    job = offered(make.small_catalogue(5))
    carry_out(job_id=job.pk, worker="one")
    job.refresh_from_db()
    assert (job.state, job.result) == ("DONE", {"inputs": job.payload["inputs"], "edition": 2})
    assert charts.newest().number == 2


@pytest.mark.parametrize("moment", MOMENTS)
def test_called_off_while_it_is_worked_on_nothing_is_published(moment):
    job, before = offered(make.small_catalogue(5)), charts.newest()

    def called_off():
        job_acts.cancel(job_id=job.pk, reason="not today", by=make_person("retry_job"), at=NOON + timedelta(hours=1))

    with stalled(called_off, before=moment):
        carry_out(job_id=job.pk, worker="one")
    job.refresh_from_db()
    assert job.state == "CANCELLED"
    assert charts.newest() == before
    assert set(Standing.objects.values_list("edition", flat=True)) == {1}
    assert AuditEvent.objects.order_by("seq").last().action == "job.cancelled"


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_was_overtaken_never_publishes_older_votes_after_newer_ones(moment):
    films = make.small_catalogue(5)
    job = offered(films)

    def overtaken():
        make.make_member_rating(films[0], value=2)
        Job.objects.filter(pk=job.pk).update(lease_until=NOON)
        carry_out(job_id=job.pk, worker="quick")

    with stalled(overtaken, before=moment):
        carry_out(job_id=job.pk, worker="slow")
    assert ChartEdition.objects.count() == 2
    assert films[0].standing.votes == Tally.objects.get(movie=films[0]).votes
    job.refresh_from_db()
    assert (job.worker, job.state, job.result["edition"]) == ("quick", "DONE", 2)


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_edition_that_came_from_elsewhere_meanwhile_is_followed_by_none_of_older_votes(moment):
    films = make.small_catalogue(5)
    job = offered(films)

    def published_elsewhere():
        make.make_member_rating(films[0], value=2)
        assert editions.publish(by=SYSTEM, at=NOON + timedelta(hours=1), now=True)

    with stalled(published_elsewhere, before=moment):
        carry_out(job_id=job.pk, worker="slow")
    assert ChartEdition.objects.count() == 2
    assert films[0].standing.votes == Tally.objects.get(movie=films[0]).votes
    job.refresh_from_db()
    assert (job.state, job.result["edition"]) == ("DONE", None)


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_was_overtaken_leaves_the_edition_to_the_one_who_is_at_it_now(moment):
    job = offered(make.small_catalogue(5))

    def overtaken():
        Job.objects.filter(pk=job.pk).update(lease_until=NOON)
        assert jobs.claim(job_id=job.pk, worker="quick", at=NOON + timedelta(hours=1))

    with stalled(overtaken, before=moment):
        carry_out(job_id=job.pk, worker="slow")
    assert ChartEdition.objects.count() == 1
    job.refresh_from_db()
    assert (job.worker, job.state) == ("quick", "RUNNING")
