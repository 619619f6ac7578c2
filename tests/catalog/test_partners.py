"""Partner keys: issued once, recognised by their hash, revoked for good, all of it on record."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog import key_text
from catalog.errors import KeyRefused
from catalog.models import Partner, PartnerKey, User
from catalog.services import partners
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)
BOTH = ["catalog:read", "charts:read"]


def issue(by: Any = SYSTEM, partner: Partner | None = None, **given: Any) -> tuple[PartnerKey, str]:
    terms = {"scopes": BOTH, "expires_at": NOON + YEAR, **given}
    return partners.issue_key(partner=partner or make.make_partner(), by=by, at=NOON, **terms)


# --- its text ----------------------------------------------------------------------------------------------------
def test_a_key_is_our_prefix_160_random_bits_and_a_checksum() -> None:
    secrets = {key_text.new_secret() for _ in range(200)}
    assert len(secrets) == 200
    for plain in secrets:
        assert plain.startswith("rmk_live_")
        assert len(plain) == 45
        assert key_text.well_formed(plain)
    assert 62**key_text.RANDOM > 2**160


def test_the_checksum_is_crc32_in_base_62() -> None:
    # CRC-32 of «123456789» is 0xCBF43926 = 3,421,780,262 = 3·62⁵ + 45·62⁴ + 35·62³ + 27·62² + 22·62 + 14
    assert 3 * 62**5 + 45 * 62**4 + 35 * 62**3 + 27 * 62**2 + 22 * 62 + 14 == 0xCBF43926
    assert key_text.checksum("123456789") == "3jZRME"


@pytest.mark.parametrize("place", [0, 3, 4, 9, 20, 33, 39, 44])
def test_one_wrong_sign_shows_without_a_database(place: int) -> None:
    plain = key_text.new_secret()
    other = "b" if plain[place] != "b" else "c"
    assert not key_text.well_formed(plain[:place] + other + plain[place + 1 :])


@pytest.mark.parametrize("text", ["", "rmk_", "rmk_short", "é" * 45, "rmk_live_" + "a" * 37, "rmk_real_" + "a" * 36])
def test_what_is_shaped_otherwise_is_no_key(text: str) -> None:
    assert not key_text.well_formed(text)


# --- issuing -----------------------------------------------------------------------------------------------------
def test_only_a_hash_and_the_last_four_signs_are_kept() -> None:
    key, plain = issue()
    kept = PartnerKey.objects.get()
    assert kept == key
    assert kept.hash == hashlib.sha256(plain.encode()).hexdigest()
    assert kept.last_four == plain[-4:]
    assert kept.scopes == BOTH
    assert (kept.created_at, kept.expires_at) == (NOON, NOON + YEAR)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert plain not in repr(cursor.fetchall())


def test_issuing_is_audited_and_remembers_who() -> None:
    officer = make.make_user("officer")
    key, plain = issue(by=officer)
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.object, event.actor) == (
        "partner_key.issued",
        f"partner_key:{key.pk}",
        str(officer.subject_id),
    )
    assert event.facts["detail"]["scopes"] == BOTH
    assert "officer" not in event.body
    assert plain[-6:] not in event.body
    record = key.history.get()
    assert (record.history_user_id, record.history_date) == (officer.subject_id, NOON)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["charts:write"]}, "charts:read"),
        ({"expires_at": NOON}, "expires_at"),
        ({"expires_at": NOON - YEAR}, "expires_at"),
        ({"expires_at": NOON + 3 * YEAR}, "expires_at"),
    ],
)
def test_terms_that_cannot_be_are_refused_and_leave_nothing(terms: dict[str, Any], said: str) -> None:
    with pytest.raises(KeyRefused, match=said):
        issue(**terms)
    assert not PartnerKey.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_partner_who_left_gets_no_key() -> None:
    with pytest.raises(KeyRefused, match="not active"):
        issue(partner=make.make_partner(active=False))


# --- recognising -------------------------------------------------------------------------------------------------
def test_the_secret_is_recognised_until_it_expires() -> None:
    key, plain = issue()
    assert partners.authenticate(plain, NOON) == key
    assert partners.authenticate(plain, NOON + YEAR - timedelta(seconds=1)) == key
    with pytest.raises(KeyRefused, match="expired on 1 June 2027"):
        partners.authenticate(plain, NOON + YEAR)


@pytest.mark.parametrize("text", ["", "rmk_nope", "\0", "\ud800", "rmk_" + "0" * 36, "ключ"])
def test_a_text_that_is_no_key_says_so(text: str) -> None:
    with pytest.raises(KeyRefused, match="copy it again"):
        partners.authenticate(text, NOON)


def test_a_well_formed_stranger_is_not_known() -> None:
    with pytest.raises(KeyRefused, match="not known"):
        partners.authenticate(key_text.new_secret(), NOON)


# --- revoking ----------------------------------------------------------------------------------------------------
def test_a_revoked_key_never_works_again() -> None:
    officer = make.make_user()
    key, plain = issue()
    later = NOON + timedelta(days=1)
    partners.revoke_key(key=key, by=officer, at=later, reason="found in a log")
    with pytest.raises(KeyRefused, match="revoked on 2 June 2026"):
        partners.authenticate(plain, later)
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.reason) == ("partner_key.revoked", "found in a log")
    record = key.history.latest()
    assert (record.history_user_id, record.history_change_reason) == (officer.subject_id, "found in a log")


def test_a_key_is_revoked_once_and_with_a_reason() -> None:
    key, _ = issue()
    with pytest.raises(KeyRefused, match="reason"):
        partners.revoke_key(key=key, by=SYSTEM, at=NOON, reason="  ")
    partners.revoke_key(key=key, by=SYSTEM, at=NOON, reason="leaked")
    with pytest.raises(KeyRefused, match="revoked before, on 1 June 2026"):
        partners.revoke_key(key=key, by=SYSTEM, at=NOON + YEAR, reason="again")
    assert PartnerKey.objects.get().revoked_at == NOON
    assert AuditEvent.objects.count() == 2


def test_what_cannot_be_audited_does_not_happen() -> None:
    class Nobody:
        @property
        def subject_id(self) -> str:
            raise RuntimeError("no actor")

    with pytest.raises(RuntimeError):
        issue(by=Nobody())
    assert not PartnerKey.objects.exists()


def test_the_history_of_a_machines_key_names_nobody() -> None:
    key, _ = issue()
    assert key.history.get().history_user_id is None
    assert not User.objects.exists()


# --- the command -------------------------------------------------------------------------------------------------
def command(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("partner_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_the_key_alone_and_makes_the_partner_once() -> None:
    out, err = command("Cinémathèque", "--scopes", "charts:read", "--days", "7")
    plain = out.removesuffix("\n")
    key = PartnerKey.objects.get()
    assert partners.authenticate(plain, key.created_at) == key
    assert (key.partner.name, key.scopes) == ("Cinémathèque", ["charts:read"])
    assert key.expires_at - key.created_at == timedelta(days=7)
    assert plain not in err
    command("Cinémathèque")
    assert Partner.objects.count() == 1
    assert PartnerKey.objects.latest("pk").scopes == sorted(PartnerKey.READ)


@pytest.mark.parametrize(
    "arguments",
    [
        ["X", "--days", "0"],
        ["X", "--days", "-1"],
        ["X", "--days", "733"],
        ["X", "--days", "1.5"],
        ["X", "--days", "９"],
        ["X", "--days", "9" * 400],
        ["X", "--scopes", ""],
        ["X", "--scopes", "all"],
        [""],
        [" "],
        ["a" * 101],
        ["a\0b"],
    ],
)
def test_the_command_refuses_what_cannot_be_and_leaves_nothing(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        command(*arguments)
    assert not Partner.objects.exists()


# --- rolling -----------------------------------------------------------------------------------------------------
def test_a_rolled_key_lives_on_for_the_overlap_and_its_heir_has_the_same_terms() -> None:
    terms = {"territories": ["GB", "DE"], "networks": ["192.0.2.0/24"], "label": "nightly", "test": True}
    old, old_plain = issue(scopes=["ratings:write"], **terms)
    new, plain = partners.roll_key(
        key=old, overlap=timedelta(days=2), expires_at=NOON + YEAR, by=SYSTEM, at=NOON + timedelta(hours=1)
    )
    assert plain.startswith("rmk_test_")
    assert (new.scopes, new.territories, new.networks) == (["ratings:write"], ["DE", "GB"], ["192.0.2.0/24"])
    assert (new.label, new.test, new.rolled_from, new.partner) == ("nightly", True, old, old.partner)
    here, later = "192.0.2.7", NOON + timedelta(days=2)
    assert partners.authenticate(old_plain, later, here) == old
    with pytest.raises(KeyRefused, match="expired"):
        partners.authenticate(old_plain, later + timedelta(hours=1), here)
    assert partners.authenticate(plain, later + timedelta(hours=1), here) == new
    acts = [event.action for event in AuditEvent.objects.order_by("-seq")[:2]]
    assert acts == ["partner_key.shortened", "partner_key.rolled"]
    with pytest.raises(KeyRefused, match="rolled before"):
        partners.roll_key(key=old, overlap=timedelta(), expires_at=NOON + YEAR, by=SYSTEM, at=NOON)


def test_without_an_overlap_a_rolled_key_ends_at_once() -> None:
    old, plain = issue()
    at = NOON + timedelta(minutes=1)
    partners.roll_key(key=old, overlap=timedelta(), expires_at=NOON + YEAR, by=SYSTEM, at=at)
    with pytest.raises(KeyRefused, match="expired"):
        partners.authenticate(plain, at)


def test_an_overlap_never_makes_a_key_live_longer_and_has_an_end_itself() -> None:
    old, _ = issue(expires_at=NOON + timedelta(days=1))
    with pytest.raises(KeyRefused, match="overlap"):
        partners.roll_key(key=old, overlap=timedelta(days=8), expires_at=NOON + YEAR, by=SYSTEM, at=NOON)
    partners.roll_key(key=old, overlap=timedelta(days=7), expires_at=NOON + YEAR, by=SYSTEM, at=NOON)
    old.refresh_from_db()
    assert old.expires_at == NOON + timedelta(days=1)


# --- narrower terms ----------------------------------------------------------------------------------------------
def test_a_key_that_writes_lives_for_a_year_at_most() -> None:
    issue(expires_at=NOON + timedelta(days=700))
    issue(scopes=["ratings:write"], expires_at=NOON + timedelta(days=366))
    with pytest.raises(KeyRefused, match="may write lives"):
        issue(scopes=["ratings:write"], expires_at=NOON + timedelta(days=367))


@pytest.mark.parametrize("address", ["192.0.3.1", "2001:db9::1", "", "nowhere"])
def test_a_key_of_a_network_opens_nothing_from_elsewhere(address: str) -> None:
    _, plain = issue(networks=["192.0.2.0/24", "2001:db8::/32"])
    with pytest.raises(KeyRefused, match="not used from here"):
        partners.authenticate(plain, NOON, address)
    for here in ("192.0.2.255", "2001:db8::1"):
        assert partners.authenticate(plain, NOON, here)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"territories": ["XX"]}, "territories"),
        ({"territories": ["001"]}, "territories"),
        ({"networks": ["192.0.2.1/24"]}, "networks"),
        ({"networks": [f"192.0.2.{place}" for place in range(21)]}, "networks"),
        ({"label": "x" * 61}, "label"),
        ({"label": "a\nb"}, "label"),
        ({"version": "2020-01-01"}, "version"),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: Any, words: str) -> None:
    with pytest.raises(KeyRefused, match=words):
        issue(**terms)
    assert not PartnerKey.objects.exists()


def test_whoever_may_write_may_read() -> None:
    key, _ = issue(scopes=["ratings:write"])
    assert key.may("ratings:read")
    assert not key.may("webhooks:read")
    assert not issue(scopes=["ratings:read"])[0].may("ratings:write")
