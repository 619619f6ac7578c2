"""Judging: every gate on what was measured, with a sentence for each."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlops.ports import Gate, Metric
from mlops.stats.paired import both, mean_error, paired

CANDIDATE, CHAMPION = "candidate", "champion"
Measured = Mapping[tuple[str, str, str], Metric]  # by fold, arm and metric


@dataclass(frozen=True)
class Result:
    """What one gate says. passed: None where it does not apply, and then it counts neither way.

    value: the candidate's metric; limit: what it had to reach; error: the standard error of their difference.
    """

    key: str
    title: str
    passed: bool | None
    value: float | None
    limit: float | None
    error: float | None
    words: str


def judge(gates: Sequence[Gate], measured: Measured, has_champion: bool) -> list[Result]:
    """Return a result per gate, in order. What was not measured, or is not finite, fails."""
    return [_judged(gate, measured, has_champion) for gate in gates]


def passed(results: Iterable[Result]) -> bool:
    """Say whether at least one gate applied and none failed: a version that nothing judged has passed nothing."""
    applied = [result.passed for result in results if result.passed is not None]
    return bool(applied) and all(applied)


def number(value: float) -> str:
    """Return a number as sentences show it: three decimals, no zero before the point, thousands parted."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _judged(gate: Gate, measured: Measured, has_champion: bool) -> Result:
    if gate.needs_champion and not has_champion:
        return _result(gate, None, "does not apply: there is no champion yet")
    if gate.first_only and has_champion:
        return _result(gate, None, "does not apply: there is a champion already")
    mine = measured.get((gate.fold, CANDIDATE, gate.metric))
    if mine is None:
        return _result(gate, False, f"{gate.metric} of the candidate was not measured on {gate.fold}")
    if not gate.than:
        return _against_limit(gate, mine)
    other = measured.get((gate.fold, gate.than, gate.metric))
    if other is None:
        return _result(gate, False, f"{gate.metric} of {gate.than} was not measured on {gate.fold}")
    return _against_arm(gate, mine, other)


def _against_limit(gate: Gate, mine: Metric) -> Result:
    error = mean_error(mine.each) if gate.errors else None
    if fault := _unusable(gate, mine.value - gate.limit, error):
        return _result(gate, False, f"{mine.title} cannot be judged: {fault}")
    good = _clears(gate, mine.value - gate.limit, error)
    asked = "at least" if gate.sign > 0 else "at most"
    words = f"{mine.title} is {number(mine.value)}; {asked} {number(gate.limit)} is needed"
    if error is not None:
        words += f", by {gate.errors:g} standard errors of {number(error)}"
    return _result(gate, good, words, mine.value, gate.limit + gate.sign * gate.errors * (error or 0.0), error)


def _against_arm(gate: Gate, mine: Metric, other: Metric) -> Result:
    if mine.each.shape != other.each.shape:
        why = f"{len(mine.each)} and {len(other.each)} units are not the same units"
        return _result(gate, False, f"{mine.title} cannot be judged: {why}")
    value, rival, difference, error = _compared(mine, other)
    if fault := _unusable(gate, difference, error):
        return _result(gate, False, f"{mine.title} cannot be judged against {gate.than}: {fault}")
    good = _clears(gate, difference, error)
    limit = rival + gate.sign * gate.errors * (error or 0.0)
    return _result(gate, good, _sentence(gate, mine.title, (value, rival, difference, error)), value, limit, error)


def _compared(mine: Metric, other: Metric) -> tuple[float, float, float, float | None]:
    """Return both means over the units that both answered, their difference and its error; None where no units are."""
    if not len(mine.each):
        return mine.value, other.value, mine.value - other.value, None
    a, b = both(mine.each, other.each)
    if not len(a):
        return (math.nan,) * 4
    difference, error = paired(a, b)
    return float(np.mean(a)), float(np.mean(b)), difference, error


def _unusable(gate: Gate, difference: float, error: float | None) -> str:
    if not math.isfinite(difference):
        return "a value is not finite"
    if gate.errors and (error is None or not math.isfinite(error)):
        return "a standard error needs two units or more"
    return ""


def _clears(gate: Gate, difference: float, error: float | None) -> bool:
    """A lead of so many errors must be more than that: two models that are the same do not lead each other."""
    need = gate.errors * (error or 0.0)
    return gate.sign * difference > need if gate.errors > 0 else gate.sign * difference >= need


def _sentence(gate: Gate, title: str, found: tuple[float, float, float, float | None]) -> str:
    value, rival, difference, error = found
    if difference == 0:
        words = f"{title} {number(value)} equals {gate.than}'s"
    else:
        verb = "is above" if difference > 0 else "is below"
        if gate.sign > 0:
            verb = "leads" if difference > 0 else "trails"
        words = f"{title} {number(value)} {verb} {gate.than}'s {number(rival)} by {number(abs(difference))}"
    if error is None or not math.isfinite(error):
        return words
    words += f" ± {number(error)}"
    if not gate.errors:
        return words
    stands = f"{abs(difference) / error:.1f} standard errors" if error else "no spread between units"
    needed = f"{gate.errors:g} needed" if gate.errors > 0 else f"{-gate.errors:g} the other way allowed"
    return f"{words} ({stands}, {needed})"


def _result(
    gate: Gate,
    verdict: bool | None,
    words: str,
    value: float | None = None,
    limit: float | None = None,
    error: float | None = None,
) -> Result:
    kept = error if error is None or math.isfinite(error) else None
    return Result(gate.key, gate.title, verdict, value, limit, kept, words)
