"""Demo accounts: one for each role, their passwords in a file for its owner alone; and roles on record."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group

from catalog import groups
from catalog.errors import CatalogError
from catalog.models import User
from catalog.services import accounts
from mlops.models import AuditEvent
from tests.clock import NOON
from tests.factories.catalog import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def state(settings: Any, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path


def make() -> dict[str, tuple[str, str]]:
    return {username: (password, role) for username, password, role in accounts.make_demo_accounts(at=NOON)}


def test_there_is_one_account_for_each_group_a_superuser_and_a_visitor() -> None:
    made = make()
    assert sorted(role for _, role in made.values()) == sorted([*groups.GROUPS, "superuser", "visitor"])
    for username, (password, role) in made.items():
        user = User.objects.get(username=username)
        assert user.check_password(password)
        assert user.is_staff == (role != "visitor")
        assert user.is_superuser == (role == "superuser")
        assert [group.name for group in user.groups.all()] == ([role] if role in groups.GROUPS else [])


def test_passwords_are_long_and_differ() -> None:
    passwords = {password for password, _ in make().values()}
    assert len(passwords) == len(accounts.ROLES)
    assert min(map(len, passwords)) >= 16


def test_the_file_is_for_its_owner_alone_and_holds_every_password(state: Path) -> None:
    made = make()
    file = state / "accounts.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    lines = {line.split()[0]: line.split()[1] for line in file.read_text().splitlines() if not line.startswith("#")}
    assert lines == {username: password for username, (password, _) in made.items()}
    assert [path.name for path in state.iterdir()] == ["accounts.txt"], "no draft is left"


def test_again_changes_no_password_and_writes_no_file(state: Path) -> None:
    first = make()
    before = (state / "accounts.txt").stat().st_mtime_ns
    assert make() == first
    assert (state / "accounts.txt").stat().st_mtime_ns == before
    assert AuditEvent.objects.count() == 1


def test_an_account_that_lost_its_role_gets_it_back() -> None:
    first = make()
    User.objects.filter(username="editor").update(is_staff=False)
    User.objects.get(username="editor").groups.clear()
    assert make() == first
    editor = User.objects.get(username="editor")
    assert editor.is_staff
    assert editor.groups.get().name == groups.CATALOGUE_EDITORS


def test_a_stranger_of_the_same_name_is_left_alone(state: Path) -> None:
    make_user("admin")
    made = make()
    stranger = User.objects.get(username="admin")
    assert (stranger.is_staff, stranger.is_superuser) == (False, False)
    assert made["admin"][0] == ""
    assert "admin" not in [line.split()[0] for line in (state / "accounts.txt").read_text().splitlines()]


def test_a_stranger_who_took_the_name_of_a_deleted_demo_account_is_left_alone() -> None:
    make()
    User.objects.get(username="editor").delete()
    make_user("editor")
    assert make()["editor"][0] == ""
    assert not User.objects.get(username="editor").is_staff


def test_an_account_that_was_deleted_is_made_anew_with_another_password() -> None:
    first = make()
    User.objects.get(username="visitor").delete()
    second = make()
    assert second["visitor"][0] not in ("", first["visitor"][0])
    assert User.objects.get(username="visitor").check_password(second["visitor"][0])
    assert {name: pair for name, pair in second.items() if name != "visitor"} == {
        name: pair for name, pair in first.items() if name != "visitor"
    }


def test_no_account_is_made_when_the_file_cannot_be_written(state: Path) -> None:
    (state / "accounts.txt").mkdir()
    with pytest.raises(OSError, match=r"accounts\.txt"):
        make()
    assert User.objects.count() == 0


def test_production_refuses_demo_accounts(settings: Any) -> None:
    settings.MAY_MAKE_DEMO_ACCOUNTS = False
    with pytest.raises(CatalogError, match="for the embedded demo alone"):
        make()
    assert User.objects.count() == 0


def test_making_them_is_on_record_without_a_name() -> None:
    make()
    event = AuditEvent.objects.get()
    assert (event.action, event.actor) == ("accounts.demo-made", "system")
    assert "auditor" not in event.body.replace("Auditors", "")


def test_a_role_given_is_on_record_with_what_was_before() -> None:
    boss, user = make_user(), make_user()
    before = accounts.roles_of(user)
    user.groups.add(Group.objects.get(name=groups.APPROVERS))
    assert accounts.record_roles(user=user, before=before, by=boss, at=NOON, reason="joined the board")
    event = AuditEvent.objects.get()
    assert (event.action, event.object) == ("account.roles-changed", f"account:{user.subject_id}")
    assert (event.actor, event.reason) == (str(boss.subject_id), "joined the board")
    assert event.facts["detail"]["before"]["groups"] == []
    assert event.facts["detail"]["after"]["groups"] == [groups.APPROVERS]


def test_no_change_of_roles_is_no_event() -> None:
    user = make_user()
    assert not accounts.record_roles(user=user, before=accounts.roles_of(user), by=user, at=NOON, reason="")
    assert not AuditEvent.objects.exists()
