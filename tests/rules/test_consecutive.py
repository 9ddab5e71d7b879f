"""Consecutive fails: the table, and what holds for every series of months."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.consecutive import (
    ConsecutiveRule,
    FailRun,
    Gap,
    MonthResult,
    MonthState,
    check_consecutive,
    consecutive_fails,
)
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind
from tests.rules.tables import Case, cases

FULL_MARK = Decimal(100)
UNKNOWN = Score(ScoreKind.UNKNOWN, None)
TENTH = timedelta(days=9)
LAST_DAY = date(2026, 12, 31)


def rule_of(columns: Case) -> ConsecutiveRule:
    excused, not_assessed = (Gap(columns[state]) if state in columns else None for state in ("excused", "not_assessed"))
    at_most = Decimal(columns["at_most"]) if "at_most" in columns else None
    below = Decimal(columns.get("below", 80)) if at_most is None else None
    consequence = columns.get("consequence", "right_to_terminate")
    periods, within = columns.get("periods", 2), columns.get("within")
    return ConsecutiveRule(below, periods, consequence, within, excused, not_assessed, at_most)


def month_of(period: Period, cell: object, final_on: date | None) -> MonthResult:
    state, score = MonthState.ASSESSED, UNKNOWN
    match cell:
        case int() | Decimal():
            score = Score(ScoreKind.EXACT, Fraction(cell))
        case {"at_least": bound}:
            score = Score(ScoreKind.AT_LEAST, Fraction(bound))
        case {"below": bound}:
            score = Score(ScoreKind.BELOW, Fraction(bound))
        case "excused" | "not_assessed":
            state = MonthState(cell)
        case _:
            assert cell == "unknown"
    return MonthResult(period, state, score, final_on or period.plus(1).first_day + TENTH)


def months_of(case: Case) -> list[MonthResult]:
    final: Mapping[str, date] = case.get("final", {})
    return [month_of(Period.parse(month), cell, final.get(month)) for month, cell in case["months"].items()]


def columns_of(run: FailRun) -> dict[str, object]:
    return {
        "first": str(run.first),
        "periods": " ".join(map(str, run.periods)),
        "since": run.since,
        "completed_by": str(run.completed_by),
    }


@pytest.mark.parametrize("case", cases("consecutive_fails", "runs"))
def test_runs(case: Case) -> None:
    as_of = case.get("as_of", date(2024, 12, 31))
    found = [columns_of(run) for run in consecutive_fails(rule_of(case.get("rule", {})), months_of(case), as_of)]
    assert len(found) == len(case["runs"])
    shown = [{name: row[name] for name in wanted} for row, wanted in zip(found, case["runs"], strict=True)]
    assert shown == case["runs"]


@pytest.mark.parametrize("case", cases("consecutive_fails", "checks"))
def test_checks(case: Case) -> None:
    faults = check_consecutive([rule_of(columns) for columns in case["rules"]], FULL_MARK)
    assert [[fault.pointer, fault.code] for fault in faults] == case["faults"]
    assert all(fault.detail and fault.remedy for fault in faults)


@pytest.mark.parametrize("state", [MonthState.EXCUSED, MonthState.NOT_ASSESSED])
def test_the_score_of_a_month_not_assessed_is_not_read(state: MonthState) -> None:
    first, second = (month_of(Period(2023, month), 70, None) for month in (1, 2))
    assert consecutive_fails(rule_of({}), [first, second], LAST_DAY)
    assert consecutive_fails(rule_of({}), [first, replace(second, state=state)], LAST_DAY) == ()


FIRST = Period(2023, 9)
MONTHS = 12
GAPS = st.none() | st.sampled_from(Gap)
RULES = st.builds(
    ConsecutiveRule,
    st.just(Decimal(80)),
    st.integers(2, 4),
    st.just("right_to_terminate"),
    st.none() | st.integers(2, 6),
    GAPS,
    GAPS,
).filter(lambda rule: not check_consecutive([rule], FULL_MARK))

# Fails come up often enough to stand in a row; None is a month without a final result.
CELLS = st.sampled_from([70, 70, 79, 70, 80, "excused", "not_assessed", "unknown", {"at_least": 70}, None])
RESULTS = st.lists(st.tuples(CELLS, st.integers(0, 150)), max_size=MONTHS).map(
    lambda cells: [
        month_of(FIRST.plus(number), cell, FIRST.plus(number).last_day + timedelta(days=lag))
        for number, (cell, lag) in enumerate(cells)
        if cell is not None
    ]
)
AS_OF = st.dates(FIRST.first_day, FIRST.plus(MONTHS + 5).last_day)


def by_first(runs: tuple[FailRun, ...]) -> dict[Period, FailRun]:
    return {run.first: run for run in runs}


@given(RULES, RESULTS, st.lists(AS_OF, max_size=10), AS_OF)
def test_nights_in_turn_end_where_one_question_does(
    rule: ConsecutiveRule, months: list[MonthResult], nights: list[date], as_of: date
) -> None:
    register: dict[Period, FailRun] = {}
    for night in sorted({*(night for night in nights if night <= as_of), as_of}):
        register |= by_first(consecutive_fails(rule, months, night))
    assert register == by_first(consecutive_fails(rule, months, as_of))


@given(RULES, RESULTS, AS_OF)
def test_a_run_keeps_its_beginning_and_only_grows(
    rule: ConsecutiveRule, months: list[MonthResult], as_of: date
) -> None:
    at_the_end = by_first(consecutive_fails(rule, months, LAST_DAY))
    for run in consecutive_fails(rule, months, as_of):
        later = at_the_end[run.first]
        assert (later.since, later.completed_by) == (run.since, run.completed_by)
        assert set(later.periods) >= set(run.periods)


@given(RULES, RESULTS.flatmap(st.permutations), AS_OF)
def test_the_order_of_recording_does_not_matter(
    rule: ConsecutiveRule, shuffled: list[MonthResult], as_of: date
) -> None:
    by_month = sorted(shuffled, key=lambda month: month.period)
    assert consecutive_fails(rule, shuffled, as_of) == consecutive_fails(rule, by_month, as_of)


@given(RULES, RESULTS, AS_OF)
def test_results_that_become_final_later_are_not_seen(
    rule: ConsecutiveRule, months: list[MonthResult], as_of: date
) -> None:
    known = [month for month in months if month.final_on <= as_of]
    assert consecutive_fails(rule, months, as_of) == consecutive_fails(rule, known, LAST_DAY)


@given(RULES, RESULTS)
def test_a_run_begins_the_day_its_months_are_known_and_not_before(
    rule: ConsecutiveRule, months: list[MonthResult]
) -> None:
    for run in consecutive_fails(rule, months, LAST_DAY):
        assert run.first in by_first(consecutive_fails(rule, months, run.since))
        assert run.first not in by_first(consecutive_fails(rule, months, run.since - timedelta(days=1)))
        assert run.since in {month.final_on for month in months if month.period == run.completed_by}


def stretches(rule: ConsecutiveRule, months: dict[Period, MonthResult]) -> Iterator[list[Period]]:
    """Give every stretch of months that the rule looks at as one, in the plainest way: from each month on."""
    skipped = {MonthState.EXCUSED: rule.excused is Gap.SKIP, MonthState.NOT_ASSESSED: rule.not_assessed is Gap.SKIP}
    for start in map(FIRST.plus, range(MONTHS)):
        if rule.within is not None:
            yield [start.plus(number) for number in range(rule.within)]
            continue
        stretch, period = [], start
        while period in months and (fails(months.get(period)) or skipped.get(months[period].state)):
            stretch.append(period)
            period = period.plus(1)
        yield stretch


def fails(month: MonthResult | None) -> bool:
    """Say whether a month certainly failed; of the cells above, only exact scores can."""
    return month is not None and month.score.value in {70, 79} and month.score.kind is ScoreKind.EXACT


@given(RULES, RESULTS)
def test_a_month_is_in_a_run_exactly_when_enough_certain_fails_are_around_it(
    rule: ConsecutiveRule, months: list[MonthResult]
) -> None:
    by_period = {month.period: month for month in months}
    expected = set()
    for stretch in stretches(rule, by_period):
        failed = {period for period in stretch if fails(by_period.get(period))}
        expected |= failed if len(failed) >= rule.periods else set()
    assert {period for run in consecutive_fails(rule, months, LAST_DAY) for period in run.periods} == expected


@given(RULES, RESULTS)
def test_results_final_in_order_name_each_run_by_its_earliest_month(
    rule: ConsecutiveRule, months: list[MonthResult]
) -> None:
    in_order = [replace(month, final_on=month.period.last_day) for month in months]
    runs = consecutive_fails(rule, in_order, LAST_DAY)
    for run in runs:
        assert run.first == run.periods[0]
        assert run.completed_by == run.periods[rule.periods - 1]
        assert run.since == run.completed_by.last_day
    together = [period for run in runs for period in run.periods]
    assert together == sorted(set(together))
