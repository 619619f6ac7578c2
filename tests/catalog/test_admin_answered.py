"""Whatever is changed in the admin ends in one audit event that names who, what and why."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client

from catalog.admin.answered import Answered
from catalog.admin.readonly import LookOnly
from catalog.models import Movie, User
from mlops.models import AuditEvent, Capture
from tests.catalog import staff
from tests.catalog.test_admin_films import change
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    return make.make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def client(root: User) -> Client:
    return staff.signed_in(root)


def told(by: User) -> tuple[str, str, str]:
    """The newest event, which must be this person's and have sealed every note of this transaction."""
    event = AuditEvent.objects.latest("seq")
    assert event.actor == str(by.subject_id)
    assert Capture.objects.filter(seal=event.seq).exists()
    return event.action, event.object, event.reason


def test_every_page_of_a_governed_row_answers_or_is_for_looking() -> None:
    labels = [label for label in settings.MLOPS_GOVERNED if label.count(".") == 1]
    pages = [
        admin.site._registry[apps.get_model(label)] for label in labels if apps.get_model(label) in admin.site._registry
    ]
    assert len(pages) > 6
    assert [page for page in pages if not isinstance(page, Answered | LookOnly)] == []


def test_a_film_added_changed_licensed_and_deleted(client: Client, root: User) -> None:
    counts = {"licences-TOTAL_FORMS": 0, "licences-INITIAL_FORMS": 0}
    client.post("/admin/catalog/movie/add/", {"title": "Diva", "year": 1981, "reason": "bought", **counts})
    film = Movie.objects.get()
    assert told(root) == ("movie.added", f"movie:{film.pk}", "bought")
    change(client, film, year=1982, reason="a year late")
    assert told(root) == ("movie.changed", f"movie:{film.pk}", "a year late")
    row = {"movie": film.pk, "territory": "GB", "starts_on": "2021-01-01", "ends_on": "2022-01-01", "id": ""}
    film.refresh_from_db()
    rows = {f"licences-0-{name}": value for name, value in row.items()} | {"licences-TOTAL_FORMS": 1}
    change(client, film, reason="a window", **rows)
    assert told(root) == ("movie.changed", f"movie:{film.pk}", "a window")
    client.post(f"/admin/catalog/movie/{film.pk}/delete/", {"post": "yes", "reason": "not ours"})
    assert told(root) == ("movie.deleted", f"movie:{film.pk}", "not ours")
    assert {note.of for note in Capture.objects.filter(op="D")} == {"catalog_movie", "catalog_licence"}
    assert not Capture.objects.unsealed().filter(of__in=["catalog_movie", "catalog_licence"]).exists()


def test_an_earlier_state_put_back(client: Client, root: User) -> None:
    partner = make.make_partner("Acme")
    partner.name = "Acme Ltd"
    partner.save()
    first = partner.history.earliest()
    client.post(
        f"/admin/catalog/partner/{partner.pk}/history/{first.pk}/", {"name": "Acme", "active": "on", "reason": "no"}
    )
    partner.refresh_from_db()
    assert (partner.name, *told(root)) == ("Acme", "partner.put_back", f"partner:{partner.pk}", "no")


def test_a_group_with_another_name(client: Client, root: User) -> None:
    group = Group.objects.create(name="Guests")
    client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Visitors", "permissions": [], "reason": "clearer"})
    assert told(root) == ("group.permissions-changed", f"group:{group.pk}", "clearer")


def test_an_account_is_erased_and_not_deleted_which_would_leave_its_ratings_and_history(client: Client) -> None:
    somebody = make.make_user(is_staff=True)
    answer = client.post(f"/admin/catalog/user/{somebody.pk}/delete/", {"post": "yes", "reason": "left"})
    assert (answer.status_code, User.objects.filter(pk=somebody.pk).exists()) == (403, True)
