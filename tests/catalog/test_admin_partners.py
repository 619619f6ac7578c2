"""Partners and keys in the admin: a key is shown once, revoked with a reason, by those who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog import groups
from catalog.models import Partner, PartnerKey, User
from catalog.services import partners
from mlops.models import AuditEvent
from tests.catalog import staff
from tests.factories import catalog as make
from tests.factories.partners import make_call, make_usage

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return staff.member_of(groups.IT_OPERATIONS)


@pytest.fixture
def client(operator: User) -> Client:
    return staff.signed_in(operator)


@pytest.fixture
def partner() -> Partner:
    return make.make_partner("Odeon Listings")


def issue(client: Client, partner: Partner, **terms: Any) -> Any:
    last_day = (timezone.now() + timedelta(days=90)).date()
    asked = {"scopes": ["charts:read"], "expires_on": last_day.isoformat(), **terms}
    return client.post(f"/admin/catalog/partner/{partner.pk}/issue_key/", asked)


def test_a_new_key_is_shown_once_and_opens_the_door(client: Client, operator: User, partner: Partner) -> None:
    page = issue(client, partner)
    plain = page.context["plain"]
    assert plain in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    key = partners.authenticate(plain, timezone.now())
    assert (key.partner, key.scopes) == (partner, ["charts:read"])
    assert key.expires_at == datetime.combine(key.expires_at.date(), datetime.max.time(), UTC).replace(microsecond=0)
    assert key.history.get().history_user_id == operator.subject_id
    for address in (f"partner/{partner.pk}/change/", f"partnerkey/{key.pk}/change/", f"partnerkey/{key.pk}/history/"):
        again = client.get(f"/admin/catalog/{address}").content.decode()
        assert plain not in again
        assert key.hash not in again


def test_looking_at_the_page_issues_nothing(client: Client, partner: Partner) -> None:
    assert client.get(f"/admin/catalog/partner/{partner.pk}/issue_key/").status_code == 200
    assert not PartnerKey.objects.exists()


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"scopes": []}, "This field is required"),
        ({"scopes": ["everything"]}, "not one of the available choices"),
        ({"expires_on": "2020-01-01"}, "expires_at"),
        ({"expires_on": "2099-01-01"}, "expires_at"),
        ({"expires_on": "soon"}, "valid date"),
    ],
)
def test_terms_that_cannot_be_are_refused_in_words(client: Client, partner: Partner, terms: Any, words: str) -> None:
    assert words in issue(client, partner, **terms).content.decode()
    assert not PartnerKey.objects.exists()


def test_a_key_is_revoked_with_a_reason(client: Client, operator: User) -> None:
    key, _ = make.make_partner_key()
    address = f"/admin/catalog/partnerkey/{key.pk}/revoke/"
    client.post(address, {"reason": " "})
    key.refresh_from_db()
    assert key.revoked_at is None
    client.post(address, {"reason": "found in a public repository"})
    key.refresh_from_db()
    assert key.revoked_at is not None
    record = key.history.first()
    assert (record.history_user_id, record.history_change_reason) == (
        operator.subject_id,
        "found in a public repository",
    )
    assert AuditEvent.objects.get().reason == "found in a public repository"


def test_a_revoked_key_is_not_revoked_again(client: Client) -> None:
    key, _ = make.make_partner_key(revoked_at=timezone.now())
    assert client.post(f"/admin/catalog/partnerkey/{key.pk}/revoke/", {"reason": "again"}).status_code == 403


def test_auditors_see_keys_and_can_neither_issue_nor_revoke(partner: Partner) -> None:
    auditor = staff.in_group(groups.AUDITORS)
    key, _ = make.make_partner_key(partner)
    page = auditor.get(f"/admin/catalog/partner/{partner.pk}/change/").content.decode()
    assert "issue_key" not in page
    assert issue(auditor, partner).status_code == 403
    assert auditor.post(f"/admin/catalog/partnerkey/{key.pk}/revoke/", {"reason": "x"}).status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None
    assert PartnerKey.objects.count() == 1


def test_a_partner_is_changed_with_a_reason_and_never_deleted(client: Client, partner: Partner) -> None:
    rows = {"keys-TOTAL_FORMS": 0, "keys-INITIAL_FORMS": 0}
    client.post(
        f"/admin/catalog/partner/{partner.pk}/change/", {"name": partner.name, "reason": "contract ended", **rows}
    )
    partner.refresh_from_db()
    assert not partner.active
    assert partner.history.first().history_change_reason == "contract ended"
    assert staff.superuser().post(f"/admin/catalog/partner/{partner.pk}/delete/", {"reason": "x"}).status_code == 403


def test_a_key_is_rolled_and_its_heir_shown_once(client: Client, partner: Partner) -> None:
    key, old = make.make_partner_key(partner, scopes=["charts:read"])
    address = f"/admin/catalog/partnerkey/{key.pk}/roll/"
    assert client.get(address).status_code == 200
    last_day = (timezone.now() + timedelta(days=90)).date().isoformat()
    page = client.post(address, {"overlap_hours": 24, "expires_on": last_day})
    heir = partners.authenticate(page.context["plain"], timezone.now())
    assert (heir.rolled_from, heir.scopes) == (key, ["charts:read"])
    assert partners.authenticate(old, timezone.now()) == key, "both work meanwhile"
    key.refresh_from_db()
    assert timedelta(hours=23) < key.expires_at - timezone.now() <= timedelta(hours=24)


def test_a_key_is_issued_on_narrow_terms(client: Client, partner: Partner) -> None:
    terms = {"territories": ["GB"], "networks": "192.0.2.0/24, 2001:db8::/32", "test": "on", "label": "nightly"}
    page = issue(client, partner, scopes=["ratings:write"], **terms)
    key = PartnerKey.objects.get()
    assert page.context["plain"].startswith("rmk_test_")
    assert (key.territories, key.networks) == (["GB"], ["192.0.2.0/24", "2001:db8::/32"])
    assert (key.test, key.label) == (True, "nightly")


def test_a_call_is_found_by_the_id_of_its_answer_and_a_day_by_its_partner(client: Client, partner: Partner) -> None:
    key, _ = make.make_partner_key(partner)
    mine, other = make_call(key, path="/api/v1/movies/12"), make_call(path="/api/v1/movies/13")
    found = client.get(f"/admin/catalog/apicall/?q={mine.request_id}").content.decode()
    assert mine.path in found
    assert other.path not in found
    make_usage(key, calls=4_321)
    assert "4,321" in client.get(f"/admin/catalog/usage/?key__partner__id__exact={partner.pk}").content.decode()
    assert client.get(f"/admin/catalog/apicall/{mine.pk}/change/").status_code == 200
