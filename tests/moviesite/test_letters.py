"""An address is given, confirmed, used and erased; whether one is known here, nobody else is told."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from catalog.models import User
from catalog.services import erasure, leftovers
from tests.factories.catalog import PASSWORD, make_user
from tests.factories.mlops import NOON
from tests.leftovers import dump, in_database

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


def test_an_address_can_be_taken_away_again() -> None:
    user, client = confirmed()
    client.post("/accounts/email/", {"action_drop": "1"})
    assert not EmailAddress.objects.filter(user=user).exists()


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
