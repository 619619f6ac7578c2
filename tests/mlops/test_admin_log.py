"""What nobody answered for, until somebody does; what an event sealed; what is signed: each with a page."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from catalog import groups
from mlops import triggers
from mlops.models import AuditEvent, Capture
from mlops.services import strays
from tests.catalog import staff
from tests.factories import mlops as make
from tests.mlops import sql
from tests.mlops.test_admin_acts import VERSIONS, WHY, people, text
from tests.mlops.test_admin_governance import LOG, STRAYS, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def changed_by_hand() -> AuditEvent:
    """A group changed past the services, sealed as by nobody known."""
    group = Group.objects.create(name="a first try")
    strays.seal(at=timezone.now())
    Group.objects.filter(pk=group.pk).update(name="changed by hand")
    return strays.seal(at=timezone.now())[0]


def test_a_change_by_nobody_known_is_shown_and_accounted_for_by_who_may() -> None:
    event = changed_by_hand()
    (_user, auditor), (_other, engineer) = people(groups.AUDITORS), people(groups.ML_ENGINEERS)
    account = f"{STRAYS}{event.seq}/account/"
    page = text(auditor.get(STRAYS))
    assert "→ changed by hand" in page
    assert account in page
    assert "→ changed by hand" in text(engineer.get(STRAYS))
    assert account not in text(engineer.get(STRAYS))
    assert engineer.post(account, {"reason": WHY}).status_code == 403
    assert "This field is required" in text(auditor.post(account, {"reason": " "}))
    said = staff.said(auditor.post(account, {"reason": "a repair, agreed on"}, follow=True))
    assert f"Event {event.seq} is accounted for." in said
    assert event.seq not in {one.seq for one in strays.left().events}
    assert "a repair, agreed on" in text(auditor.get(STRAYS))
    again = auditor.post(account, {"reason": "twice"})
    assert again.status_code == 409
    assert "does not wait for anybody" in text(again)
    assert auditor.get(f"{STRAYS}999999/account/").status_code == 404


def test_an_event_shows_what_it_sealed_before_and_after_and_notices_when_that_was_changed() -> None:
    event = changed_by_hand()
    _user, client = people(groups.AUDITORS)
    page = page_of(client, event, LOG)
    assert "→ changed by hand" in page
    assert "Holds: these are the changes" in page
    assert "is the hash of its text" in page
    capture = Capture.objects.get(seal=event.seq, of="auth_group")
    noted = text(client.get(f"/admin/mlops/capture/{capture.pk}/change/"))
    assert "a first try" in noted
    assert "changed by hand" in noted
    triggers.drop(connection)
    Capture.objects.filter(pk=capture.pk).update(after='{"reason": "nothing to see"}')
    tampered = page_of(client, event, LOG)
    triggers.install(connection)
    assert "Does not hold" in tampered


@pytest.mark.parametrize("told", ["garbage", "[" * 200_000, '{"name":' + "[" * 5_000 + "]" * 5_000 + "}"])
def test_a_note_that_no_trigger_wrote_is_shown_as_others_are(told: str) -> None:
    _user, client = people(groups.AUDITORS)
    sql.run(
        'INSERT INTO mlops_capture ("of", op, "row", "after") VALUES (%s, %s, %s, %s)', "auth_group", "U", "1", told
    )
    note = Capture.objects.latest("pk")
    for page in (STRAYS, "/admin/mlops/capture/", f"/admin/mlops/capture/{note.pk}/change/"):
        assert client.get(page).status_code == 200
    event = strays.seal(at=timezone.now())[-1]
    assert "Holds: these are the changes" in page_of(client, event, LOG)


def test_the_log_says_on_its_first_page_where_it_stands() -> None:
    changed_by_hand()
    _user, client = people(groups.AUDITORS)
    page = text(client.get(LOG))
    assert "none: nothing is signed yet" in page
    assert "all triggers are there" in page
    assert "changed by nobody known: " in page
    triggers.drop(connection)
    AuditEvent.objects.filter(seq=1).update(body="{}")
    broken = text(client.get(LOG))
    triggers.install(connection)
    assert "tampered with at event 1" in broken
    assert "missing or changed" in broken


def test_a_signature_is_checked_as_the_page_is_looked_at() -> None:
    version = make.make_candidate()
    _user, client = people(groups.APPROVERS)
    assert "Holds: signed by key" in text(client.get(f"{VERSIONS}{version.pk}/change/"))
    assert "Holds: signed by key" in text(client.get(f"/admin/mlops/manifest/{version.manifest.pk}/change/"))
    other = make.make_version()
    make.make_manifest(other, recipe="another")
    assert "was signed of another recipe" in text(client.get(f"{VERSIONS}{other.pk}/change/"))
