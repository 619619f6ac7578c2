"""Histograms and their distances: by hand, what must hold for any counts, and how rarely chance is called drift."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.ports import Array, Column, Rows
from mlops.stats.distance import ks, psi
from mlops.stats.drift import drift, effective_subjects, too_little
from mlops.stats.histograms import Histogram, count, from_kept, watched
from mlops.stats.resample import null_psi

COLUMNS = [
    Column("mark", "int8", "what was given", levels=(1, 2, 3, 4, 5), watched=True),
    Column("age", "float64", "of what it was given to", edges=(10, 20), watched=True),
    Column("unseen", "int8", "levels, but not watched", levels=(0, 1)),
    Column("endless", "int64", "watched, but nothing to count it by", watched=True),
]
BINS = watched(COLUMNS)
Histograms = dict[str, Histogram]
pairs = st.integers(1, 12).flatmap(
    lambda size: st.tuples(*[st.lists(st.integers(0, 5000), min_size=size, max_size=size)] * 2)
)


# --- counting ----------------------------------------------------------------------------------------------------
def test_counts_by_hand() -> None:
    assert [bins.name for bins in BINS] == ["mark", "age"]
    rows = {
        "mark": np.array([1, 5, 5, 9, 0]),
        "age": np.array([9.9, 10, 20, -3, np.nan]),
        "who": np.array(["b", "a", "a", "a", "c"]),
    }
    found = count(BINS, rows, "who")
    assert found["mark"].counts.tolist() == [1, 0, 0, 0, 2, 2]
    assert found["age"].counts.tolist() == [2, 1, 2]
    assert found["mark"].blocks.tolist() == [[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 2, 1], [1, 0, 0, 0, 0, 0]]
    assert found["age"].blocks.sum(axis=0).tolist() == found["age"].counts.tolist()


def test_what_is_kept_of_subjects_does_not_say_whose_it_is() -> None:
    rows = made(np.random.default_rng(1), 40)
    renamed = {**rows, "who": 1000 - rows["who"]}
    np.testing.assert_array_equal(count(BINS, rows, "who")["mark"].blocks, count(BINS, renamed, "who")["mark"].blocks)


def test_kept_histograms_come_back_and_foreign_ones_do_not() -> None:
    found = count(BINS, made(np.random.default_rng(1), 40), "who")["mark"]
    again = from_kept("mark", found.as_json(), {"blocks": found.blocks})
    assert again.bins == found.bins
    np.testing.assert_array_equal(again.blocks, found.blocks)
    for broken in ({"blocks": found.blocks[:, 1:]}, {"other": found.blocks}, {"blocks": found.counts}):
        with pytest.raises(ValueError, match="kept of mark is not of its levels"):
            from_kept("mark", found.as_json(), broken)


# --- distances ---------------------------------------------------------------------------------------------------
def test_psi_by_hand() -> None:
    """With one row more in each bin (9, 1) and (4, 6) are (.9, .1)→(10/12, 2/12) and (5/12, 7/12).

    Σ (q − p)·ln(q/p) = −5/12·ln(1/2) + 5/12·ln(7/2) = 5/12·ln 7 = .8108."""
    assert psi(np.array([9, 1]), np.array([4, 6])) == pytest.approx(5 / 12 * math.log(7))


def test_ks_by_hand() -> None:
    """Cumulated .2 .6 1 and .5 .5 1: the largest step between them is .3."""
    assert ks(np.array([2, 4, 4]), np.array([5, 0, 5])) == pytest.approx(0.3)
    assert math.isnan(ks(np.array([0, 0]), np.array([1, 2])))


@given(pairs)
def test_distances_are_symmetric_and_never_negative(both: tuple[list[int], list[int]]) -> None:
    a, b = np.array(both[0]), np.array(both[1])
    assert psi(a, b) == pytest.approx(psi(b, a), abs=1e-12)
    assert psi(a, b) >= 0
    assert psi(a, a) == 0
    if a.any() and b.any():
        assert ks(a, b) == pytest.approx(ks(b, a))
        assert 0 <= ks(a, b) <= 1 + 1e-12
        assert ks(a, a * 3) == pytest.approx(0)


def test_other_bins_are_not_compared() -> None:
    for distance in (psi, ks):
        with pytest.raises(ValueError, match="2 and 3 bins"):
            distance(np.array([1, 2]), np.array([1, 2, 3]))


# --- what chance does --------------------------------------------------------------------------------------------
def made(chance: np.random.Generator, subjects: int, shift: float = 0, spread: float = 1.0) -> Rows:
    """Rows of subjects who each have a taste of their own, so that their rows cluster; of 5 to 300 rows each."""
    who, marks = [], []
    for subject in range(subjects):
        size = int(10 ** chance.uniform(0.7, 2.5))
        taste = chance.normal(3 + shift, spread)
        marks.append(np.clip(np.round(chance.normal(taste, 0.7, size)), 1, 5))
        who.append(np.full(size, subject))
    mark = np.concatenate(marks).astype(np.int8)
    return {"mark": mark, "age": chance.uniform(0, 30, len(mark)), "who": np.concatenate(who)}


def sizes(found: Histograms) -> Array:
    return found["mark"].blocks.sum(axis=1)


def moved(reference: Histograms, rows: Rows, seed: int = 0) -> list[str]:
    return [column.name for column in drift(reference, count(BINS, rows, "who"), seed=seed, draws=300) if column.moved]


def test_chance_is_hardly_ever_called_drift_though_subjects_cluster() -> None:
    chance = np.random.default_rng(7)
    reference = count(BINS, made(chance, 400), "who")
    windows = [count(BINS, made(chance, 40), "who") for _ in range(50)]
    judged = [window for window in windows if not too_little(sizes(window))]
    assert len(judged) > 30
    alarms = [any(column.moved for column in drift(reference, window, draws=300)) for window in judged]
    by_limit_alone = [psi(reference["mark"].counts, window["mark"].counts) >= 0.1 for window in judged]
    assert sum(alarms) <= 1
    assert sum(by_limit_alone) > 3 * sum(alarms)


def test_a_shift_is_seen_in_the_column_that_moved_and_in_no_other() -> None:
    chance = np.random.default_rng(8)
    reference = count(BINS, made(chance, 400), "who")
    assert [moved(reference, made(chance, 60, shift=-1.5), seed) for seed in range(5)] == [["mark"]] * 5


def test_a_small_steady_change_is_below_the_limit_however_sure_it_is() -> None:
    chance = np.random.default_rng(9)
    level = {"mark": chance.integers(1, 6, 60_000), "age": np.zeros(60_000), "who": np.arange(60_000) % 3000}
    tilted = {**level, "mark": np.where(chance.random(60_000) < 0.05, 1, level["mark"])}
    reference = count(BINS, level, "who")
    found = drift(reference, count(BINS, tilted, "who"), draws=100)[0]
    assert found.chance < found.psi < found.limit == 0.1
    assert not found.moved


def test_without_kept_subjects_the_limit_alone_decides() -> None:
    found = count(BINS, made(np.random.default_rng(1), 40), "who")
    bare = {name: from_kept(name, one.as_json(), None) for name, one in found.items()}
    shifted = count(BINS, made(np.random.default_rng(2), 40, shift=-1.5), "who")
    (mark, _) = drift(bare, shifted)
    assert (mark.moved, mark.limit) == (True, 0.1)
    assert math.isnan(mark.chance)


def test_chance_is_the_same_for_the_same_seed() -> None:
    found = count(BINS, made(np.random.default_rng(1), 40), "who")
    blocks, rows = found["mark"].blocks, sizes(found)
    np.testing.assert_array_equal(null_psi(blocks, rows, draws=20, seed=3), null_psi(blocks, rows, draws=20, seed=3))
    assert null_psi(blocks, rows, draws=20, seed=4)[0] != null_psi(blocks, rows, draws=20, seed=3)[0]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([30] * 16, "480 rows of 16 subjects; 500 rows of 20 subjects are needed"),
        ([499], "499 rows of 1 subjects"),
        ([1000, *[20] * 30], "a few subjects outweigh the rest: as 2.5 equal ones; 15 are needed"),
        ([30] * 20, ""),
    ],
)
def test_a_window_that_says_nothing_is_not_judged(rows: list[int], why: str) -> None:
    assert too_little(np.array(rows)).startswith(why)
    assert bool(too_little(np.array(rows))) == bool(why)


def test_effective_subjects_by_hand() -> None:
    """(3 + 1)² / (9 + 1) = 1.6."""
    assert effective_subjects(np.array([3, 1])) == pytest.approx(1.6)
    assert effective_subjects(np.array([7, 7, 7])) == pytest.approx(3)
    assert effective_subjects(np.array([])) == 0
