"""Settlements: what a payment period holds, what closed months are out by, and what is carried over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.rules.clauses import Payment
from app.rules.fees import ServiceFees
from app.rules.lines import Component, FindingsOfType, MonthFacts
from app.rules.money import parse_yuan, yuan
from app.rules.periods import Period
from app.rules.settlement import reckon
from app.rules.settling import Books, Draft, PaymentPeriod, payment_periods, settle
from tests.rules.settled_contracts import assert_explained, month_of, named, terms_of
from tests.rules.tables import Case, cases

SERVICE = ServiceFees(date(2024, 1, 1), date(2024, 12, 31), {2024: 1_200_000_00})
FINDINGS = {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "1000.00"}}
DEFERRED = {"share": "0.3", "until": "quarter"}
JANUARY, FEBRUARY, MARCH = (Period(2024, month) for month in (1, 2, 3))


def books_of(drafts: Iterable[tuple[PaymentPeriod, Draft]], receivable: int = 0) -> Books:
    """Post approved settlements."""
    posted: dict[tuple[Period, Component], int] = {}
    closed: set[Period] = set()
    for period, draft in drafts:
        closed |= set(period.months)
        for entry in draft.lines:
            if entry.line.period is not None:
                key = (entry.line.period, entry.line.component)
                posted[key] = posted.get(key, 0) + entry.line.fen
    return Books(posted, frozenset(closed), receivable, "/settlements")


def months(document: Mapping[str, Any], counts: Sequence[int], service: ServiceFees = SERVICE) -> list[MonthFacts]:
    """Make the months of a service, from January on, with so many findings each."""
    terms = terms_of(document)
    cells = [{"score": 100, "findings": {"leaving_post": count}} for count in counts]
    return [month_of(service, JANUARY.plus(place), terms, cell) for place, cell in enumerate(cells)]


def drafted(
    facts: Sequence[MonthFacts], number: int, books: Books, service: ServiceFees = SERVICE
) -> tuple[PaymentPeriod, Draft]:
    """Draft a payment period of a contract, by its place; every line has to come out of its steps."""
    period = payment_periods(facts)[number]
    payment = facts[-1].terms.payment
    draft = settle(period, reckon(service, facts), books, payment or Payment(), service)
    for entry in draft.lines:
        assert_explained(entry.line)
    return period, draft


def said(draft: Draft) -> list[tuple[str | None, str, str, bool]]:
    """Write the lines of a draft."""
    return [
        (str(e.line.period) if e.line.period else None, e.line.component.value, yuan(e.line.fen), e.adjustment)
        for e in draft.lines
    ]


@pytest.mark.parametrize("case", cases("settlements", "excess"))
def test_deductions_larger_than_what_they_come_off(case: Case) -> None:
    payment = {"schedule": "monthly"} | ({"excess": case["excess"]} if "excess" in case else {})
    money: list[dict[str, Any]] = [FINDINGS]
    if "holdback" in case:
        money.append({"kind": "holdback", "base": "month_fee", "share": case["holdback"]})
    service = replace(SERVICE, year_money={2024: parse_yuan(case.get("fee", "100000.00")) * 12})
    facts = months({"payment": payment, "money": money}, [case["findings"]], service)
    books = replace(books_of([]), receivable=parse_yuan(case.get("owed", "0.00")))
    _, draft = drafted(facts, 0, books, service)
    if "missing" in case:
        assert named(draft.missing) == case["missing"]
        assert draft.lines == ()
        return
    found = dict.fromkeys(Component, 0)
    for entry in draft.lines:
        found[entry.line.component] += entry.line.fen
    assert yuan(draft.payable) == case["payable"]
    assert yuan(found[Component.CARRIED_OVER]) == case.get("carried", "0.00")
    assert yuan(found[Component.DEDUCTION_LIMIT]) == case.get("limit", "0.00")


MONTHLY = {"payment": {"schedule": "monthly", "excess": "carried_over"}, "money": [FINDINGS]}


def test_a_late_finding_is_an_adjustment_of_the_next_settlement() -> None:
    first = drafted(months(MONTHLY, [2, 0]), 0, books_of([]))
    assert said(first[1]) == [
        ("2024-01", "fee", "100000.00", False),
        ("2024-01", "finding_deduction", "2000.00", False),
    ]
    period, draft = drafted(months(MONTHLY, [5, 1]), 1, books_of([first]))
    assert period.months == (FEBRUARY,)
    assert said(draft) == [
        ("2024-02", "fee", "100000.00", False),
        ("2024-02", "finding_deduction", "1000.00", False),
        ("2024-01", "finding_deduction", "3000.00", True),
    ]
    assert yuan(draft.payable) == "96000.00"


def test_a_withdrawn_finding_is_given_back() -> None:
    first = drafted(months(MONTHLY, [2, 0]), 0, books_of([]))
    _, draft = drafted(months(MONTHLY, [0, 0]), 1, books_of([first]))
    assert said(draft)[-1] == ("2024-01", "finding_deduction", "-2000.00", True)
    assert yuan(draft.payable) == "102000.00"


def test_what_was_adjusted_is_not_adjusted_again() -> None:
    first = drafted(months(MONTHLY, [2, 0, 0]), 0, books_of([]))
    second = drafted(months(MONTHLY, [5, 1, 0]), 1, books_of([first]))
    _, draft = drafted(months(MONTHLY, [5, 1, 0]), 2, books_of([first, second]))
    assert [entry.adjustment for entry in draft.lines] == [False]


def test_a_closed_period_drafted_again_holds_nothing() -> None:
    facts = months(MONTHLY, [2, 0])
    first = drafted(facts, 0, books_of([]))
    _, again = drafted(facts, 0, books_of([first]))
    assert again == Draft(())


def test_a_closed_month_is_not_settled_with_the_quarter_that_it_has_come_to_be_in() -> None:
    """The schedule was amended from the beginning after January had been settled by itself."""
    first = drafted(months(MONTHLY, [2, 0, 0]), 0, books_of([]))
    quarterly = {**MONTHLY, "payment": {"schedule": "quarterly"}}
    period, draft = drafted(months(quarterly, [2, 0, 4]), 0, books_of([first]))
    assert period == PaymentPeriod("2024-Q1", (JANUARY, FEBRUARY, MARCH))
    assert {entry.line.period for entry in draft.lines} == {FEBRUARY, MARCH}
    assert yuan(draft.payable) == "196000.00"


def test_fees_of_closed_months_are_taken_back_where_instalments_have_taken_their_place() -> None:
    first = drafted(months(MONTHLY, [2, 0, 0]), 0, books_of([]))
    parts = [{"share": "0.5", "months": ["2024-01", "2024-02"]}, {"share": "0.5", "months": ["2024-03"]}]
    amended = {**MONTHLY, "payment": {"schedule": "instalments", "instalments": parts}}
    _, draft = drafted(months(amended, [2, 1, 0]), 0, books_of([first]))
    assert said(draft) == [
        (None, "fee", "600000.00", False),
        ("2024-02", "finding_deduction", "1000.00", False),
        ("2024-01", "fee", "-100000.00", True),
    ]


def test_the_last_instalment_asks_for_months_that_come_off_none() -> None:
    parts = [{"share": "0.5", "months": ["2024-01"]}, {"share": "0.5", "months": ["2024-02"]}]
    document = {**MONTHLY, "payment": {"schedule": "instalments", "instalments": parts}}
    facts = months(document, [0, 1, 0])
    assert named(drafted(facts, 0, books_of([]))[1].missing) == []
    _, last = drafted(facts, 1, books_of([]))
    assert named(last.missing) == [["instalments", "/terms/payment/instalments"]]
    assert last.missing[0].period == "2024-03"


def test_an_instalment_needs_no_fee_of_a_month_unless_a_clause_asks_for_it() -> None:
    """How the year's money is spread is not said; only the cap would need to know."""
    service = ServiceFees(date(2024, 1, 1), date(2024, 3, 31), {2024: 300_000_00})
    parts = [{"share": "1", "months": ["2024-01", "2024-02", "2024-03"]}]
    document = {"payment": {"schedule": "instalments", "instalments": parts}, "money": [FINDINGS]}
    _, draft = drafted(months(document, [0, 1, 0], service), 0, books_of([]), service)
    assert yuan(draft.payable) == "299000.00"
    capped = {**FINDINGS, "cap": {"per": "month", "share": "0.05"}}
    _, refused = drafted(months({**document, "money": [capped]}, [0, 1, 0], service), 0, books_of([]), service)
    assert named(refused.missing) == [["year_money", "/terms/payment/year_money"]]


def test_a_fee_that_was_corrected_downwards_is_owed_and_not_given_back_as_a_deduction() -> None:
    """February's deductions do not exceed its fee; what was overpaid for January is no deduction: it is owed."""
    limited = {"payment": {"schedule": "monthly", "excess": "limited"}, "money": [FINDINGS]}
    first = drafted(months(limited, [0, 0]), 0, books_of([]))
    dearer = replace(SERVICE, year_money={2024: 360_000_00})
    _, draft = drafted(months(limited, [0, 4], dearer), 1, books_of([first]), dearer)
    assert said(draft) == [
        ("2024-02", "fee", "30000.00", False),
        ("2024-02", "finding_deduction", "4000.00", False),
        ("2024-01", "fee", "-70000.00", True),
        (None, "carried_over", "-44000.00", False),
    ]
    assert draft.payable == 0


def test_a_closed_month_that_nobody_can_reckon_any_more_keeps_the_next_from_being_settled() -> None:
    first = drafted(months(MONTHLY, [2, 0]), 0, books_of([]))
    facts = months(MONTHLY, [2, 0])
    facts[0] = replace(facts[0], findings=(FindingsOfType("leaving_post", 2, at_least=True),))
    _, draft = drafted(facts, 1, books_of([first]))
    assert named(draft.missing) == [["findings", "/findings/2024-01/leaving_post"]]


def test_a_closed_month_that_is_no_longer_on_record_is_named() -> None:
    first = drafted(months(MONTHLY, [2, 0]), 0, books_of([]))
    facts = months(MONTHLY, [2, 0])[1:]
    draft = settle(PaymentPeriod("2024-02", (FEBRUARY,)), reckon(SERVICE, facts), books_of([first]), Payment(), SERVICE)
    assert named(draft.missing) == [["month", "/assessments/2024-01"]]


def test_what_is_missing_for_several_months_is_named_once_for_each() -> None:
    document = {"payment": {"schedule": "quarterly"}, "money": [FINDINGS]}
    facts = [replace(month, final=month.period == JANUARY) for month in months(document, [0, 0, 0])]
    _, draft = drafted(facts, 0, books_of([]))
    assert named(draft.missing) == [["assessment", "/assessments/2024-02"], ["assessment", "/assessments/2024-03"]]
    assert [entry.period for entry in draft.missing] == ["2024-02", "2024-03"]
    assert draft.payable == 0


def test_what_a_fund_is_still_owed_goes_in_before_anything_is_taken_out() -> None:
    """A quarter's deferred parts were paid in March; an amendment that drops them for good changes no fen."""
    payment = {"schedule": "monthly", "excess": "carried_over"}
    deferring = {"payment": {**payment, "deferred": DEFERRED}, "money": [FINDINGS]}
    facts = months(deferring, [0, 0, 0, 0])
    drafts = [drafted(facts, number, books_of([])) for number in range(3)]
    assert [yuan(draft.payable) for _, draft in drafts] == ["70000.00", "70000.00", "160000.00"]
    books = replace(books_of(drafts), held={Component.DEFERRED: 0})
    dropped = months({**deferring, "payment": payment}, [0, 0, 0, 0])
    _, april = drafted(dropped, 3, books)
    assert yuan(april.payable) == "100000.00"
    assert said(april)[1:] == [
        ("2024-01", "deferred", "-30000.00", True),
        ("2024-02", "deferred", "-30000.00", True),
        ("2024-03", "deferred", "60000.00", True),
    ]


def test_a_limit_gives_back_what_is_above_the_fee_and_nothing_that_is_deferred() -> None:
    """Of a fee of 100,000.00 all is deducted; the deferred part of it is owed until it is paid."""
    money = [{"kind": "ratio_to_mark", "base": "month_fee", "mark": "90"}]
    payment = {"schedule": "monthly", "excess": "limited", "deferred": DEFERRED}
    terms = terms_of({"payment": payment, "money": money})
    facts = [month_of(SERVICE, JANUARY.plus(place), terms, score) for place, score in enumerate((0, 90, 90))]
    _, january = drafted(facts, 0, books_of([]))
    amounts = {entry.line.component: entry.line.fen for entry in january.lines}
    assert Component.DEDUCTION_LIMIT not in amounts
    assert (january.payable, amounts[Component.CARRIED_OVER]) == (0, -30_000_00)
