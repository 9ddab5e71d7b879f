"""Working days: the table of the notices, and the fast count against a count day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.working_days import CalendarDay, WorkCalendar
from tests.rules.calendars import state_council
from tests.rules.tables import Case, cases

CALENDAR = state_council()
DAYS = st.dates(date(2018, 1, 1), date(2028, 12, 31))
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize("case", cases("working_days", "days"))
def test_day(case: Case) -> None:
    assert CALENDAR.is_working_day(case["day"]) is case["works"]
    assert CALENDAR.holiday_name(case["day"]) == case["holiday"]


@pytest.mark.parametrize("case", cases("working_days", "next"))
def test_next_working_day(case: Case) -> None:
    assert CALENDAR.next_working_day(case["from"]) == case["gives"]


@pytest.mark.parametrize("case", cases("working_days", "added"))
def test_add_working_days(case: Case) -> None:
    assert CALENDAR.add_working_days(case["from"], case["n"], case["start_day_counts"]) == case["gives"]


@pytest.mark.parametrize("case", cases("working_days", "between"))
def test_working_days_after(case: Case) -> None:
    assert CALENDAR.working_days_after(case["after"], case["to"]) == case["days"]


@pytest.mark.parametrize("case", cases("working_days", "provisional"))
def test_provisional(case: Case) -> None:
    assert CALENDAR.is_provisional(case["from"], case["to"]) is case["provisional"]


@pytest.mark.parametrize(
    ("day", "covered"), [(date(2018, 12, 31), False), (date(2019, 1, 1), True), (date(2027, 1, 1), False)]
)
def test_covered(day: date, *, covered: bool) -> None:
    assert CALENDAR.is_covered(day) is covered


@pytest.mark.parametrize("n", [0, -1])
def test_fewer_than_one_working_day_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"1 or more, not {n}"):
        CALENDAR.add_working_days(date(2023, 6, 26), n, counts_start_day=True)


def test_a_day_named_twice_alike_is_one_day() -> None:
    day = CalendarDay(date(2023, 6, 22), is_working_day=False, name="端午节")
    assert WorkCalendar.of([day, day], [2023]).working_days_after(date(2023, 6, 21), date(2023, 6, 23)) == 1


def test_a_day_named_twice_differently_is_refused() -> None:
    rest = CalendarDay(date(2023, 6, 25), is_working_day=False, name="端午节")
    work = CalendarDay(date(2023, 6, 25), is_working_day=True, name="端午节")
    with pytest.raises(ValueError, match="2023-06-25 is named twice"):
        WorkCalendar.of([rest, work], [2023])


def test_a_named_day_that_follows_its_weekday_is_not_counted_twice() -> None:
    saturday = CalendarDay(date(2023, 6, 24), is_working_day=False, name="端午节")
    monday = CalendarDay(date(2023, 6, 26), is_working_day=True, name=None)
    assert WorkCalendar.of([monday, saturday], [2023]).working_days_after(date(2023, 6, 23), date(2023, 6, 27)) == 2


@given(DAYS, DAYS)
def test_the_fast_count_is_the_count_day_by_day(start: date, end: date) -> None:
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    assert CALENDAR.working_days_after(start, end) == sum(CALENDAR.is_working_day(day) for day in days)


@given(DAYS, DAYS, DAYS)
def test_counts_of_adjoining_ranges_add_up(one: date, two: date, three: date) -> None:
    start, middle, end = sorted((one, two, three))
    whole = CALENDAR.working_days_after(start, end)
    assert CALENDAR.working_days_after(start, middle) + CALENDAR.working_days_after(middle, end) == whole


@given(DAYS, st.integers(1, 60))
def test_adding_working_days_and_counting_them_agree(start: date, n: int) -> None:
    last = CALENDAR.add_working_days(start, n, counts_start_day=False)
    assert CALENDAR.is_working_day(last)
    assert CALENDAR.working_days_after(start, last) == n
    assert CALENDAR.add_working_days(start + ONE_DAY, n, counts_start_day=True) == last
