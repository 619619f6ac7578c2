"""Accounts and groups: superusers alone change them, and every role given is on record."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from catalog import groups
from catalog.models import User
from mlops.models import AuditEvent
from tests.catalog import staff
from tests.factories.catalog import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def account(user: User, **changed: Any) -> dict[str, Any]:
    return {"username": user.username, "is_active": "on", "reason": "a new task", **changed}


@pytest.fixture
def meddler() -> Client:
    """Somebody whom a mistake gave every permission on accounts and groups, but no superuser."""
    user = staff.member_of(groups.AUDITORS)
    user.user_permissions.set(Permission.objects.filter(content_type__model__in=["user", "group"]))
    return staff.signed_in(user)


def test_a_superuser_gives_a_role_and_it_is_on_record() -> None:
    user = make_user("ben")
    role = Group.objects.get(name=groups.CATALOGUE_EDITORS)
    staff.superuser().post(f"/admin/catalog/user/{user.pk}/change/", account(user, is_staff="on", groups=[role.pk]))
    user.refresh_from_db()
    assert (user.is_staff, user.groups.get()) == (True, role)
    event = AuditEvent.objects.get()
    assert (event.action, event.reason) == ("account.roles-changed", "a new task")
    assert "ben" not in event.body
    record = user.history.first()
    assert (record.history_change_reason, record.is_staff) == ("a new task", True)


def test_an_account_is_made_and_its_password_never_enters_its_history() -> None:
    words = {"username": "new-one", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    staff.superuser().post("/admin/catalog/user/add/", words)
    user = User.objects.get(username="new-one")
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    assert "password" not in {field.name for field in User.history.model._meta.fields}


def test_a_change_without_a_reason_is_not_made() -> None:
    user = make_user("ben")
    staff.superuser().post(f"/admin/catalog/user/{user.pk}/change/", account(user, is_staff="on", reason=""))
    user.refresh_from_db()
    assert not user.is_staff


@pytest.mark.parametrize("act", ["change/", "delete/", "password/"])
def test_nobody_but_a_superuser_changes_an_account_whatever_permissions_say(meddler: Client, act: str) -> None:
    user = make_user("ben")
    words = account(user, is_superuser="on", post="yes", password1=PASSWORD * 2, password2=PASSWORD * 2)
    assert meddler.post(f"/admin/catalog/user/{user.pk}/{act}", words).status_code == 403
    user.refresh_from_db()
    assert not user.is_superuser
    assert user.check_password(PASSWORD)


def test_nobody_but_a_superuser_makes_accounts_or_groups(meddler: Client) -> None:
    assert meddler.post("/admin/catalog/user/add/", {"username": "x"}).status_code == 403
    assert meddler.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403
    group = Group.objects.get(name=groups.AUDITORS)
    answer = meddler.post(f"/admin/auth/group/{group.pk}/change/", {"name": "x", "reason": "x", "permissions": []})
    assert answer.status_code == 403
    assert meddler.get(f"/admin/auth/group/{group.pk}/change/").status_code == 200, "auditors may look"


def test_an_auditor_sees_roles_and_neither_hash_nor_address() -> None:
    user = staff.member_of(groups.APPROVERS, email="ben@example.org")
    page = staff.in_group(groups.AUDITORS).get(f"/admin/catalog/user/{user.pk}/change/").content.decode()
    assert groups.APPROVERS in page
    assert str(user.subject_id) in page
    assert "ben@example.org" not in page
    assert user.password.split("$")[-1][:6] not in page


def test_no_earlier_state_of_an_account_can_be_put_back(meddler: Client) -> None:
    user = make_user("ben", is_superuser=True)
    User.objects.get(pk=user.pk).save()
    address = f"/admin/catalog/user/{user.pk}/history/{user.history.last().pk}/"
    assert meddler.post(address, account(user)).status_code == 403
    assert staff.superuser().post(address, account(user)).status_code == 403


def test_a_groups_permissions_are_changed_on_record() -> None:
    group = Group.objects.get(name=groups.DATA_SCIENTISTS)
    kept = group.permissions.exclude(codename="view_rating")
    words = {"name": group.name, "reason": "no need", "permissions": [found.pk for found in kept]}
    staff.superuser().post(f"/admin/auth/group/{group.pk}/change/", words)
    event = AuditEvent.objects.get()
    assert (event.action, event.reason) == ("group.permissions-changed", "no need")
    assert event.facts["detail"] == {"name": group.name, "gained": [], "lost": ["catalog.view_rating"]}


def test_a_group_is_deleted_on_record_and_with_a_reason() -> None:
    group = Group.objects.create(name="Trainees")
    client = staff.superuser()
    client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes", "reason": ""})
    assert Group.objects.filter(pk=group.pk).exists()
    client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes", "reason": "trained"})
    assert not Group.objects.filter(pk=group.pk).exists()
    assert (AuditEvent.objects.get().action, AuditEvent.objects.get().reason) == ("group.deleted", "trained")


def test_an_account_without_a_role_in_the_staff_is_not_let_in() -> None:
    client = staff.signed_in(make_user())
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_sign_in_by_the_one_door_there_is() -> None:
    user, client = staff.member_of(groups.AUDITORS), Client()
    door = client.get("/admin/catalog/user/", follow=True)
    assert door.request["PATH_INFO"] == "/accounts/login/"
    given = {"login": user.username, "password": PASSWORD, "next": "/admin/catalog/user/"}
    assert client.post("/admin/login/", given | {"username": user.username}).status_code == 302
    assert "_auth_user_id" not in client.session, "the admin's own form opens nothing"
    assert client.post("/accounts/login/", given).url == "/admin/catalog/user/"
