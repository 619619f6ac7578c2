"""Trees of every size, by their definition, and every proof in them with every element altered."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mlops import merkle

LEAVES = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(300)]


def defined(leaves: Sequence[bytes]) -> bytes:
    """The root by the recursion of RFC 6962, 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def grown(size: int) -> merkle.Tree:
    tree = merkle.Tree()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    return tree


@lru_cache(maxsize=4)
def roots(most: int) -> list[bytes]:
    return [defined(LEAVES[:size]) for size in range(most + 1)]


def altered(proof: list[bytes]) -> Iterator[list[bytes]]:
    """A proof with one bit of one element turned, one left out, one doubled, two exchanged, one more."""
    for place, one in enumerate(proof):
        bit = 1 << (place % 8)
        yield [*proof[:place], bytes([one[0] ^ bit]) + one[1:], *proof[place + 1 :]]
        yield [*proof[:place], one[:-1] + bytes([one[-1] ^ bit]), *proof[place + 1 :]]
        yield [*proof[:place], *proof[place + 1 :]]
        yield [*proof[:place], one, *proof[place:]]
        if place and proof[place - 1] != one:
            yield [*proof[: place - 1], one, proof[place - 1], *proof[place + 1 :]]
    yield [*proof, bytes(32)]


def every_pair(most: int) -> tuple[int, int, int]:
    """Prove every inclusion and consistency in trees up to a size; how many held, and how many alterations were refused."""
    tree, known = grown(most), roots(most)
    inclusions = consistencies = refused = 0
    for size in range(1, most + 1):
        for place in range(size):
            leaf, root, proof = LEAVES[place], known[size], tree.inclusion(place, size)
            assert merkle.holds_inclusion(leaf, place, size, proof, root)
            wrong = [merkle.holds_inclusion(leaf, place, size, other, root) for other in altered(proof)]
            wrong.append(merkle.holds_inclusion(leaf, place, size, proof, known[size - 1]))
            wrong.append(merkle.holds_inclusion(LEAVES[place + 1], place, size, proof, root))
            wrong.append(merkle.holds_inclusion(leaf, place + 1, size, proof, root))
            inclusions += 1
            old = place + 1
            proof = tree.consistency(old, size)
            assert merkle.holds_consistency(old, known[old], size, root, proof)
            wrong += [merkle.holds_consistency(old, known[old], size, root, other) for other in altered(proof)]
            wrong.append(merkle.holds_consistency(old, known[old - 1], size, root, proof))
            wrong.append(merkle.holds_consistency(old, known[old], size, known[size - 1], proof))
            consistencies += 1
            assert not any(wrong), (place, size)
            refused += len(wrong)
    return inclusions, consistencies, refused
