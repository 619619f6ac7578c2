"""A member is erased: what they left in the database and in files goes, and what others see stays right."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.errors import UnknownMember
from catalog.models import Hidden, Rater, Rating, Tally, User
from catalog.services import accounts, erasure, tallies
from mlops.errors import Conflict, Refused
from mlops.models import AuditEvent, Erasure, Job
from mlops.services import erasures_log, strays
from tests.catalog.staff import said, signed_in
from tests.factories.catalog import PASSWORD, make_hidden, make_member_rating, make_movie, make_rating, make_user
from tests.factories.mlops import NOON
from tests.leftovers import in_database, in_files

pytestmark = pytest.mark.django_db
REASON = "asked for by letter"


def staff(username: str = "officer", *rights: str) -> User:
    user = User.objects.filter(username=username).first() or make_user(username, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights or ("erase_subject",)))
    return User.objects.get(pk=user.pk)


def member(username: str = "zyxwilhelmina") -> tuple[User, list[str]]:
    """A member of whom something is everywhere, and the words that tell of them."""
    user = make_user(username, email="wilhelmina@zyxmail.example", first_name="Zyxmina", last_name="Zyxberg")
    user._change_reason = "Zyxreason: asked by telephone"  # type: ignore[attr-defined]
    user.save()
    films = [make_movie() for _ in range(3)]
    for film in films:
        make_member_rating(film, by=user, value=9)
    make_member_rating(films[0], by=user, value=4)
    make_hidden(user, films[1])
    EmailAddress.objects.create(user=user, email="second@zyxmail.example", verified=True)
    content = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=make_user(), content_type=content, object_id=str(user.pk), object_repr=username, action_flag=2
    )
    rater = Rater.objects.get(user=user)
    return user, [username, "zyxmail", "Zyxmina", "Zyxberg", "Zyxreason", *ids(user), *ids(rater)]


def ids(row: Any) -> list[str]:
    return [str(row.subject_id), row.subject_id.hex]


def erase(user: User, **given: Any) -> Erasure:
    asked = {"subject": user.subject_id, "reason": REASON, "by": given.pop("by", None) or staff(), "at": NOON}
    return erasure.erase_member(**{**asked, **given})


def test_nothing_of_them_is_left_and_the_tallies_are_right(client: Client) -> None:
    user, words = member()
    make_member_rating(Rating.objects.all()[0].movie, value=10)
    client.force_login(user)
    officer = staff()
    before = strays.left().unsealed  # films and staff, as the factories made them
    others = Session.objects.create(session_key="k" * 32, session_data="", expire_date=NOON + timedelta(days=900))
    assert in_database(words).keys() >= set(words[:5])
    found = erase(user, by=officer)
    assert in_database(words) == {}
    assert in_files(words, Path(site.ARTEFACTS).parent) == {}
    assert tallies.differences() == []
    assert Tally.objects.get(movie=Rating.objects.get().movie).votes == 1
    assert list(Session.objects.all()) == [others]
    assert LogEntry.objects.get().object_repr == "erased"
    assert found.counts == {
        "account_emailaddress": 1,
        "catalog_hidden": 1,
        "catalog_historicalrating": 4,
        "catalog_historicaluser": 4,
        "catalog_rater": 1,
        "catalog_rating": 3,
        "catalog_user": 1,
        "django_session": 1,
    }
    assert (strays.left().unsealed, strays.left().erasures) == (before, 0)


def test_the_log_says_that_somebody_was_erased_and_by_whom(client: Client) -> None:
    officer = staff()
    user, _ = member()
    found = erase(user, by=officer)
    event = AuditEvent.objects.order_by("-seq")[0]
    assert (event.action, event.actor, event.reason) == ("subject.erased", str(officer.subject_id), REASON)
    assert event.facts["detail"]["counts"] == found.counts
    assert event.facts["sealed"]["rows"] >= 7  # each row of history leaves a note that it went
    assert erasures_log.read() == [found.subject_digest]


def test_only_somebody_else_with_the_right_erases() -> None:
    user, _ = member()
    officer = staff()
    for by, words in ((make_user("plain"), "needs the right"), (staff("clerk", "start_run"), "needs the right")):
        with pytest.raises(Refused, match=words):
            erase(user, by=by)
    with pytest.raises(Refused, match="nobody erases themself"):
        erase(officer, by=officer)
    with pytest.raises(Refused, match="staff do not erase themselves"):
        erasure.ask_for_oneself(by=officer, at=NOON)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    with pytest.raises(Refused, match="not active"):
        erase(user, by=User.objects.get(pk=officer.pk))
    assert Rating.objects.filter(rater__user=user).count() == 3


@pytest.mark.parametrize("words", ["about ZyxWilhelmina", "wilhelmina@zyxmail.example wrote", "", "x" * 501])
def test_the_reason_names_nobody(words: str) -> None:
    user, _ = member()
    with pytest.raises(Refused, match="reason:"):
        erase(user, reason=words)
    with pytest.raises(Refused, match="reason:"):
        erase(user, reason=f"about {user.rater.subject_id}")
    assert User.objects.filter(pk=user.pk).exists()


def test_nobody_is_erased_twice() -> None:
    user, _ = member()
    person = erasure.member(user.subject_id)
    erase(user)
    with pytest.raises(UnknownMember, match="erased already"):
        erase(user, by=User.objects.get(username="officer"))
    with pytest.raises(Conflict):  # one who had found them just before
        erasure._done(person, REASON, User.objects.get(username="officer"), NOON)
    assert Erasure.objects.count() == 1


def test_a_rater_of_the_demo_goes_without_moving_a_tally() -> None:
    rating = make_rating()
    erase(User(subject_id=rating.rater.subject_id))
    assert not Rater.objects.exists()
    assert tallies.differences() == []


def test_others_history_stays_while_one_is_erased() -> None:
    user, _ = member()
    other = make_member_rating()
    before = list(Rating.history.filter(rater_id=other.rater_id).values())
    erase(user)
    assert list(Rating.history.filter(rater_id=other.rater_id).values()) == before


def test_staff_leave_by_another_person(client: Client) -> None:
    client.force_login(staff())
    answer = client.post("/accounts/delete/", {"password": PASSWORD})
    assert answer.status_code == 422
    assert "ask another person" in answer.content.decode()


def test_whom_a_backup_brought_back_is_erased_again() -> None:
    user, words = member()
    make_member_rating(by=make_user("stays"))
    digest = erasure.digest_of(str(user.subject_id))
    assert erasure.reapply(by=make_user("restorer"), at=NOON, erasures=[digest, "0" * 64]) == 1
    assert in_database(words) == {}
    assert (Erasure.objects.get().subject_digest, Erasure.objects.get().reason) == (digest, erasure.AGAIN)
    assert User.objects.filter(username="stays").exists()
    assert erasure.reapply(by=User.objects.get(username="restorer"), at=NOON) == 0


def test_the_line_of_a_demo_account_goes_too(settings: Any, tmp_path: Path) -> None:
    settings.STATE = tmp_path
    accounts.make_demo_accounts(at=NOON)
    visitor = User.objects.get(username="visitor")
    erase(visitor, reason="the demo is over")
    text = (tmp_path / "accounts.txt").read_text()
    assert str(visitor.subject_id) not in text
    assert "admin" in text


def test_the_command_says_what_went_and_goes_on_when_it_was_interrupted(capsys: Any) -> None:
    user, words = member()
    staff()
    call_command("erase_member", user.username, reason=REASON, by="officer")
    told = capsys.readouterr().out
    assert "14 rows" in told
    assert in_database(words) == {}
    with pytest.raises(CommandError, match="erased already"):
        call_command("erase_member", user.username, reason=REASON, by="officer")
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("erase_member", user.username, reason=REASON, by="nobody")


def test_staff_ask_on_the_accounts_page() -> None:
    user, _ = member()
    officer = make_user("chief", is_staff=True, is_superuser=True)
    client = signed_in(officer)
    address = f"/admin/catalog/user/{user.pk}/erase/"
    assert "cannot be undone" in client.get(address, follow=True).content.decode()
    assert not Hidden.objects.filter(user__is_active=False).exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = client.post(address, {"reason": REASON}, follow=True)
    assert "is being erased" in said(answer), answer.redirect_chain
    job = Job.objects.get(task="catalog.erase_member")
    assert job.payload["by"] == str(officer.subject_id)
    assert erasure.carry_out(at=NOON, still=lambda: None, **job.payload) is not None
