"""An address is given, confirmed, used and erased; whether one is known here, nobody else is told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import User
from catalog.services import erasure, leftovers
from tests.factories.catalog import PASSWORD, make_user
from tests.factories.mlops import NOON
from tests.leftovers import dump, in_database
from tests.moviesite.test_proof import grow_old, led_to_prove, prove

pytestmark = pytest.mark.django_db
ADDRESS = "wilhelmina@zyxmail.example"


def signed_in(user: User, agent: str = "Mozilla/5.0 (X11; Linux) Firefox/130.0") -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    return client


def link(words: str) -> str:
    (letter,) = mail.outbox
    found = re.search(rf"https?://testserver(/accounts/{words}\S*)", str(letter.body))
    assert found, letter.body
    mail.outbox.clear()
    return found[1]


def confirmed() -> tuple[User, Client]:
    user = make_user()
    client = signed_in(user)
    client.post("/accounts/email/", {"email": ADDRESS, "action_add": ""})
    client.post(link("email/confirm/"))
    return user, client


def test_an_address_is_of_use_once_it_is_confirmed_and_is_in_no_history() -> None:
    user, _ = confirmed()
    assert EmailAddress.objects.get(user=user).verified
    user.refresh_from_db()
    assert user.email == ""
    kept = [line for line in dump().splitlines() if "zyxmail" in line]
    assert [line.partition(":")[0] for line in kept] == ["account_emailaddress"]
    mail.outbox.clear()
    erasure.erase_member(subject=user.subject_id, reason="asked for", by=erasure.ONESELF, at=NOON + timedelta(days=9))
    assert in_database(["zyxmail"]) == {}


def test_a_new_password_comes_by_a_confirmed_address_alone() -> None:
    user, _ = confirmed()
    mail.outbox.clear()
    make = EmailAddress.objects.create
    make(user=make_user(), email="unconfirmed@zyxmail.example", verified=False)
    make(user=make_user(is_active=False), email="closed@zyxmail.example", verified=True)
    answers = set()
    for address in ("nobody@zyxmail.example", "unconfirmed@zyxmail.example", "closed@zyxmail.example", ADDRESS.upper()):
        assert mail.outbox == []
        answer = Client().post("/accounts/password/reset/", {"email": address})
        answers.add((answer.status_code, answer["Location"], answer.content))
    assert len(answers) == 1
    stranger = Client()
    address = stranger.get(link("password/reset/key/"))["Location"]
    new = "eleven-reels-of-safety-film"
    answer = stranger.post(address, {"password1": new, "password2": new})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert stranger.get("/me").status_code == 302, "the link lets nobody in by itself"


def test_whose_address_it_is_already_nobody_is_told() -> None:
    confirmed()
    mail.outbox.clear()
    other = signed_in(make_user())
    answer = other.post("/accounts/email/", {"email": ADDRESS, "action_add": ""})
    assert answer.status_code == 302
    assert "already" not in other.get("/accounts/email/").content.decode()
    assert EmailAddress.objects.filter(email=ADDRESS, verified=True).count() == 1


@pytest.mark.parametrize("letters", ["smtp", ""])
def test_an_address_can_be_taken_away_again(settings: Any, letters: str) -> None:
    user, client = confirmed()
    settings.MAIL = letters
    assert 'name="action_drop"' in client.get("/accounts/email/").content.decode(), (
        "also where no letters go out any more"
    )
    client.post("/accounts/email/", {"action_drop": "1"})
    assert not EmailAddress.objects.filter(user=user).exists()


@pytest.mark.parametrize("act", [{"email": "thief@zyxmail.example", "action_add": ""}, {"action_drop": "1"}])
def test_an_address_is_neither_given_nor_taken_away_at_a_screen_left_alone(act: dict[str, str]) -> None:
    user, client = confirmed()
    mail.outbox.clear()
    grow_old(client)
    led_to_prove(client.post("/accounts/email/", act), "/accounts/email/")
    assert [row.email for row in EmailAddress.objects.filter(user=user)] == [ADDRESS]
    assert mail.outbox == []
    prove(client, "/accounts/email/")
    assert [row.email for row in EmailAddress.objects.filter(user=user)] == [ADDRESS], "a proof does nothing by itself"
    if "email" in act:
        assert act["email"] in client.get("/accounts/email/").content.decode(), "what was typed is kept"
    client.post("/accounts/email/", act)
    assert (len(mail.outbox), mail.outbox[0].to) == (1, [act.get("email", ADDRESS)])


class Down(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, letters: object) -> int:
        raise ConnectionRefusedError


def test_a_mail_server_that_does_not_answer_breaks_no_page_and_undoes_nothing(settings: Any) -> None:
    user, client = confirmed()
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    answer = client.post("/accounts/email/", {"email": "new@zyxmail.example", "action_add": ""}, follow=True)
    assert "The letter could not be sent just now." in answer.content.decode()
    new = "eleven-reels-of-safety-film"
    changed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", changed).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert Client().post("/accounts/password/reset/", {"email": ADDRESS}).status_code == 302
    assert client.post("/accounts/email/", {"action_drop": "1"}).status_code == 302
    assert not EmailAddress.objects.filter(user=user).exists()


def test_who_proved_who_they_are_is_still_seen_to_be_signed_in_here() -> None:
    client = signed_in(make_user())
    grow_old(client)
    prove(client, "/accounts/sessions/")
    page = client.get("/accounts/sessions/").content.decode()
    assert "Firefox · Linux" in page
    assert ">here<" in page


def test_a_session_that_ran_out_is_seen_no_more_and_forgotten_with_its_address() -> None:
    user = make_user()
    client, old = signed_in(user), signed_in(user, "Mozilla/5.0 (Windows) Chrome/1")
    Session.objects.filter(pk=old.session.session_key).update(expire_date=NOON)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/accounts/sessions/").content.decode()
    assert "Chrome" not in page
    assert not [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert client.post("/accounts/sessions/", {"end": "9" * 5_000}).status_code == 302
    assert leftovers.forget_ended_sessions(at=NOON + timedelta(days=1)) == 1
    (left,) = UserSession.objects.filter(user=user)
    assert left.session_key == client.session.session_key


def test_where_one_is_signed_in_can_be_seen_and_ended_one_by_one_or_all_but_here() -> None:
    user = make_user()
    here, there, third = (signed_in(user, f"Mozilla/5.0 (Windows) {name}/1") for name in ("Firefox", "Chrome", "OPR"))
    page = here.get("/accounts/sessions/").content.decode()
    assert all(words in page for words in ("Firefox · Windows", "Chrome · Windows", "Opera · Windows"))
    other = UserSession.objects.get(session_key=there.session.session_key)
    signed_in(make_user()).post("/accounts/sessions/", {"end": other.pk})
    assert there.get("/me").status_code == 200, "nobody ends another's"
    here.post("/accounts/sessions/", {"end": other.pk})
    assert there.get("/me").status_code == 302
    here.post("/accounts/sessions/", {"others": "1"})
    assert third.get("/me").status_code == 302
    assert here.get("/me").status_code == 200


def test_a_session_that_ran_out_is_none_and_is_forgotten_within_a_day() -> None:
    user = make_user()
    here, gone = (signed_in(user, f"Mozilla/5.0 (Windows) {name}/1") for name in ("Firefox", "Chrome"))
    Session.objects.filter(pk=gone.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox" in page
    assert "Chrome" not in page
    assert UserSession.objects.filter(user=user).count() == 2
    kept = here.session.session_key
    assert leftovers.forget_ended_sessions(at=timezone.now()) == 1
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept]
    assert list(Session.objects.values_list("pk", flat=True)) == [kept]
    assert here.get("/me").status_code == 200
