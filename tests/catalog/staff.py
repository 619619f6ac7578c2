"""People of the staff for tests of the admin: each call makes one, signed in."""

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from catalog.models import User
from tests.factories.catalog import make_user


def member_of(*groups: str, username: str = "", **given: Any) -> User:
    """A staff account in these groups."""
    user = make_user(username, is_staff=True, **given)
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def in_group(*groups: str) -> Client:
    return signed_in(member_of(*groups))


def superuser() -> Client:
    return signed_in(make_user(is_staff=True, is_superuser=True))


def said(response: Any) -> str:
    """What a page says at its top after an act."""
    return " ".join(str(message) for message in response.context["messages"])
