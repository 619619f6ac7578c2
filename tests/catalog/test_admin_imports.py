"""Imports of partners in the admin: for looking, by those who see to partners."""

import pytest

from catalog import groups
from catalog.models import PartnerImport
from tests.catalog import staff
from tests.factories.mlops import NOON
from tests.factories.partners import make_partner_import

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/partnerimport/"


def made(**given: object) -> PartnerImport:
    counts = {"lines": 1_234, "added": 1_200, "rejected": 34, "size": 90_000, "offset": 90_000, "last_line": 1_235}
    told = {"state": "COMPLETED", "started_at": NOON, "ended_at": NOON}
    return make_partner_import(**{**told, **counts, **given})


@pytest.mark.parametrize("group", [groups.IT_OPERATIONS, groups.AUDITORS])
def test_they_are_listed_with_what_came_of_them(group: str) -> None:
    row, client = made(), staff.in_group(group)
    page = client.get(LIST).content.decode()
    for words in (row.uid, row.partner.name, "done", "1,234", "1,200", "100 %"):
        assert words in page
    page = client.get(f"{LIST}{row.pk}/change/").content.decode()
    assert row.digest in page
    assert LIST in client.get("/admin/").content.decode()


def test_they_are_found_by_partner_state_and_id() -> None:
    client = staff.in_group(groups.IT_OPERATIONS)
    first = made()
    second = make_partner_import()
    for query, row in (
        (f"partner__id__exact={first.partner.pk}", first),
        ("state__exact=CREATED", second),
        (f"q={second.uid}", second),
        ("dry_run__exact=0&state__exact=COMPLETED", first),
    ):
        assert list(client.get(f"{LIST}?{query}").context["cl"].result_list) == [row], query


def test_a_failed_one_says_why() -> None:
    row = made(state="FAILED", problem="The first line must name the columns.")
    page = staff.in_group(groups.AUDITORS).get(f"{LIST}{row.pk}/change/").content.decode()
    assert "must name the columns" in page


def test_nobody_else_sees_them_and_nobody_changes_them() -> None:
    row = made()
    assert staff.in_group(groups.APPROVERS).get(LIST).status_code == 403
    client = staff.superuser()
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert client.post(f"{LIST}{act}", {"post": "yes"}).status_code == 403
    assert PartnerImport.objects.filter(pk=row.pk).exists()
