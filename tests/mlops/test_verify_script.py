"""docs/verify_audit.py on exports of signed logs: the standard library alone says what our own verifier says."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import p256
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from django.conf import settings as site
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops import merkle, notes, signing, triggers
from mlops.services import checkpoints, exports
from tests.mlops.signed_log import go_back, make_log, minute, rewrite, sign, tell
from tests.proofs.trees import LEAVES, altered, grown, roots

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_audit.py"
Facts = dict[str, Any]


def loaded() -> Any:
    spec = importlib.util.spec_from_file_location("verify_audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = loaded()
KEY = ec.generate_private_key(ec.SECP256R1())
POINT = p256.public_keys(signing.pem(KEY.public_key()))[0][1]


# --- its arithmetic against other implementations ----------------------------------------------------------------
@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 10**6))
def test_a_signature_is_judged_as_cryptography_judges_it(data: bytes, salt: int) -> None:
    signature = signing.sign(data, KEY)
    assert p256.signed_by(POINT, data, signature)
    assert not p256.signed_by(POINT, data + b"x", signature)
    place = salt % len(signature)
    other = signature[:place] + bytes([signature[place] ^ (1 << salt % 8)]) + signature[place + 1 :]
    assert not p256.signed_by(POINT, data, other)
    assert signing.signer(data, other, [KEY.public_key()]) is None


def test_the_other_form_of_a_signature_and_the_edges_of_its_numbers_are_refused() -> None:
    data = b"toy"
    r, s = decode_dss_signature(KEY.sign(data, ec.ECDSA(hashes.SHA256())))
    forms = {form: p256.signed_by(POINT, data, encode_dss_signature(r, form)) for form in (s, p256.N - s)}
    assert [form for form, held in forms.items() if held] == [min(s, p256.N - s)]
    for pair in ((0, s), (r, 0), (p256.N, s), (r, p256.N), (r + p256.N, s), (1, 1)):
        assert not p256.signed_by(POINT, data, encode_dss_signature(*pair))
    good = signing.sign(data, KEY)
    for der in (
        b"",
        good[:-1],
        good + b"\0",
        b"\x31" + good[1:],
        good[:2] + b"\x03" + good[3:],
        b"0\x06\2\1\xff\2\1\1",
    ):
        assert not p256.signed_by(POINT, data, der)


def test_points_of_the_curve_are_those_of_cryptography() -> None:
    for number in (1, 2, 3, 5, 2**255, p256.N - 1):
        known = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
        assert p256.times(number, (p256.X, p256.Y)) == (known.x, known.y)
    assert p256.times(p256.N, (p256.X, p256.Y)) is None
    with pytest.raises(ValueError, match="no point"):
        p256.public_keys(signing.pem(ec.generate_private_key(ec.SECP384R1()).public_key()))


def test_proofs_are_judged_as_our_own_verifier_judges_them() -> None:
    tree, known = grown(17), roots(17)
    for size in range(1, 18):
        for place in range(size):
            proof = tree.inclusion(place, size)
            for one in (proof, *altered(proof)):
                held = script.included(LEAVES[place], place, size, one, known[size])
                assert held == merkle.holds_inclusion(LEAVES[place], place, size, one, known[size]) == (one == proof)
            proof = tree.consistency(place + 1, size)
            for one in (proof, *altered(proof)):
                held = script.consistent(place + 1, known[place + 1], size, known[size], one)
                assert held == (one == proof)
    assert not script.included(LEAVES[0], -1, 4, [], known[4])
    for size in range(1, 18):  # the last event, told as one before the first, or after itself
        proof = tree.inclusion(size - 1, size)
        for place in (*range(-4, 0), *range(size, size + 4)):
            assert not script.included(LEAVES[size - 1], place, size, proof, known[size])
            assert not merkle.holds_inclusion(LEAVES[size - 1], place, size, proof, known[size])
    assert not script.consistent(5, known[5], 4, known[4], [])
    assert script.consistent(0, script.EMPTY, 4, known[4], [])


# --- exports -----------------------------------------------------------------------------------------------------
def asked(*words: object) -> tuple[int, str]:
    command = [sys.executable, "-E", "-s", "-S", str(SCRIPT), *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def judged(path: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """The same without a process of its own."""
    monkeypatch.setattr(sys, "argv", ["verify_audit.py", str(path), "--key", str(site.CHECKPOINT_PUBLIC_KEY), *more])
    return int(script.main())


@pytest.fixture
def export(db: None, tmp_path: Path) -> Path:
    make_log()
    exports.export(tmp_path / "export.ndjson")
    return tmp_path / "export.ndjson"


@pytest.mark.django_db
def test_a_good_export_holds(export: Path, tmp_path: Path) -> None:
    assert asked(export, "--key", site.CHECKPOINT_PUBLIC_KEY) == (0, "The audit log holds: 12 events followed.\n")
    assert asked(export)[0] == 0
    (tmp_path / "kept").write_text(json.loads(export.read_text().splitlines()[3])["text"])
    assert asked(export, "--key", site.CHECKPOINT_PUBLIC_KEY, "--checkpoint", tmp_path / "kept")[0] == 0
    assert asked(export, "--key", tmp_path / "none")[0] == 2
    assert asked(tmp_path / "none")[0] == 2
    code, words = asked(site.CHECKPOINT_PUBLIC_KEY, "--key", site.CHECKPOINT_PUBLIC_KEY)
    assert (code, f"line 1 of {site.CHECKPOINT_PUBLIC_KEY} is none of an export" in words) == (1, True)


def changed(kind: str, nth: int, **facts: Any) -> Callable[[list[Facts]], list[Facts]]:
    def change(lines: list[Facts]) -> list[Facts]:
        of_kind = [line for line in lines if line["kind"] == kind]
        of_kind[nth].update(facts)
        return lines

    return change


@pytest.mark.parametrize(
    "attack",
    [
        lambda lines: lines[:-1],
        lambda lines: [line for line in lines if line["kind"] != "event"],
        lambda lines: [line for line in lines if line.get("seq") != 3],
        lambda lines: [line for line in lines if line["kind"] != "change"],
        lambda lines: [line for line in lines if line.get("seal") != 6],
        lambda lines: [*lines, lines[-1]],
        changed("event", 4, body="{}"),
        changed("event", 4, hash="0" * 64),
        changed("event", 4, prev="0" * 64),
        changed("event", 4, seq=7),
        changed("change", 1, seal=7),
        changed("change", 1, line=[1, "mlops_dataset", "I", "1", None, "{}"]),
        changed("note", 1, text="x"),
        changed("log", 0, origin="other/audit"),
        lambda lines: [{**line, "text": line["text"].replace("head ", "head a")} if "text" in line else line for line in lines],
    ],
    ids=["cut", "emptied", "one out", "no changes", "change out", "doubled", "text", "hash", "prev", "number", "other seal",
         "other change", "no note", "other log", "notes changed"],
)  # fmt: skip
@pytest.mark.django_db
def test_an_export_that_was_changed_does_not_hold(
    export: Path, monkeypatch: pytest.MonkeyPatch, attack: Callable[[list[Facts]], list[Facts]]
) -> None:
    lines = attack([json.loads(line) for line in export.read_text().splitlines()])
    export.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert judged(export, monkeypatch) == 1


@pytest.mark.django_db
def test_a_log_that_was_rewritten_does_not_hold_against_a_note_that_was_kept(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").write_text(json.loads(export.read_text().splitlines()[3])["text"])
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    triggers.drop(connection)
    rewrite([line["body"].replace("2026", "2025") for line in lines if line["kind"] == "event"])
    exports.export(tmp_path / "rewritten")
    honest = [line for line in (tmp_path / "rewritten").read_text().splitlines() if '"kind":"note"' not in line]
    (tmp_path / "rewritten").write_text("\n".join(honest))
    assert judged(tmp_path / "rewritten", monkeypatch) == 0  # nobody kept anything
    assert judged(tmp_path / "rewritten", monkeypatch, "--checkpoint", str(tmp_path / "kept")) == 1


@pytest.mark.django_db
def test_a_declared_restore_is_understood(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    triggers.drop(connection)
    go_back(6)
    exports.export(tmp_path / "undeclared")
    assert judged(tmp_path / "undeclared", monkeypatch) == 1
    checkpoints.declare_restore(before=checkpoints.newest_outside(), size=6, reason="the disk broke", at=minute(9))
    tell(2, "other.act")
    sign(minute(20))
    exports.export(tmp_path / "declared")
    assert judged(tmp_path / "declared", monkeypatch) == 0


# --- signatures ---------------------------------------------------------------------------------------------------
def by_another_key(text: str, **other: Any) -> str:
    note = notes.read(text, origin=site.AUDIT_ORIGIN, keys=signing.public_keys(Path(site.CHECKPOINT_PUBLIC_KEY)))
    return notes.written(replace(note, **other), KEY)


def with_note(export: Path, nth: int, **other: Any) -> None:
    """The export with its nth note signed by another key."""
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    line = [line for line in lines if line["kind"] == "note"][nth]
    line["text"] = by_another_key(line["text"], **other)
    export.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nth", "other"),
    [
        (0, {}),  # it fits the log that the newest note is of
        (2, {}),
        (0, {"head": b"x" * 32}),
        (0, {"size": 13}),
        (0, {"before": (4, b"x" * 32), "reason": b"x" * 32}),
    ],
    ids=["older", "newest", "of another log", "of a longer log", "a restore"],
)
def test_the_signature_of_every_note_is_checked(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], nth: int, other: Facts
) -> None:
    with_note(export, nth, **other)
    assert judged(export, monkeypatch) == 1
    assert "is not signed by the key\nThe audit log does not hold." in capsys.readouterr().out


@pytest.mark.django_db
def test_a_file_that_holds_no_key_is_none_to_check_by(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of the export must not be taken in its place."""
    for data in ("", "<html>", "-----BEGIN PUBLIC KEY-----x-----END PUBLIC KEY-----"):
        (tmp_path / "key").write_text(data)
        assert judged(export, monkeypatch, "--key", str(tmp_path / "key")) == 2
