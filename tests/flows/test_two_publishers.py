"""Two publishers at the same moment: one edition, and nothing is left out for good."""

from datetime import timedelta
from threading import Barrier, local

import pytest
from django.db import connection

from catalog.models import ChartEdition, Standing
from catalog.services import editions
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests.factories import catalog as make
from tests.factories.mlops import NOON
from tests.flows.house import assert_chain_holds, together

pytestmark = pytest.mark.django_db(transaction=True)


class BeforeTheTransaction:
    """Holds each publisher back, its chart computed and its file written, until all of them are there."""

    def __init__(self, publishers):
        self.gate, self.held = Barrier(publishers), local()

    def __call__(self, execute, sql, params, many, context):
        if ("BEGIN" in sql or "pg_advisory_xact_lock" in sql) and not getattr(self.held, "once", False):
            self.held.once = True
            self.gate.wait(30)
        return execute(sql, params, many, context)

    def publish(self):
        with connection.execute_wrapper(self):
            return editions.publish(by=SYSTEM, at=NOON + timedelta(hours=1))


@pytest.mark.parametrize("publishers", [2, 4])
def test_publishers_at_once_make_one_edition(publishers):
    films = make.small_catalogue(12)
    make.make_member_rating(films[3], value=1)
    gate = BeforeTheTransaction(publishers)
    made = together(*[gate.publish] * publishers)
    assert sorted(edition.number for edition in made if edition) == [2]
    assert made.count(None) == publishers - 1
    assert_chain_holds(least=2)
    assert ChartEdition.objects.count() == 2
    assert set(Standing.objects.values_list("edition", flat=True)) == {2}
    published = [event for event in AuditEvent.objects.order_by("seq") if event.action == "edition.published"]
    assert [event.object for event in published] == ["edition:1", "edition:2"]


def test_the_first_edition_is_published_once():
    make.make_imported_votes()
    make.make_genesis()
    gate = BeforeTheTransaction(2)
    made = together(gate.publish, gate.publish)
    assert sorted(edition.number for edition in made if edition) == [1]
    assert_chain_holds(least=1)


def test_what_the_later_publisher_saw_is_in_the_next_edition():
    """A rating falls between the two computations; whichever publisher is first, the rating is not lost."""
    films = make.small_catalogue(12)
    make.make_member_rating(films[3], value=1)
    gate = BeforeTheTransaction(2)

    def later():
        make.make_member_rating(films[5], value=2)
        return gate.publish()

    made = together(gate.publish, later)
    assert sorted(edition.number for edition in made if edition) == [2]
    editions.publish(by=SYSTEM, at=NOON + timedelta(hours=2))
    standing = Standing.objects.get(movie=films[5])
    assert (standing.votes, standing.points) == (films[5].tally.votes, films[5].tally.points)
    assert standing.votes == films[5].imported.votes + 1
    assert_chain_holds(least=2)
