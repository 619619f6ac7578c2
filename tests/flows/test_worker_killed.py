"""The worker is killed while it publishes: nothing of that edition is left, and the next worker publishes it whole."""

import os
import random
import signal
import sqlite3
import time
from contextlib import contextmanager

import pytest
from celery import current_app
from django.db import connection

from catalog import queue
from catalog.models import ChartEdition, RankChange, Standing, Tally
from mlops.models import AuditEvent
from mlops.services import audit
from tests import servers
from tests.factories import catalog as make
from tests.flows.house import assert_chain_holds, until

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
TABLE = "mlops_auditevent"
FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n"


def nudge():
    current_app.send_task(queue.PUBLISH_EDITION, queue="charts")


def kill(worker):
    """SIGKILL, to the worker and the child of its pool that does the work."""
    os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait(10)


def state():
    """All that publishing writes."""
    return (
        [sorted(model.objects.values_list()) for model in (ChartEdition, RankChange)],
        sorted(Standing.objects.values_list("movie", "wr_e6")),
        AuditEvent.objects.count(),
    )


def published():
    """Whether the newest edition holds every vote there is; asks for it, as the schedule does every tick."""
    if set(Standing.objects.values_list("movie", "votes", "points")) == tallied():
        return True
    nudge()
    time.sleep(0.5)
    return False


def tallied():
    return set(Tally.objects.values_list("movie", "votes", "points"))


# --- killed with everything written but the last row -------------------------------------------------------------
@contextmanager
def endless_audit():
    """Until it ends, whoever writes to the audit log stays in that statement: the last one of a publication."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER test_endless BEFORE INSERT ON {TABLE} BEGIN SELECT ({FOREVER}); END")
        else:
            body = "BEGIN PERFORM pg_sleep(3); RETURN NEW; END"
            cursor.execute(f"CREATE FUNCTION test_endless() RETURNS trigger LANGUAGE plpgsql AS $f${body}$f$")
            each = "FOR EACH ROW EXECUTE FUNCTION test_endless()"
            cursor.execute(f"CREATE TRIGGER test_endless BEFORE INSERT ON {TABLE} {each}")
    try:
        yield
    finally:
        drop = "DROP TRIGGER test_endless" if connection.vendor == "sqlite" else "DROP FUNCTION test_endless CASCADE"
        with connection.cursor() as cursor:
            cursor.execute(drop)


def somebody_is_in_it():
    """Whether a transaction is inside the endless statement. SQLite cannot say more than that somebody is writing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            return cursor.fetchone()[0] == 1
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except sqlite3.OperationalError:
        time.sleep(0.3)  # from BEGIN to the statement it is milliseconds
        return True
    finally:
        other.close()
    return False


def test_killed_inside_its_transaction_it_leaves_nothing(valkey, tmp_path):
    films = make.small_catalogue(50)
    make.make_member_rating(films[30], value=10)
    before = state()
    with endless_audit(), servers.worker(valkey, tmp_path) as worker:
        nudge()
        until(somebody_is_in_it, worker.wrote)
        kill(worker)
        assert state() == before
    with servers.worker(valkey, tmp_path) as another:
        until(published, another.wrote)
    assert ChartEdition.objects.count() == 2
    assert_chain_holds(least=2)
    assert audit.verify().holds


def begun(worker):
    """Ask for an edition; the answer says whether the worker has taken up what was asked."""
    before = worker.wrote().count("received")
    nudge()
    return lambda: worker.wrote().count("received") > before


# --- killed at any moment ----------------------------------------------------------------------------------------
def test_killed_again_and_again_the_chain_has_no_gap(valkey, tmp_path):
    chance, films = random.Random(9), make.small_catalogue(300)
    for _ in range(4):
        make.make_member_rating(chance.choice(films), value=chance.randint(1, 10))
        with servers.worker(valkey, tmp_path) as worker:
            until(begun(worker), worker.wrote)
            time.sleep(chance.uniform(0, 0.1))
            kill(worker)
        assert ChartEdition.objects.count() == ChartEdition.objects.order_by("-number").first().number
    make.make_member_rating(films[0], value=1)
    with servers.worker(valkey, tmp_path) as worker:
        until(published, worker.wrote)
    assert_chain_holds(least=2)
    assert audit.verify().holds
    done = [event.object for event in AuditEvent.objects.order_by("seq") if event.action == "edition.published"]
    assert done == [
        f"edition:{number}" for number in ChartEdition.objects.order_by("number").values_list("pk", flat=True)
    ]
