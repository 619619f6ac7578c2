"""Check the audit log with nothing but Python:

    python verify_audit.py export.ndjson --key checkpoint.pub.pem [--checkpoint NOTE…]
    python verify_audit.py --proof proof.json --key checkpoint.pub.pem

export.ndjson is what `manage.py audit export` writes, proof.json what /transparency/proof/<seq>.json says, NOTE a
checkpoint that you kept. Recomputed are the chain (SHA-256), the tree's root for every note (RFC 6962), every signature
(ECDSA, P-256) and the digests of changes. Exit 0: it holds; 1: it does not; 2: it could not be checked. Keep your own
copy of the key: without --key the one in the export is taken, which proves nothing against whoever wrote the export.
"""

import argparse
import base64
import functools
import hashlib
import json
import re
import sys

# --- ECDSA on P-256 (FIPS 186-5, SEC 1) ---------------------------------------------------------------------------
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
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


def times(number, point):
    found = None
    for bit in bin(number)[2:]:
        found = added(found, found)
        if bit == "1":
            found = added(found, point)
    return found


def integers(der):
    """r and s of a signature in DER, or None when it is not written in the one way DER has."""
    if not 8 <= len(der) <= 72:
        return None
    pair = [int.from_bytes(part, "big") for part in (der[4 : 4 + der[3]], der[6 + der[3] :])]
    parts = [number.to_bytes(number.bit_length() // 8 + 1, "big") for number in pair]
    both = b"".join(bytes([2, len(part)]) + part for part in parts)
    return pair if der == bytes([0x30, len(both)]) + both else None


def signed_by(key, data, der):
    """Whether a signature over these bytes is by this key (x, y), and of its two forms the one with the smaller s."""
    pair = integers(der)
    if pair is None or not (0 < pair[0] < N and 0 < pair[1] <= N // 2):
        return False
    r, inverse = pair[0], pow(pair[1], -1, N)
    digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
    point = added(times(digest * inverse % N, G), times(r * inverse % N, key))
    return point is not None and point[0] % N == r


def public_keys(pem):
    """Every P-256 key in a text, with the four bytes that notes call it by."""
    found = []
    for text in re.findall(r"-----BEGIN PUBLIC KEY-----(.+?)-----END PUBLIC KEY-----", pem, re.DOTALL):
        der = base64.b64decode(text)
        x, y = int.from_bytes(der[27:59], "big"), int.from_bytes(der[59:], "big")
        if der[:27] != SPKI or len(der) != 91 or max(x, y) >= P or (y * y - x**3 + 3 * x - B) % P:
            raise ValueError("a public key is no point of P-256")
        found.append((hashlib.sha256(der).digest(), (x, y)))
    return found


# --- the tree (RFC 6962, RFC 9162) ----------------------------------------------------------------------------------
EMPTY = hashlib.sha256(b"").digest()


def leaf(prev, seq, body):
    return hashlib.sha256(b"\0" + prev + seq.to_bytes(8, "big") + body.encode()).digest()


def parent(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def grow(peaks, size, leaf):
    """Add a leaf to the roots of a tree's whole subtrees, the largest first."""
    while size & 1:
        leaf, size = parent(peaks.pop(), leaf), size >> 1
    peaks.append(leaf)


def root_of(peaks):
    return functools.reduce(lambda node, peak: parent(peak, node), reversed(peaks)) if peaks else EMPTY


def climbed(node, place, last, proof):
    """Climb from a node with the hashes beside its way: the roots of the old tree and of the new, or None."""
    before = after = node
    for beside in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            before, after = parent(beside, before), parent(beside, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = parent(after, beside)
        place, last = place >> 1, last >> 1
    return (before, after) if last == 0 else None


def included(leaf, index, size, proof, root):
    found = climbed(leaf, index, size - 1, proof) if 0 <= index < size else None
    return found is not None and found[1] == root


def consistent(old, old_root, size, root, proof):
    if old in (0, size):
        return not proof and old_root == (root if old else EMPTY)
    path = proof if old & (old - 1) else [old_root, *proof]
    if not 0 < old < size or not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return climbed(path[0], place, last, path[1:]) == (old_root, root)


# --- signed notes ---------------------------------------------------------------------------------------------------
SIZE, ROOT = r"(0|[1-9]\d{0,17})\n", r"([A-Za-z0-9+/]{43}=)\n"
HEAD, AT = r"head ([0-9a-f]{64})\n", r"at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
NOTE = re.compile(
    rf"(?P<body>(?P<origin>[a-z0-9./-]{{1,108}})\n(?:{SIZE}{ROOT})?{SIZE}{ROOT}{HEAD}(?:reason ([0-9a-f]{{64}})\n)?{AT})"
    r"\n— (?P<name>[a-z0-9./-]{1,100}) (?P<signature>[A-Za-z0-9+/=]{1,124})\n",
    re.ASCII,
)


def note(text, keys, origin=None):
    """What a note says. Raises ValueError: it is none, of another log, or not by one of the keys."""
    found = NOTE.fullmatch(text)
    if not found:
        raise ValueError("this is no signed note")
    _, _, old_size, _, size, root, head, reason, at, name, signature = found.groups()
    if found["origin"] != name + ("/restore" if reason else "") or bool(reason) != bool(old_size):
        raise ValueError("a note is signed in another name than its own")
    if name != (origin or name):
        raise ValueError(f"a note is of another log: {name}")
    mark, signed = base64.b64decode(signature)[:4], base64.b64decode(signature)[4:]
    if not any(mark == known[:4] and signed_by(key, found["body"].encode(), signed) for known, key in keys):
        raise ValueError(f"the note of {size} events at {at} is not signed by the key")
    words = f"the {'restore to' if reason else 'checkpoint of'} {size} events signed at {at}"
    facts = {"size": int(size), "root": base64.b64decode(root), "head": bytes.fromhex(head)}
    return {**facts, "at": at, "restores": bool(reason), "words": words}


def in_force(notes):
    """Those that the log must agree with: a declared restore lets go of the longer ones before it."""
    standing, most = [], None
    for found in sorted(notes, key=lambda found: found["at"], reverse=True):
        if most is None or found["size"] <= most:
            standing.append(found)
        if found["restores"]:
            most = found["size"] if most is None else min(most, found["size"])
    return sorted(standing, key=lambda found: found["size"])


# --- the log --------------------------------------------------------------------------------------------------------
def lines(path, *kinds):
    with open(path, encoding="ascii") as file:
        for line in map(json.loads, file):
            if line["kind"] in kinds:
                yield line


def events(path):
    """Each event with the changes that follow it."""
    event, changes = None, []
    for line in lines(path, "event", "change"):
        if line["kind"] == "change":
            changes.append(line)
            continue
        if event:
            yield event, changes
        elif changes:
            raise ValueError("changes come before the first event")
        event, changes = line, []
    if event:
        yield event, changes


def sealed(event, changes):
    """What an event says of the changes it answers for, and what there is."""
    told = json.loads(event["body"]).get("sealed") or {"rows": 0, "digest": ""}
    told = {"rows": told["rows"], "digest": told["digest"]}
    if any(change["seal"] != event["seq"] for change in changes):
        return told, "changes that another event answers for"
    whole = hashlib.sha256()
    for change in changes:
        whole.update(json.dumps(change["line"], separators=(",", ":")).encode() + b"\n")
    return told, {"rows": len(changes), "digest": whole.hexdigest() if changes else ""}


def check(path, keys, kept):
    """Yield every fault of an export, up to the first event that is wrong; last the number of events followed."""
    (origin,) = {line["origin"] for line in lines(path, "log")}
    keys = keys or [key for line in lines(path, "key") for key in public_keys(line["pem"])]
    texts = dict.fromkeys([line["text"] for line in lines(path, "note")] + kept)
    waiting = in_force([note(text, keys, origin) for text in texts])
    size, prev, peaks = 0, bytes(32), []
    for event, changes in events(path):
        while waiting and waiting[0]["size"] == size:
            yield from against(waiting.pop(0), prev, root_of(peaks))
        made = leaf(prev, size + 1, event["body"])
        if (event["seq"], event["prev"], event["hash"]) != (size + 1, prev.hex(), made.hex()):
            yield f"event {size + 1}: {made.hex()} was expected, {event['hash']} is there as number {event['seq']}"
            return
        told, found = sealed(event, changes)
        if told != found:
            yield f"event {size + 1}: it answers for {told}, and there is {found}"
        grow(peaks, size, made)
        size, prev = size + 1, made
    for found in waiting:
        if found["size"] == size:
            yield from against(found, prev, root_of(peaks))
        else:
            yield f"the log ends at event {size}, and there is {found['words']}"
    yield size


def against(found, head, root):
    if (root, head) != (found["root"], found["head"]):
        yield f"the log is not the one of {found['words']}: {found['root'].hex()} was expected, {root.hex()} is there"


def proved(proof, keys):
    """What a proof shows, in words. Raises ValueError when it shows nothing."""
    signed, path = note(proof["checkpoint"], keys), [bytes.fromhex(one) for one in proof["proof"]]
    if "seq" in proof:
        made = (
            leaf(bytes.fromhex(proof["prev"]), proof["seq"], proof["body"]).hex() if "body" in proof else proof["hash"]
        )
        if made != proof["hash"] or not included(
            bytes.fromhex(made), proof["seq"] - 1, signed["size"], path, signed["root"]
        ):
            raise ValueError(f"the proof does not show event {proof['seq']} in {signed['words']}")
        return f"event {proof['seq']} ({proof['hash']}) is in {signed['words']}"
    if not consistent(proof["size"], bytes.fromhex(proof["root"]), signed["size"], signed["root"], path):
        raise ValueError(f"the proof does not show that {signed['words']} begins with {proof['size']} events")
    return f"{signed['words']} begins with the {proof['size']} events of root {proof['root']}"


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", nargs="?")
    [parser.add_argument(name) for name in ("--key", "--proof")]
    parser.add_argument("--checkpoint", nargs="+", action="extend", default=[])
    given = parser.parse_args()
    if not (given.export or (given.proof and given.key)):
        parser.error("name an export, or a proof and the key")
    found = []
    try:
        keys = public_keys(text(given.key)) if given.key else []
        kept = [text(path) for path in given.checkpoint]
        if given.proof:
            print("Proved:", proved(json.loads(text(given.proof)), keys))
        if given.export:
            found = list(check(given.export, keys, kept))
    except OSError as error:
        print(f"This could not be checked: {error}")
        return 2
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        found = [str(error)]
    faults = [fault for fault in found if isinstance(fault, str)]
    for fault in faults[:20]:
        print(fault)
    if given.export:
        print("The audit log does not hold." if faults else f"The audit log holds: {found[-1]:,} events followed.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
