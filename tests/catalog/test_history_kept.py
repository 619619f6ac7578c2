"""History is append-only, but for an erasure; and what people do all day neither waits for the audit log nor is noted in it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Rating, User
from mlops.audit import governed, record
from mlops.models import AuditEvent, Capture, Erasure
from mlops.ports import SYSTEM
from tests.factories.catalog import make_member_rating, make_movie, make_user
from tests.factories.mlops import NOON
from tests.mlops import sql

pytestmark = pytest.mark.django_db
HISTORIES = ["licence", "movie", "partner", "partnerkey", "rating", "source", "user", "webhookendpoint"]
ATTACKS = ["UPDATE {} SET history_type = '-'", "DELETE FROM {}"]
ATTACKS += ["TRUNCATE {}"] if sql.POSTGRES else ["INSERT OR REPLACE INTO {0} SELECT * FROM {0}"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_in_a_history_stays(attack: str) -> None:
    film = make_movie()
    make_member_rating(film)
    for table in ("catalog_historicalmovie", "catalog_historicalrating", "catalog_historicaluser"):
        before = sql.rows(table)
        assert "append-only" in sql.refused(attack.format(table))
        assert sql.rows(table) == before != []


def test_every_history_is_guarded(settings: Any) -> None:
    assert sorted(label.removeprefix("catalog.Historical").lower() for label in settings.MLOPS_APPEND_ONLY) == HISTORIES


def test_while_somebody_is_erased_their_history_goes_and_leaves_a_note_without_a_word_of_it() -> None:
    rating = make_member_rating(by=make_user())
    made = Rating.history.get()
    with governed():
        erasure = Erasure.objects.create(subject_digest="a" * 64, reason="asked for", erased_at=NOON, erased_by="x")
        Rating.history.filter(rater=rating.rater).delete()
        erasure.state = Erasure.State.DONE
        erasure.save(update_fields=["state"])
        record("toy.erased", "erasure:1", by=SYSTEM, at=NOON)
    assert not Rating.history.exists()
    note = Capture.objects.get(of="catalog_historicalrating")
    assert (note.op, note.row, note.before, note.after) == ("D", str(made.history_id), "{}", None)
    assert note.seal == AuditEvent.objects.latest("seq").seq
    assert "append-only" in sql.refused("DELETE FROM catalog_historicaluser")


def test_ratings_sign_ups_and_sign_ins_are_not_noted(client: Client) -> None:
    film = make_movie()
    noted = Capture.objects.count()
    user = make_user()
    with CaptureQueriesContext(connection) as asked:
        make_member_rating(film, by=user)
    client.force_login(user)
    user.delete()
    assert Capture.objects.count() == noted
    assert not any("mlops_" in query["sql"] or "advisory" in query["sql"] for query in asked.captured_queries)


def test_staff_are_noted_by_their_rights_alone() -> None:
    user = make_user("ada", first_name="Ada", is_staff=True)
    User.objects.filter(pk=user.pk).update(first_name="Augusta", email="ada@example.org")
    (note,) = Capture.objects.filter(of="catalog_user")
    assert (note.op, "Ada" in (note.after or ""), "is_staff" in (note.after or "")) == ("I", False, True)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    assert Capture.objects.filter(of="catalog_user").count() == 2


def test_a_superuser_made_by_a_command_is_on_record() -> None:
    made = User.objects.create_superuser("root", password="nine-reels")
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.object) == ("account.superuser-made", f"account:{made.subject_id}")
    assert not Capture.objects.unsealed().exists()
