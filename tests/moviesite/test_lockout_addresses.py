"""Lockout by address: strangers wait, whoever has shown something does not, and an address is what our proxy saw."""

from typing import Any

import pytest
from django.test import Client

from moviesite.attempts import PER_ACCOUNT, PER_ADDRESS
from tests.factories.catalog import PASSWORD, make_user
from tests.moviesite.codes import app_of, code
from tests.moviesite.test_lockout import fail, sign_in, signed_in

pytestmark = pytest.mark.django_db
DOOR = "/accounts/login/"


def test_an_address_that_tries_many_names_waits_and_others_do_not() -> None:
    make_user("ida")
    for number in range(PER_ADDRESS):
        fail(f"nobody-{number}", 1)
    assert sign_in(Client(), "ida", PASSWORD).status_code == 429
    client = Client()
    sign_in(client, "ida", PASSWORD, address="192.0.2.2")
    assert signed_in(client)


def test_strangers_at_an_address_keep_nobody_out_who_has_shown_something_there() -> None:
    app_of(boss := make_user("boss", is_staff=True))
    make_user("ida")
    known, open_one, half_way = Client(), Client(), Client()
    sign_in(known, "ida", PASSWORD)
    known.post("/accounts/logout/")
    open_one.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    sign_in(half_way, "boss", PASSWORD)
    for number in range(PER_ADDRESS):
        fail(f"nobody-{number}", 1)
    here = {"REMOTE_ADDR": "192.0.2.1"}
    assert open_one.post("/accounts/reauthenticate/", {"password": PASSWORD}, **here).status_code == 302
    half_way.post("/accounts/second-factor/code/", {"code": code()}, **here)
    sign_in(known, "ida", PASSWORD)
    assert signed_in(half_way)
    assert signed_in(known)
    assert sign_in(Client(), "ida", PASSWORD).status_code == 429


def test_whoever_fails_after_showing_something_makes_strangers_at_the_address_wait_all_the_same() -> None:
    for _ in range(PER_ADDRESS // PER_ACCOUNT):
        client = Client()
        client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
        for _ in range(PER_ACCOUNT):
            client.post("/accounts/reauthenticate/", {"password": "wrong"}, REMOTE_ADDR="192.0.2.1")
    assert sign_in(Client(), "nobody").status_code == 429


def test_an_old_address_in_the_clothes_of_a_new_one_is_itself_and_no_network() -> None:
    for number in range(PER_ADDRESS):
        fail(f"nobody-{number}", 1, address="::ffff:198.51.100.7" if number % 2 else "198.51.100.7")
    assert sign_in(Client(), "nobody", address="::ffff:198.51.100.7").status_code == 429
    assert sign_in(Client(), "nobody", address="::ffff:203.0.113.9").status_code == 200


def test_addresses_of_one_network_of_ipv6_are_one_address() -> None:
    for number in range(PER_ADDRESS):
        fail(f"nobody-{number}", 1, address=f"2001:db8::{number + 1:x}")
    assert sign_in(Client(), "nobody", address="2001:db8::ffff").status_code == 429
    assert sign_in(Client(), "nobody", address="2001:db8:0:1::1").status_code == 200


def test_behind_a_proxy_the_address_is_the_one_that_our_proxy_saw(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(PER_ADDRESS):
        forged = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}, 203.0.113.9"}
        Client().post(DOOR, {"login": f"nobody-{number}", "password": "wrong"}, **forged)
    said = {"HTTP_X_FORWARDED_FOR": "198.51.100.77, 203.0.113.9"}
    assert Client().post(DOOR, {"login": "nobody", "password": "wrong"}, **said).status_code == 429
    other = {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.77"}
    assert Client().post(DOOR, {"login": "nobody", "password": "wrong"}, **other).status_code == 200
