"""Governed rows in the admin are for looking, superusers included; the log says who, and whether it holds."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from mlops import triggers
from mlops.models import AuditEvent, Deployment, ModelVersion
from mlops.services import strays
from mlops.services.audit import record
from tests.clock import NOON
from tests.factories.mlops import make_audit_event, make_deployment, make_version

pytestmark = pytest.mark.django_db
LOG = "/admin/mlops/auditevent/"


def account(username: str) -> Any:
    return get_user_model().objects.create_user(username, is_staff=True, is_superuser=True)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(account("boss"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def rows(client: Client, query: str = "") -> list[Any]:
    return list(client.get(f"{LOG}?{query}").context["cl"].result_list)


@pytest.mark.parametrize("model", [ModelVersion, Deployment, AuditEvent])
def test_not_even_a_superuser_adds_changes_or_deletes(client: Client, model: Any) -> None:
    row = {ModelVersion: make_version, Deployment: make_deployment, AuditEvent: make_audit_event}[model]()
    base = f"/admin/mlops/{model._meta.model_name}/"
    assert client.get(base).status_code == 200
    assert client.get(f"{base}{row.pk}/change/").status_code == 200
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert client.post(f"{base}{act}", {"post": "yes"}).status_code == 403, act
    assert model._default_manager.filter(pk=row.pk).exists()


def test_nothing_is_seen_without_the_permission() -> None:
    client, user = Client(), account("reader")
    user.is_superuser = False
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for address in (LOG, f"{LOG}verify/", "/admin/mlops/modelversion/", "/admin/mlops/deployment/"):
        assert client.get(address).status_code == 403, address


def test_the_log_names_people_while_they_have_an_account(client: Client) -> None:
    known, gone = account("astrid"), account("gone")
    for actor in (known, gone):
        record("thing.done", "thing:1", by=actor, at=NOON, reason="it was time")
    make_audit_event()
    subject = str(gone.subject_id)
    gone.delete()
    assert [row.actor_in_words for row in rows(client)] == ["the system", f"{subject[:8]} (account gone)", "astrid"]
    assert "it was time" in client.get(LOG).content.decode()


def test_an_event_shows_the_exact_text_and_hashes(client: Client) -> None:
    event = make_audit_event(reason="because", size=7)
    page = client.get(f"{LOG}{event.pk}/change/").content.decode().replace("&quot;", '"')
    assert event.body in page
    assert bytes(event.hash).hex() in page
    assert bytes(event.prev).hex() in page
    assert '"size": 7' in page


def test_events_are_found_by_words_beyond_ascii_by_action_and_by_whom(client: Client) -> None:
    make_audit_event(action="thing.moved", reason="wegen Größe")
    record("thing.done", "thing:2", by=account("astrid"), at=NOON)
    assert [row.seq for row in rows(client, "q=Größe")] == [1]
    assert [row.seq for row in rows(client, "q=thing+wegen")] == [1]
    assert [row.seq for row in rows(client, "q=thing+nowhere")] == []
    assert [row.seq for row in rows(client, "action=thing.done")] == [2]
    assert [row.seq for row in rows(client, "by=system")] == [1]
    assert [row.seq for row in rows(client, "by=people")] == [2]


def test_a_whole_log_is_said_to_hold(client: Client) -> None:
    make_audit_event()
    make_audit_event()
    strays.after_migrate(at=NOON, migrated=True)  # as if a migration had made the account
    words = f"The log holds: {AuditEvent.objects.count()} events, head "
    assert said(client.get(f"{LOG}verify/", follow=True)).startswith(words)
    assert said(client.get(f"{LOG}1/verify-log/", follow=True)).startswith(words)


def test_a_changed_event_is_named_and_still_shown(client: Client) -> None:
    make_audit_event()
    make_audit_event(reason="true")
    triggers.drop(connection)
    AuditEvent.objects.filter(seq=2).update(body="no JSON any more")
    found = said(client.get(f"{LOG}verify/", follow=True))
    triggers.install(connection)
    assert "Tampered with at event 2" in found
    assert "Unguarded" in found
    assert client.get(f"{LOG}2/change/").status_code == 200
