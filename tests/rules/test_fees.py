"""Fees of months, quarters and instalments: the tables, and sums that add up whatever they are split into."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.clauses import Instalment, Payment, Schedule
from app.rules.fees import ServiceFees, quarter_of
from app.rules.lines import Component
from app.rules.money import parse_yuan, yuan
from app.rules.periods import Period
from app.rules.settlement import reckon
from app.rules.settling import Books, PaymentPeriod, payment_periods, settle, unscheduled
from app.rules.splitting import by_shares, part, rest_last
from tests.rules.settled_contracts import MONTHLY, assert_explained, month_of, months_of, named, reckoned, terms_of
from tests.rules.tables import Case, cases

NOTHING_POSTED = Books({}, frozenset(), 0, "/settlements")


@pytest.mark.parametrize("case", cases("fees", "months"))
def test_fees_of_months(case: Case) -> None:
    found = reckoned(case, {"payment": {**MONTHLY, **case.get("payment", {})}})
    if "missing" in case:
        assert named(list(found.values())[-1].missing) == case["missing"]
        return
    for month, fee in case["fees"].items():
        assert yuan(found[Period.parse(month)].total(Component.FEE)) == fee


@pytest.mark.parametrize("case", cases("fees", "instalments"))
def test_instalments(case: Case) -> None:
    total = parse_yuan(case["total"])
    service = ServiceFees(date(2024, 1, 1), date(2024, 12, 31), {2024: total})
    parts = tuple(Instalment(f"I{n}", Decimal(share), ()) for n, share in enumerate(case["shares"], 1))
    payment = Payment(Schedule.INSTALMENTS, instalments=parts)
    given_ = []
    for place, instalment in enumerate(parts):
        draft = settle(PaymentPeriod(instalment.code, (), place), {}, NOTHING_POSTED, payment, service)
        (entry,) = draft.lines
        assert_explained(entry.line)
        assert (entry.line.component, entry.line.period) == (Component.FEE, None)
        given_.append(yuan(entry.line.fen))
    assert given_ == case["gives"]
    assert sum(map(parse_yuan, given_)) == total


def test_instalments_of_a_contract_whose_money_is_not_all_stated() -> None:
    service = ServiceFees(date(2024, 1, 1), date(2025, 12, 31), {2024: 100_00})
    payment = Payment(Schedule.INSTALMENTS, instalments=(Instalment("I1", Decimal(1), ()),))
    draft = settle(PaymentPeriod("I1", (), 0), {}, NOTHING_POSTED, payment, service)
    assert named(draft.missing) == [["years", "/years"]]
    assert draft.lines == ()


@pytest.mark.parametrize("case", cases("fees", "schedules"))
def test_schedules(case: Case) -> None:
    years = {"years": {2024: "1200000.00", 2025: "1200000.00"}}
    document: dict[str, Any] = {} if case["payment"] is None else {"payment": case["payment"]}
    service = case["service"]
    _, months = months_of({**years, **case, "service": service}, document)
    if case["payment"] is None:
        months = [
            month_of(ServiceFees(service[0], service[1], {}), month.period, terms_of({}), 100) for month in months
        ]
    periods = {period.key: [str(month) for month in period.months] for period in payment_periods(months)}
    assert periods == case["periods"]
    left = [[entry.name, entry.pointer, entry.period] for entry in unscheduled(months)]
    assert left == case.get("left", [])


def test_a_contract_without_months_has_no_payment_periods() -> None:
    assert payment_periods([]) == ()
    assert unscheduled([]) == ()


def test_the_months_and_quarters_of_three_years_sum_exactly() -> None:
    """Haikou's 33,795,422.10 over three years: a month and a quarter are exact half fen."""
    total = parse_yuan("33795422.10")
    years = [part(total, 3, number) for number in (1, 2, 3)]
    assert years == [parse_yuan("11265140.70")] * 3
    service = ServiceFees(date(2023, 1, 1), date(2025, 12, 31), dict(zip((2023, 2024, 2025), years, strict=True)))
    terms = terms_of({"payment": {"schedule": "quarterly"}})
    months = [month_of(service, period, terms, 100) for period in service.months]
    fees = {period: month.total(Component.FEE) for period, month in reckon(service, months).items()}
    assert sum(fees.values()) == total
    assert Fraction(years[0], 12).denominator == Fraction(years[0], 4).denominator == 2
    quarters = {period.key: sum(fees[month] for month in period.months) for period in payment_periods(months)}
    assert len(quarters) == 12
    assert sum(quarters.values()) == total
    for key, fen in quarters.items():
        year, number = int(key[:4]), int(key[-1])
        assert fen == part(years[0], 4, number)
        assert fen == sum(fee for month, fee in fees.items() if quarter_of(month) == (year, number))
    assert {yuan(fen) for fen in quarters.values()} == {"2816285.18", "2816285.17"}


TOTALS = st.integers(-(10**15), 10**15)


@given(TOTALS, st.integers(1, 240))
def test_parts_sum_to_the_whole_and_mirror_it(total: int, count: int) -> None:
    parts = [part(total, count, number) for number in range(1, count + 1)]
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert [part(-total, count, number) for number in range(1, count + 1)] == [-fen for fen in parts]


@given(TOTALS, st.integers(1, 20))
def test_a_quarter_is_the_sum_of_its_three_months(total: int, years: int) -> None:
    months = [part(total, 12 * years, number) for number in range(1, 12 * years + 1)]
    quarters = [part(total, 4 * years, number) for number in range(1, 4 * years + 1)]
    assert [sum(months[3 * place : 3 * place + 3]) for place in range(4 * years)] == quarters


@given(TOTALS, st.integers(1, 240))
def test_where_the_last_takes_the_rest_the_others_are_alike(total: int, count: int) -> None:
    parts = [rest_last(total, count, number) for number in range(1, count + 1)]
    assert sum(parts) == total
    assert len(set(parts[:-1])) <= 1


@given(TOTALS, st.lists(st.integers(0, 100), min_size=1, max_size=12).filter(any))
def test_shares_sum_to_the_whole(total: int, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    given_ = by_shares(total, shares)
    assert sum(given_) == total
    assert all(abs(fen - total * share) < 1 for fen, share in zip(given_, shares, strict=True))
    assert all((fen >= 0) is (total >= 0) or not fen for fen in given_)


@pytest.mark.parametrize("number", [0, 13])
def test_there_is_no_such_part(number: int) -> None:
    for split in (part, rest_last):
        with pytest.raises(ValueError, match="of 12 parts"):
            split(100, 12, number)


def test_shares_that_miss_the_whole() -> None:
    with pytest.raises(ValueError, match="sum to 9/10"):
        by_shares(100, [Fraction(6, 10), Fraction(3, 10)])


MONEY = st.integers(0, 10**10)


@given(
    st.dates(date(2020, 1, 1), date(2025, 12, 31)),
    st.integers(0, 1500),
    MONEY,
    st.sampled_from(["spread", "last_part"]),
)
def test_the_fees_of_the_months_served_are_the_money_of_the_years(
    starts_on: date, days: int, money: int, rest: str
) -> None:
    """Over service months paid whole every year's money is paid, to the fen, whenever the service begins and ends."""
    ends_on = date.fromordinal(starts_on.toordinal() + days)
    service = ServiceFees(starts_on, ends_on, dict.fromkeys(range(starts_on.year, ends_on.year + 1), money))
    clause = {**MONTHLY, "rest": rest, "year_money": "service_months", "partial_month": "whole"}
    terms = terms_of({"payment": clause})
    months = [month_of(service, period, terms, 100) for period in service.months]
    fees = {period: month.total(Component.FEE) for period, month in reckon(service, months).items()}
    for year in service.year_money:
        assert sum(fees[period] for period in service.months_of(year)) == money
    assert all(first < second for first, second in pairwise(service.months))
    assert service.total == sum(fees.values())
