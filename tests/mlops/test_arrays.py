"""Named arrays: the same state is the same bytes and the same digest, anywhere."""

import hashlib
import json
import struct
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlops import arrays

STATE = {"b": np.arange(6, dtype=np.int64).reshape(2, 3), "a": np.array([0.1, -0.0, np.inf]), "flag": np.array([True])}
KINDS = st.one_of(
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(sizes=(16, 32, 64), endianness="?"),
    hnp.boolean_dtypes(),
)
ARRAYS = st.dictionaries(
    st.from_regex(arrays.NAME, fullmatch=True),
    hnp.arrays(KINDS, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
    max_size=3,
)


@given(ARRAYS)
def test_what_is_packed_is_unpacked_as_it_was(state: dict[str, Any]) -> None:
    back = arrays.unpack(arrays.pack(state))
    assert back.keys() == state.keys()
    for name, value in state.items():
        assert back[name].shape == value.shape
        np.testing.assert_array_equal(back[name], value)
    assert arrays.digest(back) == arrays.digest(state)


def test_the_order_of_names_and_memory_changes_neither_bytes_nor_digest() -> None:
    other = {name: np.asfortranarray(value) for name, value in reversed(STATE.items())}
    assert arrays.pack(other) == arrays.pack(STATE)
    assert arrays.digest(other) == arrays.digest(STATE)


@pytest.mark.parametrize("seed", ["0", "1", "random"])
def test_another_process_packs_the_same_bytes(seed: str) -> None:
    script = (
        "import hashlib, numpy as np; from mlops import arrays;"
        "state = {'a': np.array([0.1, -0.0, np.inf]), 'flag': np.array([True]),"
        " 'b': np.arange(6, dtype=np.int64).reshape(2, 3)};"
        "print(hashlib.sha256(arrays.pack(state)).hexdigest(), arrays.digest(state))"
    )
    env = {"PYTHONHASHSEED": seed}
    said = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True).stdout
    assert said.split() == [hashlib.sha256(arrays.pack(STATE)).hexdigest(), arrays.digest(STATE)]


def test_the_digest_is_what_its_description_says() -> None:
    by_hand = hashlib.sha256(b"n\0<i8\0(2,)\0" + struct.pack("<qq", 1, -2)).hexdigest()
    assert arrays.digest({"n": np.array([1, -2], dtype=np.int64)}) == by_hand
    assert arrays.digest({"n": np.array([1, -2], dtype=">i8")}) == by_hand


@pytest.mark.parametrize(
    "other",
    [
        {"m": np.array([1, 2])},
        {"n": np.array([1, 3])},
        {"n": np.array([[1, 2]])},
        {"n": np.array([1, 2], dtype=np.int32)},
        {"n": np.array([1.0, 2.0])},
        {},
    ],
    ids=["name", "value", "shape", "width", "kind", "nothing"],
)
def test_another_state_has_another_digest(other: dict[str, Any]) -> None:
    assert arrays.digest(other) != arrays.digest({"n": np.array([1, 2])})


@pytest.mark.parametrize(
    "value", [np.array(["a"]), np.array([object()]), np.array([1j]), np.array(["2026-01-01"], dtype="M8[D]")]
)
def test_what_is_no_plain_number_is_not_packed(value: Any) -> None:
    with pytest.raises(ValueError, match="Unknown dtype"):
        arrays.pack({"n": value})


def raw(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def one(dtype: str, shape: list[int], end: int) -> dict[str, Any]:
    return {"n": {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1",
        b"\xff" * 8 + b"{}",
        arrays.pack(STATE)[:-1],
        arrays.pack(STATE) + b"\0",
        raw([]),
        raw(b"["),
        raw(b"[" * 5000),
        raw(one("U8", [9], 9), b"1"),
        raw(one("U8", [2**63, 2], 1), b"1"),
        raw(one("U8", [1] * 70, 1), b"1"),
        raw(one("BF16", [1], 2), b"12"),
        raw(one("F8_E4M3", [1], 1), b"1"),
        raw(one("Q9", [1], 1), b"1"),
        b"PK\3\4 a zip file",
        b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_malformed_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        arrays.unpack(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_arrays_or_refused(data: bytes) -> None:
    try:
        arrays.unpack(data)
    except ValueError:
        return


def test_python_objects_have_no_digest() -> None:
    with pytest.raises(ValueError, match="names holds Python objects"):
        arrays.digest({"names": np.array(["a", None], dtype=object)})
