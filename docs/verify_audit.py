"""Check the audit log with nothing but Python, and p256.py beside this file:

    python verify_audit.py export.ndjson --key checkpoint.pub.pem [--checkpoint NOTE…]
    python verify_audit.py --proof proof.json --key checkpoint.pub.pem

export.ndjson is what `manage.py audit export` writes, proof.json what /transparency/proof/<seq>.json says, NOTE a file
of checkpoints that you kept. Checked are chain (SHA-256), texts, changes, the tree's root for every note (RFC 6962) and
the signature of every note (ECDSA, P-256): some milliseconds each. Exit 0: it holds; 1: it does not; 2: it could not be
checked. Keep a copy of the key: the one in the export, taken without --key, proves nothing against whoever wrote it.
"""

import argparse
import base64
import collections
import datetime
import functools
import hashlib
import itertools
import json
import re
import sys

from p256 import public_keys, signed_by

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


class Log:
    """The log as far as it was followed: how many events, the hash of the last, and the peaks of the tree over them."""

    def __init__(self):
        self.size, self.head, self.peaks = 0, bytes(32), []

    def append(self, hashed):
        node, trees = hashed, self.size
        while trees % 2:  # two trees of one size become one
            node, trees = parent(self.peaks.pop(), node), trees // 2
        self.peaks.append(node)
        self.size, self.head = self.size + 1, hashed

    def root(self):
        return functools.reduce(lambda right, left: parent(left, right), reversed(self.peaks)) if self.peaks else EMPTY


# --- signed notes (C2SP) ----------------------------------------------------------------------------------------------
SIZE, ROOT = r"(0|[1-9]\d{0,17})\n", r"([A-Za-z0-9+/]{43}=)\n"
HEAD, AT = r"head ([0-9a-f]{64})\n", r"at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
NOTE = re.compile(
    rf"(?a)(?P<body>(?P<origin>[a-z0-9./-]{{1,108}})\n(?:{SIZE}{ROOT})?{SIZE}{ROOT}{HEAD}(?:reason ([0-9a-f]{{64}})\n)?{AT})"
    r"\n— (?P<name>[a-z0-9./-]{1,100}) (?P<signature>[A-Za-z0-9+/=]{1,124})\n"
)
Note = collections.namedtuple("Note", "size root head at restores words")


def signed(text, keys, origin=None):
    """What a note says. Raises ValueError: it is none, of another log, or signed by none of the keys."""
    found = NOTE.fullmatch(text)
    if not found:
        raise ValueError("this is no signed note")
    _, _, old_size, _, size, root, head, reason, at, name, signature = found.groups()
    raw = base64.b64decode(signature)
    named = found["origin"] == name + ("/restore" if reason else "") and name == (origin or name)
    if not named or bool(reason) != bool(old_size) or base64.b64encode(raw).decode() != signature:
        raise ValueError(f"a note signed as {name} is of another log, or not as notes are written")
    words = f"the {'restore to' if reason else 'checkpoint of'} {size} events signed at {at}"
    if not any(raw[:4] == known[:4] and signed_by(key, found["body"].encode(), raw[4:]) for known, key in keys):
        raise ValueError(f"{words} is not signed by the key")
    return Note(int(size), base64.b64decode(root), bytes.fromhex(head), at, bool(reason), words)


def split(data):
    """The notes in a text, one after the other with an empty line between; last what is left of a torn one."""
    *parts, rest = re.split(r"(?m)(^— .*\n)\n*", data)
    return [above + last for above, last in zip(parts[::2], parts[1::2], strict=True)] + ([rest] if rest else [])


def in_force(notes):
    """Those that the log must agree with: a declared restore lets go of the longer ones before it."""
    standing, most = [], float("inf")
    for note in sorted(notes, key=lambda note: note.at, reverse=True):
        if note.size <= most:
            standing.append(note)
            most = note.size if note.restores else most
    return sorted(standing, key=lambda note: note.size)


# --- an export --------------------------------------------------------------------------------------------------------
def lines(path, *kinds):
    with open(path, encoding="ascii") as file:
        for number, text in enumerate(file, 1):
            try:
                line = json.loads(text)
                wanted = line["kind"] in kinds
            except (LookupError, RecursionError, TypeError, ValueError):
                raise ValueError(f"line {number} of {path} is none of an export") from None
            if wanted:
                yield line


def events(path):
    """Each event with the changes that follow it."""
    event, changes = None, []
    for line in lines(path, "event", "change"):
        if line["kind"] == "event":
            if event:
                yield event, changes
            event, changes = line, []
        elif event:
            changes.append(line)
        else:
            raise ValueError("a change comes before the first event")
    if event:
        yield event, changes


def read(body):
    """What the text of an event says, and how it is not what is written there, or nothing."""
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False).encode()  # half of a pair of surrogates is no character
        canonical = json.dumps(found, sort_keys=True, separators=(",", ":"), allow_nan=False)
        kinds = [type(found[name]) for name in ("action", "actor", "object", "reason", "detail")]
        at = datetime.datetime.fromisoformat(found["at"])
        brackets = re.sub(r'"(?:[^"\\]|\\.)*"|[^][{}]', "", body)
        depth = max(itertools.accumulate(1 if bracket in "[{" else -1 for bracket in brackets))
    except (LookupError, RecursionError, TypeError, ValueError):
        return {}, "its text is not that of an event"
    dated = at.tzinfo is not None and 1 < at.year < 9999
    if canonical != body or kinds != [str] * 4 + [dict] or not dated or depth > 32:
        return found, "its text is not as that of an event is written"
    return found, ""


def sealed(facts, event, changes):
    """How an event differs from the changes that it answers for, or nothing."""
    if any(change["seal"] != event["seq"] for change in changes):
        return "it has changes that another event answers for"
    told, whole = facts.get("sealed"), hashlib.sha256()
    told = {name: told.get(name) for name in ("rows", "digest")} if isinstance(told, dict) else told
    for change in changes:
        whole.update(json.dumps(change["line"], separators=(",", ":")).encode() + b"\n")
    there = {"rows": len(changes), "digest": whole.hexdigest()} if changes else None
    same = repr(told) == repr(there)  # as they are written, where true is not 1
    return "" if same else f"it answers for {told}, and there is {there}"


def unlike(log, waiting):
    """How the log, as far as it was followed, is not the one of the next notes in force; these are taken out."""
    while waiting and waiting[0].size == log.size:
        note, root = waiting.pop(0), log.root()
        if (note.root, note.head) != (root, log.head):
            yield f"the log is not the one of {note.words}: {note.root.hex()} was expected, {root.hex()} is there"


def check(path, keys, files, log):
    """Follow the events of an export, and yield every fault of it up to the first event that does not follow."""
    (origin,) = {line["origin"] for line in lines(path, "log")}
    keys = keys or [key for line in lines(path, "key") for key in public_keys(line["pem"])]
    kept = [given(file, lambda data: [signed(text, keys, origin) for text in split(data)]) for file in files]
    notes = [note for found in kept for note in found]
    for text in dict.fromkeys(line["text"] for line in lines(path, "note")):
        try:
            notes.append(signed(text, keys, origin))
        except ValueError as error:
            yield str(error)
    waiting = in_force(notes)
    yield from unlike(log, waiting)
    for event, changes in events(path):
        seq, prev, there = event.get("seq"), event.get("prev"), event.get("hash")
        made = leaf(log.head, log.size + 1, event["body"]) if isinstance(event.get("body"), str) else b""
        if (seq, prev, there) != (log.size + 1, log.head.hex(), made.hex()):
            yield f"event {log.size + 1}: {made.hex()} was expected, {there} is there as number {seq}"
            return
        log.append(made)
        facts, odd = read(event["body"])
        if why := odd or sealed(facts, event, changes):
            yield f"event {log.size}: {why}"
        yield from unlike(log, waiting)
    yield from (f"the log ends at event {log.size}, and there is {note.words}" for note in waiting)


def proved(proof, keys):
    """What a proof shows, in words. Raises ValueError when it shows nothing."""
    note, path = signed(proof["checkpoint"], keys), [bytes.fromhex(one) for one in proof["proof"]]
    if "seq" in proof:
        made, words = bytes.fromhex(proof["hash"]), f"event {proof['seq']} ({proof['hash']}) is in {note.words}"
        same = "body" not in proof or leaf(bytes.fromhex(proof["prev"]), proof["seq"], proof["body"]) == made
        shown = same and included(made, proof["seq"] - 1, note.size, path, note.root)
    else:
        words = f"{note.words} begins with the {proof['size']} events of root {proof['root']}"
        shown = consistent(proof["size"], bytes.fromhex(proof["root"]), note.size, note.root, path)
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
    parser.add_argument("--key")
    parser.add_argument("--proof")
    parser.add_argument("--checkpoint", nargs="+", action="extend", default=[])
    args = parser.parse_args()
    if not args.export and not (args.proof and args.key):
        parser.error("name an export, or a proof and the key")
    faults, log = [], Log()
    try:
        keys = given(args.key, public_keys) if args.key else []
        if args.proof:
            print("Proved:", proved(json.loads(given(args.proof)), keys))
        if args.export:
            faults.extend(check(args.export, keys, args.checkpoint, log))
    except OSError as error:
        print(f"This could not be checked: {error}")
        return 2
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        faults.append(str(error))
    for fault in faults[:20]:
        print(fault)
    if args.export:
        print("The audit log does not hold." if faults else f"The audit log holds: {log.size:,} events followed.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
