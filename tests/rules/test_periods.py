"""Periods, service months, contract years and months added to dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.periods import Period, add_months, contract_year_start, periods_between, served_days
from tests.rules.tables import Case, cases

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
PERIODS = st.builds(Period.of, DAYS)


@pytest.mark.parametrize("case", cases("periods", "written"))
def test_written(case: Case) -> None:
    period = Period.parse(case["text"])
    assert str(period) == case["text"]
    assert (period.first_day, period.last_day, period.days) == (case["first_day"], case["last_day"], case["days"])
    assert Period.of(period.first_day) == Period.of(period.last_day) == period


@pytest.mark.parametrize("case", cases("periods", "refused"))
def test_refused(case: Case) -> None:
    with pytest.raises(ValueError, match=r"of a period is|a period is written like"):
        Period.parse(case["text"])


@pytest.mark.parametrize("case", cases("periods", "later"))
def test_later(case: Case) -> None:
    period, later = Period.parse(case["from"]), Period.parse(case["gives"])
    assert period.plus(case["months"]) == later
    assert period.until(later) == case["months"]


@pytest.mark.parametrize("case", cases("periods", "between"))
def test_between(case: Case) -> None:
    between = periods_between(Period.parse(case["first"]), Period.parse(case["last"]))
    assert [str(period) for period in between] == case["periods"]


@pytest.mark.parametrize("case", cases("periods", "served"))
def test_served_days(case: Case) -> None:
    served = served_days(Period.parse(case["period"]), case["starts_on"], case["ends_on"])
    assert served == (case["days"] and tuple(case["days"]))


@pytest.mark.parametrize("case", cases("periods", "contract_years"))
def test_contract_year(case: Case) -> None:
    assert contract_year_start(case["starts_on"], case["day"]) == case["year_starts"]


def test_no_contract_year_holds_a_day_before_the_contract() -> None:
    with pytest.raises(ValueError, match="2023-08-03 is before the contract starts on 2023-08-04"):
        contract_year_start(date(2023, 8, 4), date(2023, 8, 3))


@pytest.mark.parametrize("case", cases("periods", "months_added"))
def test_add_months(case: Case) -> None:
    assert add_months(case["day"], case["months"]) == case["gives"]


@given(PERIODS, PERIODS)
def test_periods_order_as_their_days_do(one: Period, other: Period) -> None:
    assert (one < other) is (one.first_day < other.first_day) is (one.until(other) > 0)
    assert one.plus(one.until(other)) == other
    assert len(periods_between(one, other)) == max(one.until(other) + 1, 0)


@given(DAYS, st.integers(0, 3000), st.data())
def test_served_days_of_all_periods_are_the_days_of_the_service(
    starts_on: date, length: int, data: st.DataObject
) -> None:
    ends_on = min(starts_on + timedelta(days=length), date(2099, 12, 31))
    day = data.draw(st.dates(starts_on, ends_on))
    first, last = served_days(Period.of(day), starts_on, ends_on) or (date.max, date.min)
    assert first <= day <= last
    months = (served_days(period, starts_on, ends_on) for period in periods_between(Period(2000, 1), Period(2099, 12)))
    served = sum((month[1] - month[0]).days + 1 for month in months if month)
    assert served == (ends_on - starts_on).days + 1


@given(DAYS, st.integers(0, 5000))
def test_a_contract_year_holds_its_day_and_is_a_year_long(starts_on: date, days_later: int) -> None:
    day = starts_on + timedelta(days=days_later)
    start = contract_year_start(starts_on, day)
    years = start.year - starts_on.year
    assert start <= day < add_months(starts_on, 12 * (years + 1))
    assert start == add_months(starts_on, 12 * years)
