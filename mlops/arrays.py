"""Named arrays as bytes, and their digest. Nothing executable can be stored or loaded, and no size is believed unseen."""

import hashlib
import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save

from mlops.ports import Array, Arrays, StateArray

MOST_BYTES = 2**30  # of a whole file
MOST_HEADER = 2**20  # bytes of the list of arrays; 4,096 with long names fit
MOST_ARRAYS = 4_096
MOST_DIMS = 8
MOST_SIDE = 2**31
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,119}")
DTYPES = {  # of safetensors: those that NumPy has
    "BOOL": "?",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
    **{f"I{8 * size}": f"<i{size}" for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": f"<u{size}" for size in (1, 2, 4, 8)},
}


@dataclass(frozen=True)
class Placed:
    """One array as a header describes it. begin, end: bytes from the start of the file."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    end: int


def pack(arrays: Arrays) -> bytes:
    """Return the arrays as safetensors, without metadata: the same arrays give the same bytes in any process.

    Raises ValueError for texts, objects and other types that are no plain numbers, and for names not of letters.
    """
    if wrong := [name for name in arrays if not NAME.fullmatch(name)]:
        raise ValueError(f"{wrong[0]!r:.130} is no name of an array: letters, digits and ._/- are, 120 at most")
    try:
        return save({name: np.asarray(value, order="C") for name, value in sorted(arrays.items())})
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def unpack(data: bytes, state: Sequence[StateArray] = ()) -> Arrays:
    """Return the arrays in safetensors bytes as views of these very bytes: nothing is copied, nothing can be written to.

    state: what a recipe declares of its state; other arrays are refused. Raises ValueError before anything is
    allocated when the header is malformed, speaks of other bytes than there are, or of other arrays than declared.
    """
    found = layout(data)
    if state:
        _check_declared(found, state)
    return {one.name: _view(data, one) for one in found}


def layout(data: bytes) -> list[Placed]:
    """Return where each array lies, by name. Raises ValueError unless they fill the file without gap or overlap."""
    body, header = _header(data)
    if len(header) > MOST_ARRAYS:
        raise ValueError(f"{len(header)} arrays are more than the {MOST_ARRAYS} allowed")
    placed = [_placed(name, facts, body) for name, facts in header.items()]
    at = body
    for one in sorted(placed, key=lambda one: (one.begin, one.end)):
        if one.begin != at:
            raise ValueError(
                f"{one.name} begins at byte {one.begin - body} where {at - body} is free: a gap or overlap"
            )
        at = one.end
    if at != len(data):
        raise ValueError(f"the arrays end at byte {at - body} of {len(data) - body}: the file is cut short or grown")
    return sorted(placed, key=lambda one: one.name)


def check_finite(arrays: Arrays) -> None:
    """Raises ValueError naming the first array that holds NaN or infinity."""
    for name, value in arrays.items():
        if np.issubdtype(value.dtype, np.inexact) and not np.isfinite(value).all():
            raise ValueError(f"{name} holds a value that is not finite")


def digest(arrays: Arrays) -> str:
    """Return SHA-256 over sorted names, dtypes, shapes and little-endian bytes: equal states have equal digests.

    Raises ValueError for arrays of Python objects: their bytes are addresses.
    """
    whole = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        if value.dtype.hasobject:
            raise ValueError(f"{name} holds Python objects, which have no bytes of their own")
        little = np.asarray(value, order="C").astype(value.dtype.newbyteorder("<"), copy=False)
        whole.update(f"{name}\0{little.dtype.str}\0{little.shape}\0".encode())
        whole.update(little.reshape(-1).view(np.uint8).data if little.size else b"")
    return whole.hexdigest()


def _header(data: bytes) -> tuple[int, dict[str, Any]]:
    """Return where the arrays' bytes begin, and what the header says of each."""
    if not 8 <= len(data) <= MOST_BYTES:
        raise ValueError(f"{len(data)} bytes are no artefact: from 8 to {MOST_BYTES} are")
    (length,) = struct.unpack("<Q", data[:8])
    if length > min(MOST_HEADER, len(data) - 8):
        raise ValueError(
            f"a header of {length} bytes is said to begin a file of {len(data)}: {MOST_HEADER} are the most"
        )
    text = data[8 : 8 + length]
    if not text.startswith(b"{") or _depth(text) > 3:
        raise ValueError("the header is no object of three levels")
    try:
        found = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("the header is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("the header is no object")
    return 8 + length, found


def _depth(text: bytes) -> int:
    """Return how deeply brackets are nested, those in texts left out; counted before a parser sees them."""
    depth = most = 0
    for mark in re.findall(rb"[\[\]{}]", re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text)):
        depth += 1 if mark in b"[{" else -1
        most = max(most, depth)
    return most


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the header names something twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} stands in the header")


def _placed(name: str, facts: Any, body: int) -> Placed:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r:.130} is no name of an array: letters, digits and ._/- are, 120 at most")
    if not isinstance(facts, dict) or facts.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name} is not described by dtype, shape and data_offsets")
    if not isinstance(facts["dtype"], str) or facts["dtype"] not in DTYPES:
        raise ValueError(f"{name} is of {facts['dtype']!r:.30}, which is no plain number")
    shape, (begin, end) = _whole(name, facts["shape"], MOST_DIMS), _whole(name, facts["data_offsets"], 2, least=2)
    dtype = np.dtype(DTYPES[facts["dtype"]])
    if prod(shape) * dtype.itemsize != end - begin or max(shape, default=0) > MOST_SIDE:
        raise ValueError(f"{name} has {end - begin} bytes, and not those of its shape {list(shape)}"[:300])
    return Placed(name, dtype, tuple(shape), body + begin, body + end)


def _whole(name: str, found: Any, most: int, least: int = 0) -> list[int]:
    """Return a list of so many whole numbers from 0."""
    if not isinstance(found, list) or not least <= len(found) <= most:
        raise ValueError(f"{name} has {found!r:.60}, which is no list of {least} to {most} numbers")
    if not all(type(one) is int and 0 <= one <= 2**63 for one in found):
        raise ValueError(f"{name} has {found!r:.60}, which are not all whole numbers from 0")
    return found


def _check_declared(found: Sequence[Placed], state: Sequence[StateArray]) -> None:
    declared, there = {one.name: one for one in state}, {one.name: one for one in found}
    if strange := sorted(there.keys() - declared.keys()):
        raise ValueError(f"{strange[0]} is no array of this recipe: {', '.join(declared)} are")
    for name, rule in declared.items():
        one = there.get(name)
        if one is None and not rule.optional:
            raise ValueError(f"{name} is missing")
        if one and (one.dtype != np.dtype(rule.dtype) or len(one.shape) != rule.dims or prod(one.shape) > rule.most):
            wanted = f"{rule.dtype} of {rule.dims} dimensions and {rule.most} numbers at most"
            raise ValueError(f"{name} is {one.dtype.name} of shape {one.shape}: {wanted} is asked for")


def _view(data: bytes, one: Placed) -> Array:
    found = np.frombuffer(data, one.dtype, prod(one.shape), one.begin)
    if one.dtype == np.bool_ and found.size and found.view(np.uint8).max() > 1:
        raise ValueError(f"{one.name} holds a byte that is neither true nor false")
    return found.reshape(one.shape)
