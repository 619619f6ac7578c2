"""Gates: each verdict with its sentence, and nothing passes for want of a number."""

import numpy as np
import pytest

from mlops.ports import Gate, Metric
from mlops.stats.gates import Result, judge, passed

LEAD = Gate("beats-popular", "Beats the popular", "held-out", "gain", than="popular", errors=2, first_only=True)
KEEP = Gate("no-worse", "No worse than now", "held-out", "gain", than="champion", errors=-1, needs_champion=True)
UNITS = Gate("units", "Enough units", "held-out", "units", limit=100)
SHARE = Gate("share", "Not the same for all", "held-out", "share", limit=0.5, sign=-1)


def gain(*each: float) -> Metric:
    return Metric("gain", "Gain", float(np.mean(each)), np.array(each))


def plain(name: str, value: float) -> Metric:
    return Metric(name, name.title(), value)


def one(gate: Gate, has_champion: bool = False, **arms: Metric) -> Result:
    measured = {(gate.fold, arm, metric.name): metric for arm, metric in arms.items()}
    (found,) = judge([gate], measured, has_champion)
    return found


# --- against another arm -----------------------------------------------------------------------------------------
def test_a_lead_by_hand() -> None:
    """Differences .1, .2, .3: lead .2, s = .1, error .1/√3 = .0577, so 3.46 errors."""
    found = one(LEAD, candidate=gain(0.3, 0.4, 0.5), popular=gain(0.2, 0.2, 0.2))
    assert found.words == "Gain .400 leads popular's .200 by .200 ± .058 (3.5 standard errors, 2 needed)"
    assert (found.passed, found.value, found.error) == (True, pytest.approx(0.4), pytest.approx(0.1 / 3**0.5))
    assert found.limit == pytest.approx(0.2 + 2 * 0.1 / 3**0.5)


def test_a_lead_that_chance_may_have_made_is_not_enough() -> None:
    found = one(LEAD, candidate=gain(0.2, 0.4, 0.6), popular=gain(0.3, 0.3, 0.3))
    assert (found.passed, found.words) == (
        False,
        "Gain .400 leads popular's .300 by .100 ± .115 (0.9 standard errors, 2 needed)",
    )


def test_two_models_that_are_the_same_do_not_lead_each_other() -> None:
    found = one(LEAD, candidate=gain(0.2, 0.4), popular=gain(0.2, 0.4))
    assert (found.passed, found.words) == (
        False,
        "Gain .300 equals popular's ± .000 (no spread between units, 2 needed)",
    )


@pytest.mark.parametrize(("worse", "verdict"), [(0.01, True), (0.5, False)])
def test_an_allowed_shortfall_ends_where_it_says(worse: float, verdict: bool) -> None:
    """Differences −worse ± .1 (twice each): the error is .1·√(4/3)/2 = .0577."""
    candidate = gain(*(0.6 - worse + step for step in (-0.1, 0.1, -0.1, 0.1)))
    found = one(KEEP, has_champion=True, candidate=candidate, champion=gain(0.6, 0.6, 0.6, 0.6))
    assert found.passed is verdict
    assert "trails champion's .600" in found.words
    assert found.words.endswith("1 the other way allowed)")


def test_at_most_means_below() -> None:
    at_most = Gate("calmer", "Calmer", "held-out", "share", than="champion", sign=-1)
    below = one(at_most, True, candidate=plain("share", 0.2), champion=plain("share", 0.3))
    above = one(at_most, True, candidate=plain("share", 0.4), champion=plain("share", 0.3))
    assert (below.passed, below.words) == (True, "Share .200 is below champion's .300 by .100")
    assert (above.passed, above.words) == (False, "Share .400 is above champion's .300 by .100")


# --- against a limit ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("units", "verdict"), [(99.0, False), (100.0, True), (1234.0, True)])
def test_a_limit_may_be_reached_exactly(units: float, verdict: bool) -> None:
    found = one(UNITS, candidate=plain("units", units))
    assert (found.passed, found.limit) == (verdict, 100)
    assert "at least 100 is needed" in found.words


def test_at_most_a_limit() -> None:
    assert one(SHARE, candidate=plain("share", 0.5)).passed
    found = one(SHARE, candidate=plain("share", 0.51))
    assert (found.passed, found.words) == (False, "Share is .510; at most .500 is needed")


# --- what cannot be judged, and what does not apply --------------------------------------------------------------
@pytest.mark.parametrize(
    ("arms", "why"),
    [
        ({}, "gain of the candidate was not measured on held-out"),
        ({"candidate": gain(1, 2)}, "gain of popular was not measured on held-out"),
        ({"candidate": gain(np.nan, np.nan), "popular": gain(1, 2)}, "not finite"),
        ({"candidate": plain("gain", np.inf), "popular": plain("gain", 1)}, "not finite"),
        ({"candidate": gain(3, np.nan), "popular": gain(1, 2)}, "two units or more"),
        ({"candidate": plain("gain", 9), "popular": plain("gain", 1)}, "two units or more"),
        ({"candidate": gain(3, 4, 5), "popular": gain(1, 2)}, "3 and 2 units are not the same units"),
    ],
)
def test_what_cannot_be_judged_fails_and_says_why(arms: dict[str, Metric], why: str) -> None:
    found = one(LEAD, **arms)
    assert found.passed is False
    assert why in found.words


def test_a_gate_that_does_not_apply_counts_neither_way() -> None:
    measured = {("held-out", "candidate", "units"): plain("units", 170)}
    first = judge([UNITS, KEEP], measured, has_champion=False)
    assert [found.passed for found in first] == [True, None]
    assert first[1].words == "does not apply: there is no champion yet"
    assert passed(first)
    later = judge([LEAD], measured, has_champion=True)
    assert later[0].words == "does not apply: there is a champion already"
    assert not passed(later)


def test_one_failure_fails_the_version() -> None:
    measured = {("held-out", "candidate", "units"): plain("units", 170)}
    assert not passed(judge([UNITS, SHARE], measured, has_champion=False))
    assert not passed([])
