"""Which piece of a file a request gets: RFC 9110's own examples, and never more than the house hands out at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reels.ranges import NoSuchPiece, piece


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-499", (0, 499 + 1)),
        ("bytes=500-999", (500, 1000)),
        ("bytes=-500", (9500, 10_000)),
        ("bytes=9500-", (9500, 10_000)),
        ("bytes=0-0,-1", (0, 1)),
        ("bytes= 0-999, 4500-5499, -1000", (0, 1000)),
        ("Bytes=1-2", (1, 3)),
        ("bytes=0-", (0, 2_000)),  # bounded
        ("bytes=0-9999999", (0, 2_000)),
        ("bytes=-99999", (0, 2_000)),
        ("bytes=20000-,5-6", (5, 7)),  # the first that exists
        ("bytes=5-4", None),  # means nothing: as if it were not there
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=1-2,x", None),
        ("items=0-5", None),
        ("bytes 0-5", None),
        ("bytes=²-5", None),
        ("", None),
    ],
)
def test_a_piece_of_ten_thousand_bytes(header, expected):
    assert piece(header, 10_000, 2_000) == expected


@pytest.mark.parametrize("header", ["bytes=10000-", "bytes=-0", "bytes=99999-100000,-0"])
def test_behind_the_end_there_is_nothing(header):
    with pytest.raises(NoSuchPiece, match=r"bytes \*/10000"):
        piece(header, 10_000, 2_000)


@given(st.integers(0, 50), st.integers(1, 40), st.integers(1, 9))
def test_pieces_asked_for_one_after_the_other_are_the_whole(start, size, most):
    place, got = start, []
    while place < size:
        found = piece(f"bytes={place}-", size, most)
        assert found is not None
        assert found[0] == place < found[1] <= min(size, place + most)
        got += range(*found)
        place = found[1]
    assert got == list(range(start, size))
    with pytest.raises(NoSuchPiece):
        piece(f"bytes={place}-", size, most)
