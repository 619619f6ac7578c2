"""Who is told: whoever listens, of its own territories, its own imports, as test or live."""

from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Delivery, Event
from catalog.selectors import untold
from catalog.services import events
from tests.catalog.webhooks import announce, listening
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
Kind = Event.Kind


def one(kind: str = Kind.MOVIE_UPDATED, **given: Any) -> untold.Untold:
    return untold.Untold(kind, "x:1", NOON, **given)


def test_an_endpoint_hears_of_what_it_listens_to() -> None:
    endpoint, _ = listening("https://93.184.215.14/", kinds=["chart.published"])
    assert events.hears(endpoint, one(Kind.CHART_PUBLISHED))
    assert not events.hears(endpoint, one())
    assert not events.hears(endpoint, one(Kind.NOTHING))


@pytest.mark.parametrize(
    ("of", "territory", "hears"),
    [([], "DE", True), (["DE"], "DE", True), (["DE"], "FR", False), (["DE"], "", True), (["DE"], "001", True)],
)
def test_an_endpoint_of_some_territories_hears_of_their_rights_alone(
    of: list[str], territory: str, hears: bool
) -> None:
    endpoint, _ = listening("https://93.184.215.14/", territories=of)
    assert events.hears(endpoint, one(Kind.RIGHTS_CHANGED, territory=territory)) == hears


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("of_test", [True, False])
@pytest.mark.parametrize("event_test", [True, False])
def test_what_is_a_partners_own_is_told_to_it_alone_and_live_apart_from_test(
    own: bool, of_test: bool, event_test: bool
) -> None:
    endpoint, _ = listening("https://93.184.215.14/", test=of_test)
    partner = endpoint.partner_id if own else endpoint.partner_id + 1
    event = one(Kind.BULK_COMPLETED, partner=partner, test=event_test)
    assert events.hears(endpoint, event) == (own and of_test == event_test)


def test_an_endpoint_for_trying_out_hears_of_nothing_that_is_everybodys() -> None:
    endpoint, _ = listening("https://93.184.215.14/", test=True)
    assert not events.hears(endpoint, one())


def test_an_endpoint_that_is_disabled_or_of_a_partner_that_left_is_told_nothing() -> None:
    listening("https://93.184.215.14/", enabled=False, disabled_reason="asked to")
    endpoint, _ = listening("https://93.184.215.14/")
    endpoint.partner.active = False
    endpoint.partner.save()
    make.make_movie("Laura")
    announce(timezone.now())
    assert not Delivery.objects.exists()
