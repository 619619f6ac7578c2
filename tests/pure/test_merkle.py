"""The tree over the audit log: against the definition in RFC 6962, and every proof with every element altered."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import merkle
from tests.proofs.trees import LEAVES, defined, every_pair, grown


def test_roots_by_hand() -> None:
    """RFC 6962: SHA-256 of nothing, the leaf itself, and 0x01 before two hashes."""
    a, b, c = (hashlib.sha256(letter).digest() for letter in (b"a", b"b", b"c"))
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root([a]) == a
    ab = hashlib.sha256(b"\1" + a + b).digest()
    assert merkle.root([a, b]) == ab
    assert merkle.root([a, b, c]) == hashlib.sha256(b"\1" + ab + c).digest()


def test_four_ways_lead_to_one_root() -> None:
    tree, frontier = grown(0), merkle.Frontier()
    for size, leaf in enumerate(LEAVES[:130], start=1):
        tree.append(leaf)
        frontier.append(leaf)
        assert tree.root() == frontier.root() == merkle.root(LEAVES[:size]) == defined(LEAVES[:size])
        assert (len(tree), frontier.size, tree.leaf(size - 1)) == (size, size, leaf)
    assert [tree.root(size) for size in range(131)] == [defined(LEAVES[:size]) for size in range(131)]


def test_every_pair_is_proved_and_every_altered_element_is_refused() -> None:
    inclusions, consistencies, refused = every_pair(64)
    assert (inclusions, consistencies) == (64 * 65 // 2, 64 * 65 // 2)
    assert refused > 60_000


@given(st.integers(1, 256), st.data())
def test_a_proof_holds_for_its_own_place_alone(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    tree, root = grown(256), merkle.root(LEAVES[:size])
    proof = tree.inclusion(index, size)
    assert merkle.holds_inclusion(LEAVES[index], index, size, proof, root)
    assert merkle.holds_inclusion(LEAVES[index], other, size, proof, root) == (index == other)
    assert merkle.holds_inclusion(LEAVES[other], index, size, proof, root) == (index == other)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=9), st.integers(-2, 9), st.integers(-2, 9))
def test_no_list_of_hashes_proves_what_is_not_so(proof: list[bytes], place: int, size: int) -> None:
    root = merkle.root(LEAVES[:7])
    assert not merkle.holds_inclusion(b"x" * 32, place, size, proof, root)
    assert not merkle.holds_consistency(place, b"x" * 32, size, root, proof)


def test_a_place_outside_the_tree_has_no_proof() -> None:
    tree = grown(5)
    for wrong in (
        lambda: tree.inclusion(5, 5),
        lambda: tree.inclusion(-1, 5),
        lambda: tree.inclusion(0, 6),
        lambda: tree.consistency(6, 5),
        lambda: tree.consistency(-1, 5),
        lambda: tree.consistency(1, 6),
        lambda: tree.root(6),
        lambda: tree.root(-1),
        lambda: tree.leaf(5),
        lambda: tree.append(b"short"),
        lambda: merkle.Frontier().append(b"x" * 33),
    ):
        with pytest.raises(ValueError, match=r"leaf|leaves"):
            wrong()


def test_nothing_and_the_tree_itself_need_no_hash_to_be_its_beginning() -> None:
    assert [grown(5).consistency(old, 5) for old in (0, 5)] == [[], []]
    assert grown(0).consistency(0, 0) == []


def test_a_hash_of_another_length_is_none() -> None:
    """Bytes that move from one hash to its neighbour must not be the same proof."""
    tree, root = grown(4), merkle.root(LEAVES[:4])
    a, b = tree.inclusion(0, 4)
    moved = [a + b[:1], b[1:]]
    for proof in (moved, [a + b], [a, b, b""]):
        assert not merkle.holds_inclusion(LEAVES[0], 0, 4, proof, root)
        assert not merkle.holds_consistency(3, merkle.root(LEAVES[:3]), 4, root, proof)
    assert not merkle.holds_inclusion(LEAVES[0] + a[:1], 0, 4, [a[1:], b], root)


def test_a_path_longer_or_shorter_than_the_tree_is_high_proves_nothing() -> None:
    """Whoever may also name the roots must still show a tree of that very size."""
    tree, extra = grown(9), b"x" * 32
    for size in range(1, 10):
        root = merkle.root(LEAVES[:size])
        for place in range(size):
            proof = tree.inclusion(place, size)
            for higher in (merkle.parent(extra, root), merkle.parent(root, extra)):
                assert not merkle.holds_inclusion(LEAVES[place], place, size, [*proof, extra], higher)
        for old in range(1, size):
            before, proof = merkle.root(LEAVES[:old]), tree.consistency(old, size)
            for one, other in (
                (merkle.parent(extra, before), merkle.parent(extra, root)),
                (before, merkle.parent(root, extra)),
            ):
                assert not merkle.holds_consistency(old, one, size, other, [*proof, extra])
    inner = merkle.parent(LEAVES[0], LEAVES[1])
    root = merkle.root(LEAVES[:4])
    assert not merkle.holds_inclusion(inner, 0, 4, tree.inclusion(0, 4)[1:], root)  # a node is no leaf
    assert not merkle.holds_consistency(2, inner, 4, merkle.parent(inner, inner), [])
    assert not merkle.holds_consistency(2, inner, 4, inner, [])
    assert not merkle.holds_consistency(3, inner, 4, inner, [inner])


def test_numbers_that_are_no_place_prove_nothing() -> None:
    one, root = LEAVES[0], merkle.root(LEAVES[:2])
    for place, size in ((-1, 1), (1, 1), (2, 1), (0, 0), (-1, 0), (0, -1)):
        assert not merkle.holds_inclusion(one, place, size, [], one)
    assert not merkle.holds_consistency(-1, merkle.EMPTY, 0, merkle.EMPTY, [])
    assert not merkle.holds_consistency(-1, one, -1, one, [])
    assert not merkle.holds_consistency(2, root, 1, root, [])
    assert not merkle.holds_consistency(2, one, 1, one, [])
    assert not merkle.holds_consistency(4, one, 3, merkle.parent(one, one), [one])
    assert not merkle.holds_consistency(0, one, 1, one, [])
    assert merkle.holds_consistency(0, merkle.EMPTY, 2, root, [])
    assert not merkle.holds_consistency(0, merkle.EMPTY, 2, root, [one])
    assert not merkle.holds_consistency(2, root, 2, root, [one])
    assert not merkle.holds_consistency(2, root, 2, one, [])
