"""Where a webhook may not be sent: every guise of a private address, as it is saved and as it is sent."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from catalog.outward import addresses, guard, sending, signing
from catalog.outward.guard import Allowed, Refused

NOTHING = Allowed()
PUBLIC = "93.184.215.14"

FORMS = (  # told by the address itself
    "http://example.com/",
    "https://example.com:8443/",
    "https://user@example.com/",
    "https://user:word@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.0.0.1:443/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0X7F.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.8/",
    "https://192.0.0.9/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:53aa:64c::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[5f00::1]/",
    "https://[1.2.3.4]/",
    "https://[1]/",
    "https://[....]/",
    "https://[:::]/",
    "https://[::ffff:1.2.3.4.5]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://api.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.lan/",
    "https://intranet/",
    "https://example.com./",
    "https://localhost./",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://ⓛocalhost/",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://127.0.0.1%2f@example.com/",
    "https://example.com:443@127.0.0.1/",
    "https://-example-.com/",
    "https://ex_ample.com/",
    "https:///hooks",
    "https:example.com",
    "//example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com\r\nHost: 127.0.0.1/",
    "https://example.com/" + "x" * 500,
    "",
)
PRIVATE = (  # told by what a name resolves to
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
)


def resolver(*found: str) -> guard.Resolver:
    def resolved(host: str, port: int) -> Sequence[str]:
        return found

    return resolved


def saved(url: str, *found: str, allow: Allowed = NOTHING) -> guard.Target:
    return guard.checked(guard.taken_apart(url, allow), allow, resolver(*found or (PUBLIC,)))


def test_there_are_forms_enough() -> None:
    assert len(set(FORMS)) + len(set(PRIVATE)) >= 40


@pytest.mark.parametrize("url", FORMS)
def test_a_form_of_a_private_address_is_refused_as_it_is_saved(url: str) -> None:
    with pytest.raises(Refused):
        saved(url)


@pytest.mark.parametrize("url", FORMS)
def test_and_as_it_is_sent(url: str) -> None:
    outcome = sending.send(url, b"{}", {}, allow=NOTHING, resolve=resolver(PUBLIC))
    assert outcome.status is None
    assert outcome.problem.startswith("refused: the address")


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused_at_both(address: str) -> None:
    """One among several is enough: which of them is connected to is not for the name to choose."""
    for found in ((address,), (PUBLIC, address)):
        with pytest.raises(Refused):
            saved("https://hooks.example.com/", *found)
        outcome = sending.send("https://hooks.example.com/", b"{}", {}, allow=NOTHING, resolve=resolver(*found))
        assert outcome.problem.startswith("refused: the address leads to")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/in?from=retromovies",
        "https://hooks.example.com",
        "HTTPS://HOOKS.example.com/".replace("HTTPS", "https"),
        "https://xn--bcher-kva.example/",
        "https://93.184.215.14/",
        "https://[2606:4700::1111]/",
        "https://hooks.example.com:443/",
        "https://7eleven.example.com/",
    ],
)
def test_addresses_of_the_open_internet_pass(url: str) -> None:
    target = saved(url, PUBLIC, "2606:4700::1111")
    assert target.found
    assert target.port == 443
    assert target.secure


@pytest.mark.parametrize(
    ("rest", "path"), [("", "/"), ("/", "/"), ("/in/a;b?c=d/e", "/in/a;b?c=d/e"), ("?c=d", "/?c=d"), ("//in", "//in")]
)
def test_the_path_is_asked_for_as_it_was_written(rest: str, path: str) -> None:
    assert saved(f"https://hooks.example.com{rest}").path == path


def test_what_wraps_a_public_address_is_judged_by_it() -> None:
    assert addresses.is_public(ip_address("::ffff:93.184.215.14"))
    assert addresses.is_public(ip_address("64:ff9b::5db8:d70e"))
    assert not addresses.is_public(ip_address("64:ff9b::a9fe:a9fe"))


def test_a_name_is_resolved_once_and_what_was_checked_is_what_is_connected_to() -> None:
    """A name that answers otherwise the second time is not asked a second time."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    target = guard.checked(guard.taken_apart("https://rebind.example.com/", NOTHING), NOTHING, rebinding)
    assert [str(address) for address in target.found] == [PUBLIC]
    assert len(asked) == 1


def test_a_name_without_an_address_is_no_refusal() -> None:
    target = guard.taken_apart("https://not-yet.example.com/", NOTHING)
    with pytest.raises(OSError, match="no address"):
        guard.checked(target, NOTHING, resolver_of_nothing)


def resolver_of_nothing(host: str, port: int) -> Sequence[str]:
    return []


@pytest.mark.parametrize(
    ("allow", "url", "found", "passes"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080/", (), True),
        ("127.0.0.1:8080", "http://127.0.0.1:8081/", (), False),
        ("127.0.0.1:8080", "http://127.0.0.2:8080/", (), False),
        ("10.0.0.0/8:8443", "https://10.9.8.7:8443/", (), True),
        ("10.0.0.0/8:8443", "https://hooks.example.com:8443/", ("10.1.1.1",), True),
        ("10.0.0.0/8:8443", "https://hooks.example.com:8443/", ("10.1.1.1", "192.168.0.1"), False),
        ("10.0.0.0/8:8443", "http://hooks.example.com/", (PUBLIC,), False),
        ("hooks.lan:9000", "http://hooks.lan:9000/", ("192.168.0.1",), True),
        ("hooks.lan:9000", "http://other.lan:9000/", ("192.168.0.1",), False),
        ("[::1]:9000", "http://[::1]:9000/", (), True),
        ("127.0.0.1:8080", "http://127.1:8080/", (), False),
    ],
)
def test_what_settings_allow_may_be_private_and_nothing_else(
    allow: str, url: str, found: tuple[str, ...], passes: bool
) -> None:
    given = guard.allowed(allow)
    if passes:
        assert saved(url, *found, allow=given).found
        return
    with pytest.raises(Refused):
        saved(url, *found, allow=given)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:0", "host:x", ":80", "10.0.0.1/8:80", "a b:80", "x:99999"])
def test_an_entry_that_allows_nothing_known_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        guard.allowed(text)


# --- signing -----------------------------------------------------------------------------------------------------
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_two_secrets_sign_and_the_official_library_takes_either() -> None:
    from standardwebhooks import Webhook, WebhookVerificationError

    new, old, other = signing.new_secret(), signing.new_secret(), signing.new_secret()
    content = signing.body("movie.updated", AT, {"movie": 12, "change": "changed", "fields": ["title"]})
    now = datetime.now(UTC)
    headers = signing.headers("evt_1", now, content, [new, old])
    told = {"type": "movie.updated", "timestamp": "2026-11-28T12:00:00Z"}
    for secret in (new, old):
        found = Webhook(secret).verify(content, headers)
        assert told.items() <= found.items()
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(content + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(content, headers)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's own test vectors."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_would_be_no_thin_event_is_not_made() -> None:
    with pytest.raises(ValueError, match="20,000 bytes"):
        signing.body("movie.updated", AT, {"words": "x" * 20_000})
