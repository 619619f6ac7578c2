"""What the schedule looks after all the time: each thing, whatever becomes of the others."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from mlops import tasks
from mlops.models import AuditEvent, Capture
from tests.factories.mlops import NOON, make_promotion_request, make_run
from tests.factories.work import make_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


@pytest.mark.parametrize("table", ["mlops_run", "mlops_job", "mlops_promotionrequest"])
def test_what_breaks_keeps_nothing_else_from_being_done(table: str) -> None:
    """A request is over, a job waits whose worker died three times, and somebody changed a row."""
    request, job = make_promotion_request(at=NOON - timedelta(days=14)), make_job(deliveries=3)
    make_run()
    assert Capture.objects.unsealed().exists()

    def broken(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if f'FROM "{table}"' in sql:
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken), pytest.raises(ExceptionGroup) as told:
        tasks.tend()
    assert {type(error) for error in told.value.exceptions} == {OperationalError}
    assert not Capture.objects.unsealed().exists()
    request.refresh_from_db()
    job.refresh_from_db()
    assert (request.state == "EXPIRED") == (table != "mlops_promotionrequest")
    assert (job.state == "QUARANTINED") == (table != "mlops_job")


def test_nothing_to_do_is_no_failure() -> None:
    tasks.tend()
    assert not AuditEvent.objects.exists()
