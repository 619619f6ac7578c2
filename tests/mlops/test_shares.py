"""Shares of counted trials with their interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.stats.shares import wilson


def test_twenty_of_a_hundred_by_hand() -> None:
    # p = .2, z = 1.96: (.2 + .0192 ± 1.96·√(.0016 + .0000960)) / 1.0384 = (.2192 ± .0807) / 1.0384
    assert wilson(20, 100) == pytest.approx((0.1334, 0.2888), abs=5e-5)


def test_no_trials_say_nothing_and_impossible_counts_are_refused() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    for hits, trials in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="is no share"):
            wilson(hits, trials)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_interval_holds_the_share_and_narrows_with_more_trials(hits: int, others: int) -> None:
    trials = hits + others
    low, high = wilson(hits, trials)
    assert 0 <= low <= high <= 1
    if trials:
        assert low - 1e-12 <= hits / trials <= high + 1e-12
        less, more = wilson(hits, trials), wilson(100 * hits, 100 * trials)
        assert more[1] - more[0] <= less[1] - less[0] + 1e-12
