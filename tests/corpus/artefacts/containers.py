"""Artefacts that are none: bytes, and the words they must be refused with. Each differs from a good one in one thing."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from typing import Any

import numpy as np

from mlops import arrays

Case = tuple[bytes, str]  # the bytes, and what a refusal must say
MEANS = {"means": np.arange(6, dtype=np.float64)}
GOOD = arrays.pack(MEANS)
BODY = MEANS["means"].tobytes()


def file(header: Any, body: bytes = BODY) -> bytes:
    """A file with this header: a JSON value, or bytes as they are."""
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + body


def described(dtype: Any = "F64", shape: Any = (6,), offsets: Any = (0, 48), **more: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


def one(**given: Any) -> bytes:
    return file({"means": described(**given)})


def two(first: tuple[int, int], second: tuple[int, int]) -> bytes:
    """Two arrays of bytes at these places of a body of 48."""
    sides = [("means", first), ("spread", second)]
    return file({name: described("U8", [end - begin], [begin, end]) for name, (begin, end) in sides})


HEADER = json.dumps({"means": described()}, separators=(",", ":")).encode()
FIELDS = HEADER[9:-1]  # what stands under the name

HEADERS: dict[str, Case] = {
    "empty-file": (b"", "0 bytes are no artefact"),
    "seven-bytes": (GOOD[:7], "7 bytes are no artefact"),
    "header-length-of-all-ones": (b"\xff" * 8 + GOOD[8:], "header of 18446744073709551615 bytes"),
    "header-longer-than-the-file": (struct.pack("<Q", len(GOOD)) + GOOD[8:], "is said to begin a file"),
    "header-one-byte-longer": (struct.pack("<Q", len(HEADER) + 1) + HEADER + BODY, "Extra data"),
    "header-one-byte-shorter": (struct.pack("<Q", len(HEADER) - 1) + HEADER + BODY, "Expecting"),
    "header-of-no-length": (struct.pack("<Q", 0) + HEADER + BODY, "no object of three levels"),
    "header-length-big-endian": (struct.pack(">Q", len(HEADER)) + HEADER + BODY, "is said to begin a file"),
    "header-is-a-list": (file([]), "no object of three levels"),
    "header-is-a-text": (file("means"), "no object of three levels"),
    "header-invalid-utf8": (file(HEADER.replace(b"means", b"mea\xffs")), "utf-8"),
    "header-utf16": (file(HEADER.decode().encode("utf-16")), "no object of three levels"),
    "header-with-byte-order-mark": (file(b"\xef\xbb\xbf" + HEADER), "no object of three levels"),
    "header-deep-lists": (file(b'{"means":' + b"[" * 5000), "no object of three levels"),
    "header-deep-objects": (file(b'{"a":' * 500 + b"1" + b"}" * 500), "no object of three levels"),
    "header-deep-behind-a-text": (file(b'{"]]]]]":' + b"[" * 900 + b"]" * 900 + b"}"), "no object of three levels"),
    "header-cut-inside-a-text": (file(b'{"means'), "Unterminated string"),
    "header-followed-by-more": (file(HEADER + b"{}"), "Extra data"),
    "header-says-nan": (file(HEADER.replace(b"[6]", b"[NaN]")), "NaN stands in the header"),
    "header-says-infinity": (file(HEADER.replace(b"48", b"Infinity")), "Infinity stands in the header"),
    "header-number-of-5000-digits": (file(HEADER.replace(b"[6]", b"[" + b"6" * 5000 + b"]")), "digits"),
    "header-names-an-array-twice": (file(HEADER[:-1] + b"," + HEADER[1:]), "names something twice"),
    "header-names-a-field-twice": (file(b'{"means":' + FIELDS[:-1] + b',"dtype":"F64"}}'), "names something twice"),
    "header-with-metadata": (file({"__metadata__": {"format": "pt"}, "means": described()}), "no name of an array"),
    "header-with-another-field": (one(strides=[8]), "not described by dtype, shape and data_offsets"),
    "header-without-dtype": (file({"means": {"shape": [6], "data_offsets": [0, 48]}}), "not described by"),
    "header-without-offsets": (file({"means": {"shape": [6], "dtype": "F64"}}), "not described by"),
    "header-array-is-a-number": (file({"means": 6}), "not described by"),
    "header-of-one-bracket": (file(b"{"), "Expecting property name"),
    "header-of-spaces-after": (file(HEADER + b" " * 2**20), "1048576 are the most"),
    "too-many-arrays": (
        file({f"a{number}": described("U8", [0], [0, 0]) for number in range(4097)}, b""),
        "4097 arrays are more",
    ),
}
NAMES: dict[str, Case] = {
    "name-empty": (file({"": described()}), "no name of an array"),
    "name-of-200-letters": (file({"m" * 200: described()}), "no name of an array"),
    "name-with-nul": (file({"means\0": described()}), "no name of an array"),
    "name-with-a-new-line": (file({"means\n": described()}), "no name of an array"),
    "name-that-climbs": (file({"../../etc/passwd": described()}), "no name of an array"),
    "name-that-looks-like-another": (file({"mеans": described()}), "no name of an array"),
    "name-wide": (file({"ｍeans": described()}), "no name of an array"),
    "name-lone-surrogate": (file(b'{"\\ud800":' + FIELDS + b"}"), "no name of an array"),
}
DTYPES: dict[str, Case] = {
    "dtype-bfloat16": (one(dtype="BF16", shape=[24]), "no plain number"),
    "dtype-float8": (one(dtype="F8_E4M3", shape=[48]), "no plain number"),
    "dtype-unknown": (one(dtype="Q9"), "no plain number"),
    "dtype-object": (one(dtype="O"), "no plain number"),
    "dtype-numpy": (one(dtype="<f8"), "no plain number"),
    "dtype-a-list": (one(dtype=["F64"]), "no plain number"),
    "dtype-complex": (one(dtype="C64"), "no plain number"),
}
SHAPES: dict[str, Case] = {
    "shape-huge": (one(shape=[2**62]), "not those of its shape"),
    "shape-product-overflows-to-0": (one(shape=[2**32, 2**32]), "not those of its shape"),
    "shape-product-overflows-to-6": (one(shape=[2**63, 2, 6]), "not those of its shape"),
    "shape-nothing-times-huge": (
        file({"means": described(shape=[0, 2**40], offsets=[0, 0])}, b""),
        "not those of its shape",
    ),
    "shape-negative": (one(shape=[-6]), "not all whole numbers"),
    "shape-two-negatives": (one(shape=[-2, -3]), "not all whole numbers"),
    "shape-a-fraction": (one(shape=[6.0]), "not all whole numbers"),
    "shape-true": (one(shape=[True, 6]), "not all whole numbers"),
    "shape-a-text": (one(shape="6"), "no list of 0 to 8 numbers"),
    "shape-null": (one(shape=None), "no list of 0 to 8 numbers"),
    "shape-of-70-sides": (one(shape=[1] * 69 + [6]), "no list of 0 to 8 numbers"),
    "shape-in-a-shape": (one(shape=[[6]]), "no object of three levels"),
    "shape-larger-than-its-bytes": (one(shape=[7]), "not those of its shape"),
    "shape-smaller-than-its-bytes": (one(shape=[5]), "not those of its shape"),
}
OFFSETS: dict[str, Case] = {
    "offsets-negative": (one(offsets=[-48, 0]), "not all whole numbers"),
    "offsets-reversed": (one(offsets=[48, 0]), "not those of its shape"),
    "offsets-huge": (one(offsets=[2**64, 2**64 + 48]), "not all whole numbers"),
    "offsets-overflowing": (one(offsets=[2**63 - 48, 2**63]), "a gap or overlap"),
    "offsets-beyond-the-file": (file({"means": described(shape=[12], offsets=[0, 96])}), "cut short or grown"),
    "offsets-of-three": (one(offsets=[0, 24, 48]), "no list of 2 to 2 numbers"),
    "offsets-of-one": (one(offsets=[48]), "no list of 2 to 2 numbers"),
    "offsets-a-fraction": (one(offsets=[0, 48.0]), "not all whole numbers"),
    "offsets-into-the-header": (file({"means": described(offsets=[-8, 40])}), "not all whole numbers"),
    "two-arrays-on-the-same-bytes": (two((0, 48), (0, 48)), "a gap or overlap"),
    "two-arrays-that-overlap": (two((0, 32), (24, 48)), "a gap or overlap"),
    "one-array-inside-another": (two((0, 48), (8, 16)), "a gap or overlap"),
    "a-gap-between-arrays": (two((0, 16), (24, 48)), "a gap or overlap"),
    "a-gap-before-the-first": (two((8, 16), (16, 48)), "a gap or overlap"),
    "bytes-that-belong-to-no-array": (two((0, 16), (16, 40)), "cut short or grown"),
}


def _zip(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (1985, 7, 3, 0, 0, 0)), data)
    return held.getvalue()


def _npy() -> bytes:
    held = io.BytesIO()
    np.save(held, MEANS["means"])
    return held.getvalue()


class Evil:
    """What a pickle may do to whoever loads it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("loaded",)


PICKLE = pickle.dumps(Evil(), protocol=4)
NOT_THE_FORMAT = "is said to begin a file"
OTHERS: dict[str, Case] = {
    "cut-by-one-byte": (GOOD[:-1], "cut short or grown"),
    "cut-to-the-header": (GOOD[:-48], "cut short or grown"),
    "grown-by-one-byte": (GOOD + b"\0", "cut short or grown"),
    "grown-by-a-zip": (GOOD + _zip("evil.py", b"print('loaded')"), "cut short or grown"),
    "twice-in-a-row": (GOOD + GOOD, "cut short or grown"),
    "zip": (_zip("model.safetensors", GOOD), NOT_THE_FORMAT),
    "npz": (_zip("means.npy", _npy()), NOT_THE_FORMAT),
    "npy": (_npy(), NOT_THE_FORMAT),
    "pickle": (PICKLE, NOT_THE_FORMAT),
    "pickle-of-protocol-0": (b"cos\nsystem\n(S'true'\ntR.", NOT_THE_FORMAT),
    "joblib": (zlib.compress(PICKLE, 3), NOT_THE_FORMAT),
    "torch": (_zip("archive/data.pkl", PICKLE), NOT_THE_FORMAT),
    "script": (b"#!/usr/bin/env python3\nprint('loaded')\n", NOT_THE_FORMAT),
    "page": (b"<!doctype html><title>model</title>", NOT_THE_FORMAT),
    "zeros": (bytes(4096), "no object of three levels"),
}
ALL = {**HEADERS, **NAMES, **DTYPES, **SHAPES, **OFFSETS, **OTHERS}
