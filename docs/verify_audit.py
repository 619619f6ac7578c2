"""Check the audit log with nothing but Python:

    python verify_audit.py export.ndjson --key checkpoint.pub.pem [--checkpoint NOTE…]
    python verify_audit.py --proof proof.json --key checkpoint.pub.pem

export.ndjson is what `manage.py audit export` writes, proof.json what /transparency/proof/<seq>.json says, NOTE a file
of checkpoints that you kept. Checked are chain (SHA-256), texts, changes and the tree's root for every note (RFC 6962);
and signatures (ECDSA, P-256) of the newest note, of yours, of restores and of notes that the log disagrees with: an
older one that fits the same log adds nothing. Exit 0: it holds; 1: it does not; 2: it could not be checked. Keep a copy
of the key: the one in the export, taken without --key, proves nothing against whoever wrote the export.
"""

import argparse
import base64
import datetime
import hashlib
import itertools
import json
import re
import sys

# --- ECDSA on P-256 (FIPS 186-5, SEC 1) ---------------------------------------------------------------------------
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


def times(number, point):
    found = None
    for bit in bin(number)[2:]:
        found = added(added(found, found), point if bit == "1" else None)
    return found


def signed_by(key, data, der):
    """Whether a signature is by this key (x, y): in the one way of DER, and of its two forms the one with the smaller s."""
    der = der if 8 <= len(der) <= 72 else bytes(8)
    r, s = pair = [int.from_bytes(part, "big") for part in (der[4 : 4 + der[3]], der[6 + der[3] :])]
    parts = [number.to_bytes(number.bit_length() // 8 + 1, "big") for number in pair]
    both = b"".join(bytes([2, len(part)]) + part for part in parts)
    if der != bytes([0x30, len(both)]) + both or not (0 < r < N and 0 < s <= N // 2):
        return False
    inverse, digest = pow(s, -1, N), int.from_bytes(hashlib.sha256(data).digest(), "big")
    point = added(times(digest * inverse % N, (X, Y)), times(r * inverse % N, key))
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


def climbed(node, place, last, proof):
    """Climb from a node with the hashes beside its way: the roots of the old tree and of the new, or None for both."""
    before = after = node
    for beside in proof:
        if last == 0:
            return None, None
        if place & 1 or place == last:
            before, after = parent(beside, before), parent(beside, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = parent(after, beside)
        place, last = place >> 1, last >> 1
    return (before, after) if last == 0 else (None, None)


def included(leaf, index, size, proof, root):
    return 0 <= index < size and climbed(leaf, index, size - 1, proof)[1] == root


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


SIZE, ROOT = r"(0|[1-9]\d{0,17})\n", r"([A-Za-z0-9+/]{43}=)\n"
HEAD, AT = r"head ([0-9a-f]{64})\n", r"at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
NOTE = re.compile(
    rf"(?a)(?P<body>(?P<origin>[a-z0-9./-]{{1,108}})\n(?:{SIZE}{ROOT})?{SIZE}{ROOT}{HEAD}(?:reason ([0-9a-f]{{64}})\n)?{AT})"
    r"\n— (?P<name>[a-z0-9./-]{1,100}) (?P<signature>[A-Za-z0-9+/=]{1,124})\n"
)


def said(text, origin=None):
    """What a note says, its signature not checked. Raises ValueError: it is none, or of another log."""
    found = NOTE.fullmatch(text)
    if not found:
        raise ValueError("this is no signed note")
    _, _, old_size, _, size, root, head, reason, at, name, signature = found.groups()
    raw = base64.b64decode(signature)
    named = found["origin"] == name + ("/restore" if reason else "") and name == (origin or name)
    if not named or bool(reason) != bool(old_size) or base64.b64encode(raw).decode() != signature:
        raise ValueError(f"a note signed as {name} is of another log, or not as notes are written")
    words = f"the {'restore to' if reason else 'checkpoint of'} {size} events signed at {at}"
    facts = {"size": int(size), "root": base64.b64decode(root), "head": bytes.fromhex(head)}
    return {**facts, "at": at, "restores": bool(reason), "words": words, "signed": (raw, found["body"].encode())}


def signed(found, keys):
    """The same note, when it is signed by one of the keys. Raises ValueError."""
    raw, body = found["signed"]
    if not any(raw[:4] == known[:4] and signed_by(key, body, raw[4:]) for known, key in keys):
        raise ValueError(f"{found['words']} is not signed by the key")
    return found


def split(data):
    """The notes in a text, one after the other with an empty line between; last what is left of a torn one."""
    *parts, rest = re.split(r"(?m)(^— .*\n)\n*", data)
    return [above + last for above, last in zip(parts[::2], parts[1::2], strict=True)] + [rest] * bool(rest)


def in_force(notes):
    """Those that the log must agree with: a declared restore lets go of the longer ones before it."""
    standing, most = [], float("inf")
    for found in sorted(notes, key=lambda found: found["at"], reverse=True):
        if found["size"] <= most:
            standing.append(found)
        most = min(most, found["size"] if found["restores"] else most)
    return sorted(standing, key=lambda found: found["size"])


def lines(path, *kinds):
    with open(path, encoding="ascii") as file:
        yield from (line for line in map(json.loads, file) if line["kind"] in kinds)


def events(path):
    """Each event with the changes that follow it; last None."""
    found = []
    for line in itertools.chain(lines(path, "event", "change"), [{"kind": "event"}]):
        if line["kind"] == "event" and found:
            yield found[0], found[1:]
            found = []
        found.append(line)
    yield None, []


def read(body):
    """What the text of an event says, and how it is not what is written there, or nothing."""
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False).encode()  # half of a pair of surrogates is no character
        same = json.dumps(found, sort_keys=True, separators=(",", ":"), allow_nan=False) == body
        kinds = [type(found[name]) for name in ("action", "actor", "object", "reason", "detail")]
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", body)
        depth = max(itertools.accumulate((mark in "[{") - (mark in "]}") for mark in bare))
        at = datetime.datetime.fromisoformat(found["at"])
        good = same and kinds == [str] * 4 + [dict] and depth <= 32 and at.tzinfo and 1 < at.year < 9999
    except (LookupError, RecursionError, TypeError, ValueError):
        return {}, "its text is not that of an event"
    return found, "" if good else "its text is not as that of an event is written"


def sealed(facts, event, changes):
    """How an event differs from the changes that it answers for, or nothing."""
    told, whole = facts.get("sealed"), hashlib.sha256()
    for change in changes:
        whole.update(json.dumps(change["line"], separators=(",", ":")).encode() + b"\n")
    told = {name: told.get(name) for name in ("rows", "digest")} if isinstance(told, dict) else told
    there = {"rows": len(changes), "digest": whole.hexdigest()} if changes else None
    if any(change["seal"] != event["seq"] for change in changes):
        return "it has changes that another event answers for"
    return "" if repr(told) == repr(there) else f"it answers for {told}, and there is {there}"


def check(path, keys, files):
    """Yield every fault of an export, up to the first event that is wrong; last the number of events followed."""
    (origin,) = {line["origin"] for line in lines(path, "log")}
    keys = keys or [key for line in lines(path, "key") for key in public_keys(line["pem"])]
    kept = [given(file, lambda data: [signed(said(one, origin), keys) for one in split(data)]) for file in files]
    notes = [said(one, origin) for one in dict.fromkeys(line["text"] for line in lines(path, "note"))]
    newest = max((found["at"] for found in notes), default=None)
    [signed(found, keys) for found in notes if found["restores"] or found["at"] == newest]
    waiting = in_force(sum(kept, notes))
    size, prev, peaks = 0, bytes(32), []
    for event, changes in events(path):
        while waiting and waiting[0]["size"] == size:
            *_, root = itertools.accumulate(reversed(peaks or [EMPTY]), lambda node, peak: parent(peak, node))
            found = waiting.pop(0)
            if (found["root"], found["head"]) != (root, prev):
                words = signed(found, keys)["words"]
                yield f"the log is not the one of {words}: {found['root'].hex()} was expected, {root.hex()} is there"
        if not event:
            break
        made = leaf(prev, size + 1, event["body"]) if isinstance(event.get("body"), str) else b""
        there = tuple(event.get(name) for name in ("seq", "prev", "hash"))
        if there != (size + 1, prev.hex(), made.hex()):
            yield f"event {size + 1}: {made.hex()} was expected, {there[2]} is there as number {there[0]}"
            return
        facts, odd = read(event["body"])
        if why := odd or sealed(facts, event, changes):
            yield f"event {size + 1}: {why}"
        node, above = made, size
        while above & 1:
            node, above = parent(peaks.pop(), node), above >> 1
        peaks.append(node)
        size, prev = size + 1, made
    for found in waiting:
        yield f"the log ends at event {size}, and there is {signed(found, keys)['words']}"
    yield size


def proved(proof, keys):
    """What a proof shows, in words. Raises ValueError when it shows nothing."""
    newest, path = signed(said(proof["checkpoint"]), keys), [bytes.fromhex(one) for one in proof["proof"]]
    if "seq" in proof:
        made, words = bytes.fromhex(proof["hash"]), f"event {proof['seq']} ({proof['hash']}) is in {newest['words']}"
        same = "body" not in proof or leaf(bytes.fromhex(proof["prev"]), proof["seq"], proof["body"]) == made
        shown = same and included(made, proof["seq"] - 1, newest["size"], path, newest["root"])
    else:
        words = f"{newest['words']} begins with the {proof['size']} events of root {proof['root']}"
        shown = consistent(proof["size"], bytes.fromhex(proof["root"]), newest["size"], newest["root"], path)
    if not shown:
        raise ValueError(f"the proof does not show that {words}")
    return words


def given(path, read=str):
    """What is read from a file to check by. Raises OSError, also when that cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            if found := read(file.read()):
                return found
    except ValueError as error:
        raise OSError(f"{path}: {error}") from error
    raise OSError(f"{path} holds nothing to check by")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", nargs="?")
    [parser.add_argument(name) for name in ("--key", "--proof")]
    parser.add_argument("--checkpoint", nargs="+", action="extend", default=[])
    args = parser.parse_args()
    _ = args.export or (args.proof and args.key) or parser.error("name an export, or a proof and the key")
    found = []
    try:
        keys = given(args.key, public_keys) if args.key else []
        if args.proof:
            print("Proved:", proved(json.loads(given(args.proof)), keys))
        if args.export:
            found.extend(check(args.export, keys, args.checkpoint))
    except OSError as error:
        print(f"This could not be checked: {error}")
        return 2
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        found.append(str(error))
    faults = [fault for fault in found if isinstance(fault, str)]
    [print(fault) for fault in faults[:20]]
    if args.export:
        print("The audit log does not hold." if faults else f"The audit log holds: {found[-1]:,} events followed.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
