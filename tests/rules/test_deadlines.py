"""Due dates and lateness: their tables, and what holds for every rule on every day."""

import re
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.deadlines import DueDateRule, DueState, Lateness, Roll, Unit, due_date, lateness
from app.rules.working_days import CalendarDay, WorkCalendar, next_notice_reaches_from
from tests.rules.calendars import COVERED_YEARS, state_council
from tests.rules.tables import Case, cases, rows

CALENDAR = state_council()
DAYS = st.dates(date(2018, 1, 1), date(2028, 12, 31))
RULES = st.builds(
    DueDateRule,
    after=st.just("period_end"),
    unit=st.sampled_from(Unit),
    length=st.integers(1, 31),
    roll=st.sampled_from(Roll),
    counts_start_day=st.booleans(),
)


def rule_of(case: Case) -> DueDateRule:
    roll = Roll(case.get("roll", "none"))
    return DueDateRule("period_end", Unit(case["unit"]), case["length"], roll, case.get("start_day_counts", False))


@pytest.mark.parametrize("case", cases("due_dates"))
def test_due_date(case: Case) -> None:
    due = due_date(rule_of(case), case["event"], CALENDAR)
    assert due.on == case["due"]
    assert due.provisional is case.get("provisional", False)
    assert due.steps == tuple(case.get("steps", due.steps))


def test_the_table_has_every_unit_with_every_roll_and_start() -> None:
    shown = {(rule.unit, rule.roll, rule.counts_start_day) for rule in map(rule_of, rows("due_dates"))}
    assert shown == set(product(Unit, Roll, (False, True)))


def test_a_holiday_that_ends_before_a_weekend_rolls_to_that_weekend() -> None:
    # Labour Day of 2015 was a Friday with an ordinary weekend after it.
    calendar = WorkCalendar.of([CalendarDay(date(2015, 5, 1), is_working_day=False, name="劳动节")], [2015])
    rule = DueDateRule("period_end", Unit.DAY_OF_NEXT_MONTH, 1, Roll.DAY_AFTER_HOLIDAY)
    assert due_date(rule, date(2015, 4, 30), calendar).on == date(2015, 5, 2)


def test_a_roll_into_a_year_without_a_notice_is_provisional() -> None:
    # New Year's Eve of 2022 was a Saturday; Monday, 2 January, turned out to be a rest day when the notice came.
    calendar = WorkCalendar.of([], [2022])
    rule = DueDateRule("period_end", Unit.DAY_OF_NEXT_MONTH, 31, Roll.NEXT_WORKING_DAY)
    due = due_date(rule, date(2022, 11, 30), calendar)
    assert (due.on, due.provisional) == (date(2023, 1, 2), True)


@pytest.mark.parametrize(("unit", "length"), [*((unit, 0) for unit in Unit), (Unit.DAY_OF_NEXT_MONTH, 32)])
def test_a_limit_that_cannot_be_is_refused(unit: Unit, length: int) -> None:
    with pytest.raises(ValueError, match=f"not {length}"):
        DueDateRule("period_end", unit, length, Roll.NONE)


@pytest.mark.parametrize("case", cases("lateness"))
def test_lateness(case: Case) -> None:
    expected = Lateness(
        DueState(case["state"]), case["days"], case["working_days"], provisional=case.get("provisional", False)
    )
    assert lateness(case["due"], case["met"], case["as_of"], CALENDAR) == expected


@given(RULES, DAYS)
def test_nothing_is_due_before_its_event(rule: DueDateRule, event_on: date) -> None:
    first_day = event_on if rule.counts_start_day else event_on + timedelta(days=1)
    assert due_date(rule, event_on, CALENDAR).on >= first_day


@given(RULES, DAYS)
def test_a_later_event_is_never_due_earlier(rule: DueDateRule, event_on: date) -> None:
    next_day = event_on + timedelta(days=1)
    assert due_date(rule, event_on, CALENDAR).on <= due_date(rule, next_day, CALENDAR).on


@given(RULES, DAYS)
def test_every_step_carries_a_date_and_the_roll_ends_where_it_says(rule: DueDateRule, event_on: date) -> None:
    due = due_date(rule, event_on, CALENDAR)
    assert str(event_on) in due.steps[0]
    assert all(re.search(r"\d{4}-\d{2}-\d{2}", step) for step in due.steps)
    assert str(due.on) in due.steps[-1]
    if rule.roll is Roll.NEXT_WORKING_DAY:
        assert CALENDAR.is_working_day(due.on)
    if rule.roll is Roll.DAY_AFTER_HOLIDAY:
        assert CALENDAR.holiday_name(due.on) is None


@given(RULES, DAYS, st.sampled_from(COVERED_YEARS))
def test_a_date_that_a_notice_moves_was_provisional(rule: DueDateRule, event_on: date, year: int) -> None:
    before, after = due_date(rule, event_on, state_council(without=year)), due_date(rule, event_on, CALENDAR)
    assert before.provisional or before.on == after.on


@given(RULES, DAYS, st.sampled_from(COVERED_YEARS))
def test_a_notice_moves_no_date_that_was_counted_over_other_days(rule: DueDateRule, event_on: date, year: int) -> None:
    """Which lets an import read only the dates whose days, from their event to themselves, its notice reaches."""
    before, after = due_date(rule, event_on, state_council(without=year)), due_date(rule, event_on, CALENDAR)
    if before.on < next_notice_reaches_from(year - 1) or event_on > date(year, 12, 31):
        assert before == after


@given(DAYS, DAYS, st.none() | DAYS)
def test_a_state_says_what_its_days_say(due_on: date, as_of: date, met_on: date | None) -> None:
    found = lateness(due_on, met_on, as_of, CALENDAR)
    is_late = found.state in {DueState.LATE, DueState.OVERDUE}
    assert (found.days > 0) is is_late
    assert 0 <= found.working_days <= found.days
    assert is_late or not found.provisional
    if met_on is not None and met_on > as_of:
        assert found == lateness(due_on, None, as_of, CALENDAR)
