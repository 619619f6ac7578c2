"""A second factor: set up, asked for, lost; required of staff in production, offered elsewhere."""

import subprocess
import sys
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from catalog.models import User
from mlops.models import AuditEvent
from moviesite import proof
from tests.architecture.tree import ROOT
from tests.catalog import staff
from tests.factories.catalog import PASSWORD, make_user
from tests.moviesite.codes import SECRET, app_of, code, recovery_codes_of, wrong

pytestmark = pytest.mark.django_db
APP, CODE = "/accounts/second-factor/app/", "/accounts/second-factor/code/"


@pytest.fixture
def boss() -> User:
    return make_user("boss", is_staff=True, is_superuser=True)


def sign_in(client: Client, user: User, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD, **more})


def grow_old(client: Client) -> None:
    """Let the last proof be older than any that counts."""
    session = client.session
    session[proof.GIVEN] = session[proof.GIVEN] | {"at": 0}
    session.save()


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def actions() -> list[str]:
    return [event.action for event in AuditEvent.objects.order_by("seq")]


# --- set up, asked for ---------------------------------------------------------------------------------------------
def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(boss: User) -> None:
    client = Client()
    sign_in(client, boss)
    secret = client.get(APP).context["form"].secret
    assert client.post(APP, {"code": wrong()}).status_code == 200
    assert client.post(APP, {"code": code(secret)}).url == "/accounts/second-factor/recovery-codes/"
    assert len(client.get("/accounts/second-factor/recovery-codes/").context["unused_codes"]) == 10
    assert client.get("/accounts/second-factor/recovery-codes/").context["can_view_codes"] is False
    client.post("/accounts/logout/")
    assert sign_in(client, boss, next="/admin/").url == CODE
    assert not signed_in(client)
    assert client.post(CODE, {"code": wrong()}).status_code == 200
    assert client.post(CODE, {"code": code(secret, later=1)}).url == "/admin/"
    assert signed_in(client)
    assert client.get("/accounts/second-factor/").status_code == 200


def test_a_code_opens_once_whatever_the_cache_remembers(boss: User) -> None:
    app_of(boss)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, boss)
        client.post(CODE, {"code": code()})
    assert (signed_in(first), signed_in(second)) == (True, False)
    second.post(CODE, {"code": f"{code(later=1)[:3]} {code(later=1)[3:]}"})
    assert signed_in(second)
    third = Client()
    sign_in(third, boss)
    assert "used before" in third.post(CODE, {"code": code()}).content.decode(), "nor one from before the last"


def test_a_recovery_code_opens_once(boss: User) -> None:
    app_of(boss)
    spare = recovery_codes_of(boss)[3]
    for expected in (True, False):
        client = Client()
        sign_in(client, boss)
        client.post(CODE, {"code": spare})
        assert signed_in(client) is expected


@pytest.mark.parametrize("given", [{}, {"code": ""}, {"code": "\x00" * 6}, {"code": "9" * 10_000}, {"code": "١٢٣٤٥٦"}])
def test_what_is_no_code_is_refused_in_words(boss: User, given: dict[str, str]) -> None:
    app_of(boss)
    client = Client()
    sign_in(client, boss)
    assert client.post(CODE, given).status_code == 200
    assert not signed_in(client)


def test_no_secret_is_in_the_database_and_another_secret_key_reads_none(boss: User, settings: Any) -> None:
    app_of(boss)
    recovery_codes_of(boss)
    assert SECRET not in str(list(Authenticator.objects.values("data")))
    client = Client()
    sign_in(client, boss)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" + "y" * 50
    client = Client()
    sign_in(client, boss)
    assert "cannot be read any more" in client.post(CODE, {"code": code()}).content.decode()
    settings.SECRET_KEY_FALLBACKS = [old]
    client.post(CODE, {"code": code()})
    assert signed_in(client)


def test_setting_up_and_removing_ask_for_a_fresh_proof(boss: User) -> None:
    client = Client()
    sign_in(client, boss)
    grow_old(client)
    assert client.get(APP).url.startswith("/accounts/reauthenticate/")
    app_of(boss)
    client = Client()
    sign_in(client, boss)
    client.post(CODE, {"code": code()})
    grow_old(client)
    assert client.post(f"{APP}remove/").url.startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("is_staff", [True, False], ids=["staff", "a visitor"])
@pytest.mark.parametrize("act", ["second-factor/app/remove/", "second-factor/recovery-codes/new/", "password/change/"])
def test_a_password_alone_takes_no_second_factor_over(act: str, is_staff: bool) -> None:
    user, client = make_user(is_staff=is_staff), Client()
    sign_in(client, user)
    app_of(user)
    recovery_codes_of(user)
    kept = list(Authenticator.objects.order_by("pk").values())
    given = {"oldpassword": PASSWORD, "password1": "ten-reels-of-nitrate", "password2": "ten-reels-of-nitrate"}
    again = {"password": PASSWORD, "next": f"/accounts/{act}"}
    for _ in range(2):
        led = client.post(f"/accounts/{act}", given).url
        assert led == f"/accounts/second-factor/again/?next={quote(f'/accounts/{act}', safe='')}"
        client.post("/accounts/reauthenticate/", again)
    assert list(Authenticator.objects.order_by("pk").values()) == kept
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert client.post("/accounts/second-factor/again/", again | {"code": code()}).url == f"/accounts/{act}"
    assert "again" not in client.post(f"/accounts/{act}", given).url


def test_recovery_codes_that_nobody_saw_yet_are_shown_to_no_password_alone(boss: User) -> None:
    client = Client()
    sign_in(client, boss)
    app_of(boss)
    recovery_codes_of(boss)
    assert client.get("/accounts/second-factor/recovery-codes/").url.startswith("/accounts/second-factor/again/")
    client.post("/accounts/second-factor/again/", {"code": code()})
    assert client.get("/accounts/second-factor/recovery-codes/").context["can_view_codes"]


def test_setting_one_up_ends_the_sessions_that_a_password_alone_opened(boss: User) -> None:
    here, elsewhere, anna = Client(), Client(), staff.signed_in(make_user("anna", is_staff=True))
    for client in (here, elsewhere):
        sign_in(client, boss)
    here.post(APP, {"code": code(here.get(APP).context["form"].secret)})
    assert [client.get("/accounts/second-factor/").status_code for client in (here, elsewhere, anna)] == [200, 302, 200]
    assert not signed_in(elsewhere)


def test_a_code_typed_after_the_proof_grew_old_is_not_lost(boss: User) -> None:
    client, other = staff.signed_in(boss), staff.signed_in(boss)
    secret = client.get(APP).context["form"].secret
    grow_old(client)
    assert client.post(APP, {"code": code(secret)}).url.startswith("/accounts/reauthenticate/")
    assert other.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": APP}).url == APP
    assert not Authenticator.objects.exists(), "what was sent in one session is done in no other"
    shown = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": APP})
    assert shown.url == "/accounts/second-factor/recovery-codes/"
    assert Authenticator.objects.count() == 2


# --- on record -----------------------------------------------------------------------------------------------------
def test_what_staff_do_with_it_is_on_record_without_a_name(boss: User) -> None:
    client = Client()
    sign_in(client, boss)
    client.post(APP, {"code": code(client.get(APP).context["form"].secret)})
    client.post("/accounts/second-factor/recovery-codes/new/")
    client.post(f"{APP}remove/")
    assert actions() == [
        "account.second-factor-added", "account.recovery-codes-made", "account.second-factor-removed",
    ]  # fmt: skip
    event = AuditEvent.objects.earliest("seq")
    assert (event.actor, event.object) == (str(boss.subject_id), f"account:{boss.subject_id}")
    assert "boss" not in "".join(event.body for event in AuditEvent.objects.all())


def test_a_visitor_may_have_one_and_nothing_a_visitor_does_here_is_on_record() -> None:
    client, ida = Client(), make_user()
    sign_in(client, ida)
    client.post(APP, {"code": code(client.get(APP).context["form"].secret)})
    assert Authenticator.objects.filter(user=ida).count() == 2
    assert actions() == []


# --- required ------------------------------------------------------------------------------------------------------
def test_where_it_is_required_staff_are_led_to_set_it_up_before_any_page(boss: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client = Client()
    sign_in(client, boss)
    for address in ("/admin/", "/admin/catalog/user/", "/admin/no-such-page/"):
        assert client.get(address).url.startswith(APP)
    assert client.post("/admin/auth/group/add/", {"name": "Ushers"}).url.startswith(APP)
    assert client.get("/top").status_code != 302
    client.post(APP, {"code": code(client.get(APP).context["form"].secret)})
    assert client.get("/admin/jsi18n/").status_code == 200
    assert client.get("/admin/catalog/user/add/").status_code == 200


def test_a_session_that_never_showed_one_shows_it_first(boss: User, settings: Any) -> None:
    client = Client()
    sign_in(client, boss)
    settings.STAFF_SECOND_FACTOR = True
    app_of(boss)
    again = client.get("/admin/catalog/user/add/").url
    assert again == "/accounts/second-factor/again/?next=%2Fadmin%2Fcatalog%2Fuser%2Fadd%2F"
    client.post("/accounts/second-factor/again/", {"code": code()})
    assert client.get("/admin/catalog/user/add/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/admin/").url.startswith(APP)


def test_elsewhere_staff_come_in_with_a_password(boss: User) -> None:
    client = Client()
    sign_in(client, boss)
    assert client.get("/admin/catalog/user/add/").status_code == 200


def test_production_cannot_be_without_it() -> None:
    told = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "films.example", "STAFF_SECOND_FACTOR": "no"}
    told |= {"DATABASE_URL": "postgres://x@localhost/x", "REDIS_URL": "redis://localhost"}
    script = "from moviesite.settings import production; print(production.STAFF_SECOND_FACTOR)"
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=told, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"


@pytest.mark.parametrize("page", ["/admin/catalog/user/", "/accounts/second-factor/", "/accounts/password/change/"])
def test_a_staff_session_ends_after_half_a_day(boss: User, page: str) -> None:
    client = Client()
    sign_in(client, boss)
    assert client.get(page).status_code == 200
    session = client.session
    session[proof.SIGNED_IN] -= 12 * 3600
    session.save()
    assert client.get(page).url == f"/accounts/login/?next={quote(page, safe='')}"
    assert not signed_in(client)


def test_a_new_password_ends_the_sessions_elsewhere(boss: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client, boss)
    new = {"oldpassword": PASSWORD, "password1": "ten-reels-of-nitrate", "password2": "ten-reels-of-nitrate"}
    here.post("/accounts/password/change/", new)
    assert here.get("/accounts/second-factor/").status_code == 200
    assert elsewhere.get("/accounts/second-factor/").status_code == 302
