"""Accounts: those of the demo, one for each role, and the record of who was given which role."""

import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group

from catalog import groups
from catalog.errors import CatalogError
from catalog.models import User
from mlops import audit, erasure
from mlops.ports import SYSTEM, Actor

SUPERUSER, VISITOR = "superuser", "visitor"
ROLES = {
    "admin": SUPERUSER,
    "scientist": groups.DATA_SCIENTISTS,
    "engineer": groups.ML_ENGINEERS,
    "operator": groups.IT_OPERATIONS,
    "approver": groups.APPROVERS,
    "editor": groups.CATALOGUE_EDITORS,
    "auditor": groups.AUDITORS,
    "visitor": VISITOR,
}
HEAD = "# Demo accounts of this installation: name, password, subject id, role. Readable by its owner alone.\n"
Line = tuple[str, str, str, str]


def make_demo_accounts(*, at: datetime) -> list[tuple[str, str, str]]:
    """Make one account for each role and return (username, password, role); passwords are kept in STATE/accounts.txt.

    An account made here before keeps its password and gets its role back; one of the same name that somebody else
    made is left alone and returned without a password. Raises CatalogError where demo accounts are not allowed.
    """
    if not settings.MAY_MAKE_DEMO_ACCOUNTS:
        raise CatalogError(
            "Demo accounts are for the embedded demo alone: make real ones with `manage.py createsuperuser` and in the admin."
        )
    path = Path(settings.STATE) / "accounts.txt"
    with audit.governed():
        kept = _read(path)
        lines = [_account(username, role, kept.get(username)) for username, role in ROLES.items()]
        ours = [line for line in lines if line[2]]
        made = [role for name, _, subject, role in ours if name not in kept or kept[name][2] != subject]
        if made or audit.changed():
            audit.record("accounts.demo-made", "accounts:demo", by=SYSTEM, at=at, roles=made)
        if ours != list(kept.values()):
            _write(path, ours)  # last inside the transaction: accounts nobody has the passwords of are rolled back
    return [(username, password, role) for username, password, _, role in lines]


def _account(username: str, role: str, kept: Line | None) -> Line:
    user = User.objects.filter(username=username).first()
    if user and (kept is None or kept[2] != str(user.subject_id)):
        return username, "", "", f"{role}: an account of this name existed, and was left as it is"
    password = kept[1] if user and kept else secrets.token_urlsafe(12)
    if user is None:
        user = User(username=username)
        user.set_password(password)
    _give(user, role)
    return username, password, str(user.subject_id), role


def _give(user: User, role: str) -> None:
    before = (user.is_staff, user.is_superuser)
    user.is_staff, user.is_superuser = role != VISITOR, role == SUPERUSER
    if user._state.adding or before != (user.is_staff, user.is_superuser):
        user._change_reason = f"demo account: {role}"  # type: ignore[attr-defined]
        user.save()
    if role in groups.GROUPS:
        user.groups.add(Group.objects.get(name=role))


def _read(path: Path) -> dict[str, Line]:
    """Return the lines of accounts.txt by username; a missing file has none."""
    if not path.exists():
        return {}
    cells = [line.split(None, 3) for line in path.read_text().splitlines() if not line.startswith("#")]
    return {cell[0]: (cell[0], cell[1], cell[2], cell[3]) for cell in cells if len(cell) == 4}


def _write(path: Path, lines: list[Line]) -> None:
    """Put the file in place whole, for its owner's eyes alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / f".accounts-{os.getpid()}-{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(HEAD)
            file.writelines(f"{name:<10} {password:<17} {subject} {role}\n" for name, password, subject, role in lines)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def forget(digests: Collection[str]) -> int:
    """Take out of STATE/accounts.txt the lines of people who were erased, by the digest of their subject id; say how many."""
    path = Path(settings.STATE) / "accounts.txt"
    lines = _read(path)
    kept = [line for line in lines.values() if erasure.digest_of(line[2]) not in digests]
    if len(kept) < len(lines):
        _write(path, kept)
    return len(lines) - len(kept)


def roles_of(user: User) -> dict[str, Any]:
    """Return what an account may be: its groups and the three switches. No name is in it."""
    groups_held = sorted(user.groups.values_list("name", flat=True)) if user.pk else []
    return {"active": user.is_active, "staff": user.is_staff, "superuser": user.is_superuser, "groups": groups_held}


@audit.governed()
def record_roles(*, user: User, before: Mapping[str, Any], by: Actor, at: datetime, reason: str) -> bool:
    """Write to the audit log what an account may be now, when that changed; say whether it did."""
    after = roles_of(user)
    if after == before:
        return False
    facts = {"before": dict(before), "after": after}
    audit.record("account.roles-changed", f"account:{user.subject_id}", by=by, at=at, reason=reason, **facts)
    return True


def permissions_of(group: Group) -> list[str]:
    """Return what a group's members may do, as app.codename."""
    held = group.permissions.values_list("content_type__app_label", "codename")
    return sorted(f"{app}.{codename}" for app, codename in held)


@audit.governed()
def record_group(*, group: Group, before: Sequence[str], by: Actor, at: datetime, reason: str) -> bool:
    """Write to the audit log which permissions a group gained and lost, and its name; say whether anything changed."""
    after = permissions_of(group)
    gained, lost = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    if not gained and not lost and not audit.changed():
        return False
    facts = {"name": group.name, "gained": gained, "lost": lost}
    audit.record("group.permissions-changed", f"group:{group.pk}", by=by, at=at, reason=reason, **facts)
    return True


@audit.governed()
def delete_group(*, group: Group, by: Actor, at: datetime, reason: str) -> None:
    """Delete a group: its members keep their accounts, without this role."""
    facts = {"name": group.name, "members": group.user_set.count(), "lost": permissions_of(group)}
    subject = f"group:{group.pk}"
    group.delete()
    audit.record("group.deleted", subject, by=by, at=at, reason=reason, **facts)
