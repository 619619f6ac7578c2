"""ECDSA on P-256 with nothing but Python (FIPS 186-5, SEC 1), for verify_audit.py: signatures are judged, never made."""

import base64
import functools
import hashlib
import itertools
import re

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")  # a P-256 point follows, x and y


def added(a, b):
    """The sum of two points of the curve; None is the point at infinity."""
    if a is None or b is None:
        return b or a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    top, bottom = (3 * a[0] ** 2 - 3, 2 * a[1]) if a == b else (b[1] - a[1], b[0] - a[0])
    slope = top * pow(bottom, -1, P) % P
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


@functools.cache
def multiples(point):
    """A point times 0 to 15, times 16, times 256 and so on: a row for each of the 64 hexadecimal digits of a number."""
    rows = []
    for _ in range(64):
        rows.append([None, *itertools.accumulate([point] * 15, added)])
        point = added(rows[-1][-1], point)
    return rows


def times(number, point):
    found = None
    for row in multiples(point):
        found, number = added(found, row[number % 16]), number // 16
    return found


def der(r, s):
    """The one way of DER to write a signature of these two numbers."""
    parts = [number.to_bytes(number.bit_length() // 8 + 1, "big") for number in (r, s)]
    both = b"".join(bytes([2, len(part)]) + part for part in parts)
    return bytes([0x30, len(both)]) + both


def signed_by(key, data, signature):
    """Whether a signature is by this key (x, y): in the one way of DER, and of its two forms the one with the smaller s."""
    if not 8 <= len(signature) <= 72:
        return False
    end = 4 + signature[3]
    r, s = int.from_bytes(signature[4:end], "big"), int.from_bytes(signature[end + 2 :], "big")
    if signature != der(r, s) or not (0 < r < N and 0 < s <= N // 2):
        return False
    inverse, digest = pow(s, -1, N), int.from_bytes(hashlib.sha256(data).digest(), "big")
    point = added(times(digest * inverse % N, (X, Y)), times(r * inverse % N, key))
    return point is not None and point[0] % N == r


def public_keys(pem):
    """Every P-256 key in a text, with the four bytes that notes call it by."""
    found = []
    for text in re.findall(r"-----BEGIN PUBLIC KEY-----(.+?)-----END PUBLIC KEY-----", pem, re.DOTALL):
        raw = base64.b64decode(text)
        x, y = int.from_bytes(raw[27:59], "big"), int.from_bytes(raw[59:], "big")
        if raw[:27] != SPKI or len(raw) != 91 or max(x, y) >= P or (y * y - x**3 + 3 * x - B) % P:
            raise ValueError("a public key is no point of P-256")
        found.append((hashlib.sha256(raw).digest(), (x, y)))
    return found
