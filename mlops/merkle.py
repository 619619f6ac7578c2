"""The tree over the audit log (RFC 6962): roots, and proofs that an event is in it and that it only ever grew.

Leaves come as hashes (SHA-256(0x00 ‖ …), 32 bytes); a node is SHA-256(0x01 ‖ left ‖ right). A proof is a list of such.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import count

SIZE = 32  # bytes of a hash
EMPTY = hashlib.sha256(b"").digest()  # the root of a tree without leaves


def parent(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two hashes. Source: RFC 6962, 2.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of a tree, computed level by level: a node without a neighbour rises as it is."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        paired = [parent(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


class Frontier:
    """A tree that can only grow: of n leaves it keeps at most log2(n) + 1 hashes, those of its whole subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # the largest first

    def append(self, leaf: bytes) -> None:
        """Add a leaf. Raises ValueError when it is no hash."""
        if len(leaf) != SIZE:
            raise ValueError(f"a leaf is a hash of {SIZE} bytes, not {len(leaf)}")
        node, rest = leaf, self.size
        while rest & 1:
            node, rest = parent(self._peaks.pop(), node), rest >> 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = parent(peak, node)
        return node


class Tree:
    """A tree that grows and remembers every whole subtree (64 bytes a leaf), so that it can prove what it was at any size."""

    def __init__(self) -> None:
        self._levels: defaultdict[int, bytearray] = defaultdict(bytearray)

    def __len__(self) -> int:
        return len(self._levels[0]) // SIZE

    def append(self, leaf: bytes) -> None:
        """Add a leaf. Raises ValueError when it is no hash."""
        if len(leaf) != SIZE:
            raise ValueError(f"a leaf is a hash of {SIZE} bytes, not {len(leaf)}")
        node = bytes(leaf)
        for height in count():
            level = self._levels[height]
            level += node
            if (len(level) // SIZE) % 2:
                return
            node = parent(bytes(level[-2 * SIZE : -SIZE]), bytes(level[-SIZE:]))

    def leaf(self, index: int) -> bytes:
        return self._node(0, self._checked(index + 1) - 1)

    def root(self, size: int | None = None) -> bytes:
        """Return the root it had at a size. Raises ValueError when it has not grown so far."""
        size = self._checked(len(self) if size is None else size)
        return self._span(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that leaf `index`, from zero, is among the first `size`: the hashes beside its way up."""
        if not 0 <= index < self._checked(size):
            raise ValueError(f"leaf {index} is not among the first {size}")
        proof, low, high = [], 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                proof.append(self._span(middle, high))
                high = middle
            else:
                proof.append(self._span(low, middle))
                low = middle
        return proof[::-1]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that the first `old` leaves are the beginning of the first `size`. Source: RFC 6962, 2.1.2."""
        if not 0 <= old <= self._checked(size):
            raise ValueError(f"{size} leaves do not begin with {old}")
        if old == 0:
            return []
        proof, low, high, whole = [], 0, size, True  # whole: the old tree is a subtree here, and known by its root
        while high != old:
            middle = low + _split(high - low)
            if old <= middle:
                proof.append(self._span(middle, high))
                high = middle
            else:
                proof.append(self._span(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._span(low, high)]) + proof[::-1]

    def _checked(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _node(self, height: int, place: int) -> bytes:
        return bytes(self._levels[height][place * SIZE : (place + 1) * SIZE])

    def _span(self, low: int, high: int) -> bytes:
        """Return the root over leaves low to high, as a subtree of some size: low is a multiple of its power of two."""
        height = (high - low).bit_length() - 1
        if high - low == 1 << height:
            return self._node(height, low >> height)
        middle = low + _split(high - low)
        return parent(self._span(low, middle), self._span(middle, high))


def holds_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof shows leaf `index`, from zero, in the tree of that size and root. Source: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    node, place, last = leaf, index, size - 1
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = parent(beside, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = parent(node, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def holds_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the old tree is the beginning of the new. Source: RFC 9162, 2.1.4.2."""
    if not 0 <= old <= size or not _hashes(old_root, root, *proof):
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = parent(beside, before), parent(beside, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = parent(after, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _split(size: int) -> int:
    """Return the largest power of two below a size above one."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes(*found: bytes) -> bool:
    return all(len(one) == SIZE for one in found)
