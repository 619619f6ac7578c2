"""Sending to a real receiver that fails, hangs, redirects, drips, never ends: it costs a bounded time and a bounded memory."""

import http.client
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.outward import guard, sending
from tests.receivers import Receiver, receiver


def sent(to: Receiver, *, total: float = 5, url: str = "", headers: dict[str, str] | None = None) -> sending.Outcome:
    allow = guard.allowed(to.allow)
    return sending.send(url or to.url, b'{"a":1}', headers or {"webhook-id": "evt_1"}, allow=allow, total=total)


def test_what_arrives_arrived_whole() -> None:
    with receiver(200, "thank you") as partner:
        outcome = sent(partner, url=f"{partner.url}?from=us")
    assert (outcome.status, outcome.good, outcome.problem, outcome.answer) == (200, True, "", "thank you")
    (one,) = partner.heard
    assert (one.body, one.path, one.id) == (b'{"a":1}', "/hooks?from=us", "evt_1")
    assert one.headers["host"] == f"127.0.0.1:{partner.port}"
    assert one.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_2xx_is_a_success(status: int) -> None:
    with receiver(status) as partner:
        assert sent(partner).good


@pytest.mark.parametrize("status", [300, 301, 304, 307, 400, 404, 410, 429, 500, 503])
def test_nothing_else_is(status: int) -> None:
    with receiver(status, "no") as partner:
        outcome = sent(partner)
    assert (outcome.status, outcome.good) == (status, False)
    assert outcome.problem


def test_a_redirect_is_not_followed() -> None:
    with receiver("redirect") as partner:
        outcome = sent(partner)
    assert (outcome.status, outcome.good) == (302, False)
    assert outcome.problem == "it redirects, and redirects are not followed"
    assert len(partner.heard) == 1


def test_what_is_no_http_is_told_in_signs_that_can_be_kept_and_shown() -> None:
    """PostgreSQL keeps no zero, and a terminal would turn red."""
    with receiver("garble") as partner:
        outcome = sent(partner)
    assert outcome.status is None
    assert outcome.problem.startswith("BadStatusLine: ��[31mwhatÿ�xxx")
    assert outcome.problem.isprintable()
    assert len(outcome.problem) == sending.MOST_WORDS


@pytest.mark.parametrize("answer", ["hang", "drip"])
def test_a_receiver_that_hangs_or_drips_costs_the_deadline_and_no_more(answer: str) -> None:
    with receiver(answer) as partner:
        began = time.monotonic()
        outcome = sent(partner, total=1.0)
        took = time.monotonic() - began
    assert outcome.status is None
    assert outcome.problem == "no answer within 1 s"
    assert 0.9 < took < 2


def test_an_endless_answer_is_cut_off() -> None:
    """It would be five gigabytes: what its status said counts, its words are kept in short."""
    with receiver("endless") as partner:
        began = time.monotonic()
        outcome = sent(partner)
        took = time.monotonic() - began
    assert outcome.good
    assert outcome.answer == "x" * 1_000
    assert took < 2
    assert partner.taken < 20 * 2**20  # what the machine's own buffers hold, and nothing more


def test_a_head_without_end_is_cut_off_too() -> None:
    with receiver("long_head") as partner:
        began = time.monotonic()
        outcome = sent(partner)
        took = time.monotonic() - began
    assert outcome.answer == ""
    assert took < 2
    assert partner.taken < 20 * 2**20


def test_what_is_hung_up_on_is_a_failure_with_its_reason() -> None:
    with receiver("drop") as partner:
        outcome = sent(partner)
    assert outcome.status is None
    assert "RemoteDisconnected" in outcome.problem


def test_nobody_there_is_a_failure_with_its_reason() -> None:
    with receiver() as partner:
        pass
    outcome = sent(partner)
    assert outcome.status is None
    assert "refused" in outcome.problem.lower()


def test_an_answer_may_hold_anything() -> None:
    with receiver(500, "a\x00b\x1b[31m\nü") as partner:
        outcome = sent(partner)
    assert outcome.answer == "a�b�[31m\nü"


def test_proxies_of_the_surroundings_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(204) as proxy, receiver(204) as partner:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sent(partner).good
    assert len(partner.heard) == 1
    assert proxy.heard == []


def test_a_name_that_takes_too_long_is_given_up() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(2)
        return ["93.184.215.14"]

    with pytest.raises(OSError, match="took too long"):
        guard.in_time(slow, patience=0.2)("slow.example.com", 443)


# --- TLS ---------------------------------------------------------------------------------------------------------
def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate of its own for a name."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(who, who, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    signed = made.sign(key, hashes.SHA256())
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(pem, kind, serialization.NoEncryption()) + signed.public_bytes(pem))
    return path


@pytest.mark.parametrize(
    ("name", "trusted", "arrives"),
    [("hooks.partner.example", True, True), ("hooks.partner.example", False, False), ("other.example", True, False)],
)
def test_the_certificate_must_be_of_the_name_whatever_address_it_leads_to(
    name: str, trusted: bool, arrives: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(path) if trusted else "")
    sending.context.cache_clear()
    seen: list[Any] = []
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    server.sni_callback = lambda line, asked, context: seen.append(asked)
    with receiver(tls=server) as partner:
        outcome = sending.send(
            f"https://hooks.partner.example:{partner.port}/hooks",
            b"{}",
            {"webhook-id": "evt_1"},
            allow=guard.allowed(partner.allow),
            resolve=lambda host, port: ["127.0.0.1"],
        )
    sending.context.cache_clear()
    assert seen == ["hooks.partner.example"]
    assert outcome.good == arrives
    if arrives:
        assert partner.heard[0].headers["host"] == f"hooks.partner.example:{partner.port}"
    else:
        assert "SSLCertVerificationError" in outcome.problem
        assert partner.heard == []


def test_http_client_still_takes_a_line_that_is_given_to_it() -> None:
    """What the sender stands on: a connection with a socket does not open another."""
    assert "sock is None" in Path(http.client.__file__).read_text()
