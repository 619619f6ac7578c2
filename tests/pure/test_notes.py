"""Keys and signed notes: written in one way, read in that way alone."""

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from mlops import notes, signing
from mlops.errors import BadKey, BadNote
from mlops.notes import Note

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHECKPOINT = Note("toy/audit", 5, b"r" * 32, b"h" * 32, NOON)
RESTORE = replace(CHECKPOINT, before=(9, b"o" * 32), reason=b"w" * 32)


def read(text: str, key: ec.EllipticCurvePrivateKey = KEY, origin: str = "toy/audit") -> Note:
    return notes.read(text, origin=origin, keys=[key.public_key()])


def unread(text: str, words: str = ".", **given: object) -> None:
    with pytest.raises(BadNote, match=words):
        read(text, **given)  # type: ignore[arg-type]


# --- notes -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("note", [CHECKPOINT, RESTORE], ids=["checkpoint", "restore"])
def test_what_was_written_is_read(note: Note) -> None:
    found = read(notes.written(note, KEY))
    assert replace(found, text="", key_id="") == note
    assert found.key_id == signing.key_id(KEY.public_key())


def test_a_note_is_of_the_layout_that_others_read() -> None:
    """C2SP signed-note and tlog-checkpoint: origin, size, root, extension lines, empty line, signature lines."""
    body, _, signature = notes.written(CHECKPOINT, KEY).partition("\n\n")
    assert body.split("\n") == [
        "toy/audit",
        "5",
        base64.b64encode(b"r" * 32).decode(),
        f"head {'68' * 32}",
        "at 2026-06-01T12:00:00.000000Z",
    ]
    dash, name, signed = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("—", "toy/audit")
    data = base64.b64decode(signed)
    assert data[:4].hex() == signing.key_id(KEY.public_key())[:8]
    KEY.public_key().verify(data[4:], f"{body}\n".encode(), signing._ALGORITHM)


@pytest.mark.parametrize("note", [CHECKPOINT, RESTORE], ids=["checkpoint", "restore"])
def test_no_letter_of_a_note_can_be_changed_left_out_or_put_in(note: Note) -> None:
    text = notes.written(note, KEY)
    for place, letter in enumerate(text):
        for other in (chr(ord(letter) ^ 1), letter.swapcase(), ""):
            if other != letter:
                unread(text[:place] + other + text[place + 1 :])
        unread(text[:place] + "\n" + text[place:])
    unread(text + "\n")


def test_a_note_of_another_log_or_by_another_key_is_none() -> None:
    text = notes.written(CHECKPOINT, KEY)
    unread(text, "another log", origin="other/audit")
    unread(text, "not by the key", key=OTHER)
    unread(text.replace("— toy/audit", "— toy/other"), "another log")
    unread(text.replace("toy/audit", "toy/audit/restore", 1))
    unread(notes.written(RESTORE, KEY).replace("/restore", "", 1))
    body = text.partition("\n\n")[0].replace("toy/audit", "other/audit") + "\n"
    signed = bytes.fromhex(signing.key_id(KEY.public_key()))[:4] + signing.sign(body.encode(), KEY)
    unread(
        f"{body}\n— toy/audit {base64.b64encode(signed).decode()}\n", "another log: other/audit, signed as toy/audit"
    )


def test_of_two_signatures_that_mean_the_same_one_is_read() -> None:
    """r and n - s would verify too, and so would another way to write the same DER."""
    text = notes.written(CHECKPOINT, KEY)
    head, signed = text.rstrip("\n").rsplit(" ", 1)
    data = base64.b64decode(signed)
    r, s = decode_dss_signature(data[4:])
    assert s <= signing.ORDER // 2
    unread(f"{head} {base64.b64encode(data[:4] + encode_dss_signature(r, signing.ORDER - s)).decode()}\n")
    unread(f"{head} {base64.b64encode(data + b'0').decode()}\n")
    unread(f"{head} {base64.b64encode(b'xxxx' + data[4:]).decode()}\n")


@given(st.text(alphabet=st.sampled_from(list("toy/audi0159+=ABz \n—Zhead.-:T")), max_size=400))
def test_no_text_but_ours_is_a_note(text: str) -> None:
    unread(text)


@given(st.data())
def test_no_mixture_of_two_notes_is_one(data: st.DataObject) -> None:
    """Lines of one put into the other: whatever comes of it, it is one of the two or none."""
    both = [notes.written(note, KEY).splitlines(keepends=True) for note in (CHECKPOINT, replace(RESTORE, size=7))]
    picked = data.draw(st.lists(st.sampled_from([*both[0], *both[1]]), min_size=5, max_size=10))
    if picked not in both:
        unread("".join(picked))


def test_moments_and_numbers_that_are_none_are_refused() -> None:
    for wrong in (
        replace(CHECKPOINT, size=-1),
        replace(CHECKPOINT, root=b"r"),
        replace(CHECKPOINT, origin="Toy audit"),
    ):
        with pytest.raises(ValueError, match="cannot be written"):
            notes.written(wrong, KEY)
    text = notes.written(CHECKPOINT, KEY)
    body = text.partition("\n\n")[0] + "\n"
    for shape in (body.replace("06-01T12", "13-41T12"), body.replace("\n5\n", "\n05\n")):
        signed = bytes.fromhex(signing.key_id(KEY.public_key()))[:4] + signing.sign(shape.encode(), KEY)
        unread(f"{shape}\n— toy/audit {base64.b64encode(signed).decode()}\n")


# --- files of notes ----------------------------------------------------------------------------------------------
def test_a_file_of_notes_comes_apart_again_and_a_torn_end_is_told() -> None:
    texts = [notes.written(replace(CHECKPOINT, size=size), KEY) for size in (1, 2, 3)]
    whole = "\n".join(texts)
    assert notes.split(whole) == (texts, "")
    assert notes.split("") == ([], "")
    found, torn = notes.split(whole[:-5])
    assert found == texts[:2]
    assert texts[2].startswith(torn)


def at(minute: int, size: int, back_to: int | None = None) -> Note:
    when = NOON + timedelta(minutes=minute)
    if back_to is not None:
        return Note("toy/audit", back_to, b"r" * 32, b"h" * 32, when, before=(size, b"o" * 32))
    return Note("toy/audit", size, b"r" * 32, b"h" * 32, when)


def test_without_a_restore_a_shorter_note_lets_nothing_go() -> None:
    long, cut = at(1, 90), at(2, 60)
    assert notes.in_force([long, cut]) == [long, cut]
    assert [note.words[:16] for note in (long, at(3, 90, back_to=40))] == ["the checkpoint o", "the restore to 4"]


def test_a_restore_lets_go_of_longer_notes_before_it_and_of_no_other() -> None:
    first, long, back, after = at(1, 5), at(2, 90), at(3, 90, back_to=40), at(4, 60)
    assert notes.in_force([after, long, back, first]) == [first, back, after]
    again, middle = at(5, 60, back_to=20), at(2, 30)
    assert notes.in_force([first, middle, long, back, after, again]) == [first, again]
    # The second restore goes back to more than the first: what the first let go stays gone.
    assert notes.in_force([first, long, back, at(4, 95), at(5, 95, back_to=92)]) == [first, back, at(5, 95, back_to=92)]


# --- keys --------------------------------------------------------------------------------------------------------
def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    private, public = tmp_path / "keys" / "k.pem", tmp_path / "keys" / "k.pub.pem"
    assert signing.make_keys(private, public)
    made = private.read_bytes()
    assert not signing.make_keys(private, public)
    assert private.read_bytes() == made
    assert private.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in sorted(private.parent.iterdir())] == ["k.pem", "k.pub.pem"]  # no draft is left
    assert signing.key_id(signing.public_key(public)) == signing.key_id(signing.private_key(private).public_key())
    assert re.fullmatch("[0-9a-f]{64}", signing.key_id(signing.public_key(public)))
    public.unlink()
    assert signing.make_keys(tmp_path / "other.pem", private) is False  # either file is enough


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    signing.make_keys(tmp_path / "k.pem", tmp_path / "k.pub.pem")
    (tmp_path / "k.pem").chmod(0o640)
    with pytest.raises(BadKey, match="chmod 600"):
        signing.private_key(tmp_path / "k.pem")


def test_old_keys_stand_behind_the_one_in_use(tmp_path: Path) -> None:
    path = tmp_path / "pub.pem"
    path.write_text(signing.pem(KEY.public_key()) + "\n" + signing.pem(OTHER.public_key()))
    keys = signing.public_keys(path)
    assert [signing.key_id(key) for key in keys] == [signing.key_id(key.public_key()) for key in (KEY, OTHER)]
    assert notes.read(notes.written(CHECKPOINT, OTHER), origin="toy/audit", keys=keys).key_id == signing.key_id(keys[1])


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    shape = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())


LONGER = ec.generate_private_key(ec.SECP384R1())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----",
        pem(LONGER),
        b"x" * (signing.MOST_BYTES + 1),
        signing.pem(KEY.public_key()).encode(),
    ],
    ids=["empty", "torn", "another curve", "large", "public"],
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "k").write_bytes(data)
    (tmp_path / "k").chmod(0o600)
    with pytest.raises(BadKey, match="/k"):
        signing.private_key(tmp_path / "k")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----END PUBLIC KEY-----",
        signing.pem(LONGER.public_key()).encode(),
        signing.pem(KEY.public_key()).encode() + b"x",
        pem(KEY),
        signing.pem(KEY.public_key()).encode() + b"\n" * signing.MOST_BYTES,
    ],
    ids=["empty", "torn", "another curve", "more", "private", "large"],
)
def test_what_is_no_public_key_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "k").write_bytes(data)
    with pytest.raises(BadKey, match="/k"):
        signing.public_keys(tmp_path / "k")


def test_a_key_that_is_not_there_or_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="cannot be read"):
        signing.private_key(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadKey, match="cannot be written"):
        signing.make_keys(tmp_path / "file" / "k", tmp_path / "k.pub")
