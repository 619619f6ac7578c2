"""Paired differences and A/A rates: by hand, and what must hold for any values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.stats.paired import mean_error, paired
from mlops.stats.resample import aa_rate, centred_rate

NAN = float("nan")
values = st.lists(st.floats(-100, 100), min_size=2, max_size=40)


def test_a_difference_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, s = 1, error 1/√3."""
    difference, error = paired(np.array([2.0, 4, 6]), np.array([1.0, 2, 3]))
    assert (difference, error) == (2.0, pytest.approx(1 / math.sqrt(3)))


def test_a_unit_that_one_model_could_not_answer_counts_for_neither() -> None:
    difference, error = paired(np.array([2.0, NAN, 4, 6]), np.array([1.0, 0, 2, np.inf]))
    assert (difference, error) == (1.5, pytest.approx(0.5))


def test_too_few_units_have_no_error() -> None:
    assert math.isnan(mean_error(np.array([1.0])))
    assert paired(np.array([3.0]), np.array([1.0]))[0] == 2.0
    assert all(math.isnan(found) for found in paired(np.empty(0), np.empty(0)))


def test_different_units_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) and \(1,\)"):
        paired(np.array([1.0, 2]), np.array([1.0]))


@given(values, st.floats(-100, 100))
def test_a_constant_lead_has_no_error_and_turns_round_when_swapped(each: list[float], lead: float) -> None:
    a = np.array(each)
    difference, error = paired(a + lead, a)
    assert difference == pytest.approx(lead, abs=1e-9)
    assert error == pytest.approx(0, abs=1e-9)
    b = a[::-1]
    assert paired(a, b) == pytest.approx((-paired(b, a)[0], paired(b, a)[1]))


def test_pairing_is_worth_it() -> None:
    """Units differ much, models little: unpaired, the lead drowns in the spread between units."""
    units = np.random.default_rng(1).normal(0, 1, 400)
    better = units + np.random.default_rng(2).normal(0.05, 0.1, 400)
    difference, error = paired(better, units)
    assert difference > 5 * error
    assert difference < 2 * mean_error(units)


@pytest.mark.parametrize("skew", [False, True])
def test_a_model_no_better_passes_two_errors_about_one_time_in_forty(skew: bool) -> None:
    chance = np.random.default_rng(3)
    each = chance.beta(0.5, 2, 170) if skew else chance.normal(0.2, 0.1, 170)
    rates = [aa_rate(each, errors=2, seed=seed) for seed in range(5)]
    assert 0.01 < np.mean(rates) < 0.05
    assert aa_rate(each, errors=2, seed=0) == rates[0]
    assert 0.005 < centred_rate(each - chance.permutation(each), errors=2, pairs=1000) < 0.05


def test_at_no_errors_every_second_pair_passes() -> None:
    assert aa_rate(np.random.default_rng(4).normal(size=100), errors=0, pairs=1000) == pytest.approx(0.5, abs=0.05)
