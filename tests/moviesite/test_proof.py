"""What must not be done at a screen left alone asks who sits there; whoever shows it comes back to what they typed."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client

from catalog import groups
from catalog.models import Partner, PartnerKey, User
from mlops.models import AuditEvent
from moviesite import proof
from tests.catalog import staff
from tests.factories.catalog import PASSWORD, make_partner, make_partner_key, make_user
from tests.moviesite.codes import app_of, code, recovery_codes_of

pytestmark = pytest.mark.django_db
AGAIN = "/accounts/reauthenticate/"


def grow_old(client: Client, seconds: float = 301) -> None:
    """Let the last proof be that much older."""
    session = client.session
    session[proof.GIVEN] = session[proof.GIVEN] | {"at": session[proof.GIVEN]["at"] - seconds}
    session.save()


def led_to_prove(response: Any, back: str) -> None:
    there = urlsplit(response.url)
    assert (response.status_code, there.path) == (302, AGAIN)
    assert parse_qs(there.query)["next"] == [back]


def prove(client: Client, back: str) -> Any:
    return client.post(AGAIN, {"password": PASSWORD, "next": back})


@pytest.fixture
def boss() -> Client:
    return staff.superuser()


# --- when a proof is fresh -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("age", "asked"), [(0, False), (295, False), (301, True), (-3600, True)])
def test_a_sign_in_is_a_proof_for_five_minutes(boss: Client, age: float, asked: bool) -> None:
    grow_old(boss, age)
    page = boss.post("/admin/auth/group/add/", {"name": "Ushers", "reason": ""})
    assert page.url.startswith(AGAIN) == asked
    assert Group.objects.filter(name="Ushers").exists() != asked


def test_a_proof_by_somebody_else_in_the_same_session_is_none(boss: Client) -> None:
    session = boss.session
    session[proof.GIVEN] = session[proof.GIVEN] | {"by": str(make_user().pk)}
    session.save()
    led_to_prove(boss.post("/admin/auth/group/add/", {"name": "Ushers"}), "/admin/auth/group/add/")


def test_a_sign_in_by_password_at_the_door_is_a_proof() -> None:
    user, client = make_user(is_staff=True, is_superuser=True), Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert client.post("/admin/auth/group/add/", {"name": "Ushers"}).url == "/admin/auth/group/"


def test_a_wrong_password_proves_nothing_and_a_right_one_gives_the_session_another_key(boss: Client) -> None:
    grow_old(boss)
    key = boss.session.session_key
    boss.post(AGAIN, {"password": "wrong", "next": "/admin/"})
    led_to_prove(boss.post("/admin/auth/group/add/", {"name": "Ushers"}), "/admin/auth/group/add/")
    assert boss.session.session_key == key
    assert prove(boss, "/admin/").url == "/admin/"
    assert boss.session.session_key != key
    assert not Session.objects.filter(session_key=key).exists()
    assert boss.post("/admin/auth/group/add/", {"name": "Ushers"}).url == "/admin/auth/group/"


def test_a_code_is_a_proof_as_good_as_a_password() -> None:
    user = make_user(is_staff=True, is_superuser=True)
    app_of(user)
    client = staff.signed_in(user)
    grow_old(client)
    page = client.get(boss_address := f"{AGAIN}?next=/admin/auth/group/add/").content.decode()
    assert boss_address
    assert "Use a code instead" in page
    given = {"code": code(), "next": "/admin/auth/group/add/"}
    assert client.post("/accounts/second-factor/again/", given).url == "/admin/auth/group/add/"
    assert client.post("/admin/auth/group/add/", {"name": "Ushers"}).url == "/admin/auth/group/"


def test_nobody_is_led_to_another_site(boss: Client) -> None:
    assert prove(boss, "https://elsewhere.example/").url == "/"


# --- what asks for one ---------------------------------------------------------------------------------------------
def acts() -> dict[str, tuple[str, dict[str, Any]]]:
    partner, user = make_partner(), make_user("ida")
    key, _ = make_partner_key(partner=partner)
    group = Group.objects.get(name=groups.AUDITORS)
    one, another = (make_partner(active=False) for _ in range(2))
    first = another.history.get()
    again = {"active": "on", "reason": "they are back", "keys-TOTAL_FORMS": 0, "keys-INITIAL_FORMS": 0}
    return {
        "bring the keys of a partner back": (
            f"/admin/catalog/partner/{one.pk}/change/",
            {"name": one.name, **again},
        ),
        "put a partner back": (
            f"/admin/catalog/partner/{another.pk}/history/{first.pk}/",
            {"name": another.name, **again},
        ),
        "add a partner": ("/admin/catalog/partner/add/", {"name": "Odeon Listings", **again}),
        "issue a key": (
            f"/admin/catalog/partner/{partner.pk}/issue_key/",
            {"scopes": ["charts:read"], "expires_on": "2030-01-01"},
        ),
        "revoke a key": (f"/admin/catalog/partnerkey/{key.pk}/revoke/", {"reason": "lost"}),
        "change roles": (
            f"/admin/catalog/user/{user.pk}/change/",
            {"username": "ida", "is_staff": "on", "groups": [group.pk], "reason": "she audits now"},
        ),
        "set a password": (
            f"/admin/catalog/user/{user.pk}/password/",
            {"password1": "ten-reels-of-nitrate", "password2": "ten-reels-of-nitrate"},
        ),
        "change permissions": (f"/admin/auth/group/{group.pk}/change/", {"name": group.name, "reason": "no need"}),
        "delete a group": (f"/admin/auth/group/{group.pk}/delete/", {"post": "yes", "reason": "closed"}),
    }


def state() -> list[Any]:
    return [
        list(Partner.objects.order_by("pk").values()),
        list(PartnerKey.objects.order_by("pk").values()),
        list(User.objects.filter(username="ida").values()),
        list(Group.objects.order_by("pk").values("pk", "name", "permissions")),
    ]


def test_every_grave_act_asks_and_none_is_done_by_proving_alone(boss: Client) -> None:
    asked = acts()
    before = state()
    for address, given in asked.values():
        grow_old(boss)
        led_to_prove(boss.post(address, given), address)
        assert prove(boss, address).url == address
        assert boss.get(address).status_code == 200
        assert state() == before, f"coming back to {address} does nothing by itself"
    for address, given in asked.values():
        boss.post(address, given)
    assert all(now != then for now, then in zip(state(), before, strict=True))
    assert not Partner.objects.filter(active=False).exists()


def test_looking_asks_for_nothing(boss: Client) -> None:
    grow_old(boss, 10_000)
    assert {boss.get(address).status_code for address, _ in acts().values()} == {200}


def test_whoever_sets_anothers_password_is_on_record(boss: Client) -> None:
    anna = make_user("anna", is_staff=True)
    address, given = acts()["set a password"]
    boss.post(address, given)  # a visitor's
    boss.post(f"/admin/catalog/user/{anna.pk}/password/", given | {"password2": "eleven-reels"})
    assert not AuditEvent.objects.filter(body__contains="account.password-set").exists()
    boss.post(f"/admin/catalog/user/{anna.pk}/password/", given)
    event = AuditEvent.objects.get(body__contains="account.password-set")
    assert (event.object, event.actor) == (f"account:{anna.subject_id}", str(User.objects.earliest("pk").subject_id))


def test_htmx_is_told_in_its_own_way(boss: Client) -> None:
    grow_old(boss)
    page = boss.post("/admin/auth/group/add/", {"name": "Ushers"}, headers={"HX-Request": "true"})
    assert (page.status_code, page["HX-Redirect"].partition("?")[0]) == (204, AGAIN)


@pytest.mark.parametrize("act", ["app/remove/", "recovery-codes/new/"])
def test_proving_does_nothing_by_itself_to_a_second_factor(boss: Client, act: str) -> None:
    app_of(User.objects.get())
    boss.post("/accounts/second-factor/again/", {"code": code()})
    recovery_codes_of(User.objects.get())
    kept = list(Authenticator.objects.order_by("pk").values())
    session = boss.session
    session[proof.GIVEN] |= {"at": 0}
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()
    address = f"/accounts/second-factor/{act}"
    led_to_prove(boss.post(address), address)
    assert prove(boss, address).url == address
    assert list(Authenticator.objects.order_by("pk").values()) == kept
    boss.post(address)
    assert list(Authenticator.objects.order_by("pk").values()) != kept


# --- what was typed ------------------------------------------------------------------------------------------------
def test_a_form_comes_back_as_it_was_typed(boss: Client) -> None:
    address, given = acts()["change roles"]
    grow_old(boss)
    boss.post(address, given)
    prove(boss, address)
    form = boss.get(address).context["adminform"].form
    assert (form["reason"].value(), form["is_staff"].value()) == ("she audits now", True)
    assert form["is_active"].value() is False, "a box that was left empty stays empty"
    assert [int(pk) for pk in form["groups"].value()] == given["groups"]
    boss.post(address, given)
    assert boss.get(address).context["adminform"].form["reason"].value() is None, "what is done is forgotten"


def test_the_terms_of_a_key_come_back_as_they_were_typed(boss: Client) -> None:
    address, given = acts()["issue a key"]
    grow_old(boss)
    boss.post(address, given)
    prove(boss, address)
    form = boss.get(address).context["form"]
    assert (form["scopes"].value(), form["expires_on"].value()) == (["charts:read"], "2030-01-01")


def test_no_password_that_was_typed_is_kept(boss: Client) -> None:
    address, given = acts()["set a password"]
    grow_old(boss)
    boss.post(address, given)
    boss.post("/admin/catalog/user/add/", {"username": "new", **given})
    kept = str(dict(boss.session))
    assert "username=new" in kept
    assert "nitrate" not in kept


def test_what_one_person_typed_is_in_no_other_session(boss: Client) -> None:
    address, given = acts()["change roles"]
    grow_old(boss)
    boss.post(address, given)
    another = staff.superuser()
    assert another.get(address).context["adminform"].form["reason"].value() is None


def test_the_return_is_sent_again_by_hand_and_with_a_token_of_its_own() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    address, given = acts()["change roles"]

    def token(page: str) -> dict[str, str]:
        client.get(page)
        return {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}

    grow_old(client)
    led_to_prove(client.post(address, given | token(address)), address)
    assert client.post(AGAIN, {"password": PASSWORD, "next": address}).status_code == 403
    assert client.post(AGAIN, {"password": PASSWORD, "next": address} | token(AGAIN)).url == address
    assert client.post(address, given).status_code == 403
    assert client.post(address, given | token(address)).status_code == 302
    assert User.objects.get(username="ida").is_staff
