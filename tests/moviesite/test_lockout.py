"""After too many failures nobody is let in for minutes: by account and by address, whatever the cache remembers."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.errors import TooManyAttempts
from catalog.models import Attempt, User
from catalog.services import attempts
from mlops.models import AuditEvent
from moviesite.attempts import PER_ACCOUNT
from tests.clock import NOON
from tests.factories.catalog import PASSWORD, make_user
from tests.moviesite.codes import app_of, code, wrong

pytestmark = pytest.mark.django_db
DOOR = "/accounts/login/"


def sign_in(client: Client, name: str, password: str = "wrong", address: str = "192.0.2.1") -> Any:
    return client.post(DOOR, {"login": name, "password": password}, REMOTE_ADDR=address)


def fail(name: str, times: int = PER_ACCOUNT, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        assert sign_in(Client(), name, address=address).status_code == 200


def later(seconds: float) -> None:
    """Let time pass: what was attempted is so much older."""
    for attempt in Attempt.objects.all():
        Attempt.objects.filter(pk=attempt.pk).update(at=attempt.at - timedelta(seconds=seconds))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- accounts ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("known", [True, False], ids=["an account", "no account"])
def test_after_the_last_failure_even_the_right_password_waits(known: bool) -> None:
    name = make_user("ida").username if known else "nobody"
    fail(name)
    client = Client()
    page = sign_in(client, name, PASSWORD)
    assert page.status_code == 429
    assert 290 < int(page["Retry-After"]) <= 300
    assert "For 5 minutes no password and no code is taken here" in page.content.decode()
    assert not signed_in(client)


def test_a_failure_says_the_same_of_an_account_and_of_none() -> None:
    make_user("ida")
    pages = [sign_in(Client(), name).content.decode().replace(name, "NAME") for name in ("ida", "nob")]
    words = {re.sub('name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", page) for page in pages}
    assert len(words) == 1


def test_other_spellings_of_a_name_are_the_same_name() -> None:
    make_user("ida")
    for name in ("ida", "IDA", " Ida", "ｉda", "iDa "):
        sign_in(Client(), name)
    assert sign_in(Client(), "ida", PASSWORD).status_code == 429


def test_the_wait_is_short_and_trying_does_not_make_it_longer() -> None:
    make_user("ida")
    fail("ida")
    later(200)
    for _ in range(10):
        assert sign_in(Client(), "ida").status_code == 429
    later(101)
    client = Client()
    sign_in(client, "ida", PASSWORD)
    assert signed_in(client)


def test_who_fails_under_somebodys_name_does_not_lock_that_persons_own_browser() -> None:
    make_user("ida")
    mine, another = Client(), Client()
    sign_in(mine, "ida", PASSWORD)
    mine.post("/accounts/logout/")
    fail("ida", address="203.0.113.9")
    assert sign_in(another, "ida", PASSWORD, address="192.0.2.7").status_code == 429
    sign_in(mine, "ida", PASSWORD, address="192.0.2.7")
    assert signed_in(mine)


def test_a_browser_known_as_one_account_has_no_more_tries_at_another() -> None:
    make_user("ida")
    make_user("ada")
    mine = Client()
    sign_in(mine, "ida", PASSWORD)
    mine.post("/accounts/logout/")
    fail("ada")
    assert sign_in(mine, "ada", PASSWORD).status_code == 429
    mine.cookies["known"] = mine.cookies["known"].value[:-2] + "xx"
    fail("ida")
    assert sign_in(mine, "ida", PASSWORD).status_code == 429, "a cookie made up is none"


def test_a_success_takes_back_its_own_attempt_and_no_failure() -> None:
    make_user("ida")
    fail("ida", 4)
    sign_in(Client(), "ida", PASSWORD)
    assert Attempt.objects.count() == 2 * 4
    fail("ida", 1)
    assert sign_in(Client(), "ida", PASSWORD).status_code == 429


# --- what counts them ----------------------------------------------------------------------------------------------
def test_a_flushed_broker_forgets_no_failure(valkey: str) -> None:
    from django.core.cache import cache

    make_user("ida")
    fail("ida")
    cache.clear()
    assert sign_in(Client(), "ida", PASSWORD).status_code == 429


def test_those_who_try_at_the_same_moment_are_never_more_than_allowed() -> None:
    limits = {"account:ida": 5}
    begun = [attempts.begin(limits=limits, at=NOON) for _ in range(5)]
    with pytest.raises(TooManyAttempts):
        attempts.begin(limits=limits, at=NOON)
    attempts.succeed(begun[0])
    attempts.begin(limits=limits, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_try_at_once_no_more_are_let_through_than_allowed() -> None:
    together = threading.Barrier(12)

    def attempt(_: int) -> bool:
        together.wait(10)
        try:
            attempts.begin(limits={"account:ida": 5}, at=NOON)
        except TooManyAttempts:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as threads:
        let_through = sum(threads.map(attempt, range(12)))
    assert let_through == Attempt.objects.count() <= 5


def test_a_limit_of_the_account_pages_themselves_says_to_wait_too(valkey: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sign_in(Client(), "ida")
    page = sign_in(Client(), "ida")
    assert (page.status_code, page["Retry-After"]) == (429, "60")


def test_what_is_kept_names_nobody_and_goes_within_the_hour() -> None:
    make_user("ida")
    fail("ida")
    assert "ida" not in str(list(Attempt.objects.values()))
    later(3_601)
    fail("another", 1)
    assert Attempt.objects.count() == 2


# --- other proofs --------------------------------------------------------------------------------------------------
def test_codes_are_counted_as_passwords_are() -> None:
    app_of(user := make_user("ida"))
    client = Client()
    assert sign_in(client, "ida", PASSWORD).url == "/accounts/second-factor/code/"
    for _ in range(PER_ACCOUNT):
        assert client.post("/accounts/second-factor/code/", {"code": wrong()}).status_code == 200
    page = client.post("/accounts/second-factor/code/", {"code": code()})
    assert (page.status_code, signed_in(client)) == (429, False)
    again = Client()
    again.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for _ in range(PER_ACCOUNT):
        assert again.post("/accounts/second-factor/again/", {"code": wrong()}).status_code == 200
    assert again.post("/accounts/second-factor/again/", {"code": code()}).status_code == 429


@pytest.mark.parametrize(
    ("page", "field"), [("/accounts/reauthenticate/", "password"), ("/accounts/password/change/", "oldpassword")]
)
def test_a_found_session_guesses_no_password(page: str, field: str) -> None:
    client, user = Client(), make_user()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    new = {"password1": "ten-reels-of-nitrate", "password2": "ten-reels-of-nitrate"}
    for _ in range(PER_ACCOUNT):
        assert client.post(page, {field: "wrong"} | new).status_code == 200
    assert client.post(page, {field: PASSWORD} | new).status_code == 429
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("page", ["/admin/password_change/", "/admin/password_change/done/"])
def test_the_admin_takes_no_password_on_a_page_of_its_own(page: str) -> None:
    client, user = Client(), make_user(is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    new = {"new_password1": "ten-reels-of-nitrate", "new_password2": "ten-reels-of-nitrate"}
    assert (
        client.get(page).url == client.post(page, {"old_password": PASSWORD} | new).url == "/accounts/password/change/"
    )
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_the_lockout_of_staff_is_on_record_once_and_of_nobody_else() -> None:
    boss = make_user("boss", is_staff=True)
    make_user("ida")
    for name in ("boss", "ida", "nobody"):
        fail(name)
        assert sign_in(Client(), name).status_code == 429
    event = AuditEvent.objects.get()
    assert (event.action, event.object, event.actor) == ("account.locked-out", f"account:{boss.subject_id}", "system")
    assert "boss" not in event.body
    assert "192.0.2" not in event.body


class CountingHasher(MD5PasswordHasher):
    """What costs time at a sign-in, counted."""

    algorithm = "counting"
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed += 1
        return super().encode(password, salt)


# The failure that locks a staff account is on record, and only there: that one costs more.
@pytest.mark.parametrize(("is_staff", "failures"), [(False, PER_ACCOUNT), (True, PER_ACCOUNT - 1)])
def test_an_account_and_none_cost_the_same_work(settings: Any, is_staff: bool, failures: int) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    make_user("ida", is_staff=is_staff)
    cost: dict[str, list[tuple[int, int]]] = {"ida": [], "nobody": []}
    for name, spent in cost.items():
        for _ in range(failures):
            CountingHasher.hashed = 0
            with CaptureQueriesContext(connection) as asked:
                sign_in(Client(), name)
            spent.append((CountingHasher.hashed, len(asked)))
    assert cost["ida"] == cost["nobody"]
    assert cost["ida"][0][0] > 0
