"""What lines of one chunk come to, by what is there: a chunk that comes again is no news, whatever it says within itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from catalog.bulk import outcomes
from catalog.bulk.lines import Line
from catalog.bulk.outcomes import Given, Plan

SENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY, NEXT_DAY = SENT - timedelta(days=9), SENT - timedelta(days=8)
KEY = ("ann", 11)


def planned(there: Given | None, *said: tuple[int, datetime | None], sent_at: datetime = SENT) -> Plan:
    lines = [Line(number, *KEY, value, when) for number, (value, when) in enumerate(said, 1)]
    return outcomes.plan(lines, {KEY: there} if there else {}, [11], sent_at)


def statuses(plan: Plan) -> list[str]:
    return [status for _, status, _ in plan.results]


def test_lines_that_go_to_and_fro_and_end_at_what_is_there_change_nothing() -> None:
    plan = planned(Given(3, DAY), (8, None), (5, NEXT_DAY), (3, None))
    assert statuses(plan) == ["unchanged"] * 3
    assert (plan.changes, plan.after) == ([], {})


def test_a_last_line_that_only_repeats_the_one_before_leaves_that_ones_time() -> None:
    plan = planned(Given(3, DAY), (3, NEXT_DAY), (3, None))
    assert statuses(plan) == ["updated", "unchanged"]
    assert plan.after == {KEY: Given(3, NEXT_DAY)}


said = some.lists(some.tuples(some.integers(1, 3), some.sampled_from([None, DAY, NEXT_DAY])), min_size=1, max_size=6)
there = some.none() | some.builds(Given, some.integers(1, 3), some.sampled_from([DAY, NEXT_DAY]))


@given(there, said)
def test_a_chunk_that_comes_again_changes_nothing(there: Given | None, said: list[tuple[int, datetime | None]]) -> None:
    first = planned(there, *said)
    again = planned(first.after.get(KEY, there), *said, sent_at=SENT + timedelta(hours=1))
    assert statuses(again) == ["unchanged"] * len(said)
    assert again.changes == []
    assert first.after.get(KEY, there).value == said[-1][0], "of lines for one rating the last wins"  # type: ignore[union-attr]
