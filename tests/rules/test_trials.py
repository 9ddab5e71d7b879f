"""Closed months under other terms: their own show nothing, and a changed clause moves exactly what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.clauses import MoneyTerms, ScoreBands
from app.rules.fees import ServiceFees
from app.rules.lines import SIGNS, Component, Decided, MonthFacts
from app.rules.money import yuan
from app.rules.periods import Period
from app.rules.score_payouts import YearResult
from app.rules.scores import Score, ScoreKind
from app.rules.settlement import reckon
from app.rules.trial_payouts import year_payouts
from app.rules.trials import OnRecord, TrialOutcome, try_months
from tests.rules import random_contracts
from tests.rules.settled_contracts import assert_explained, month_of, named, service_of, terms_of

SERVICE = service_of({})
NOTHING_POSTED = OnRecord({}, {}, frozenset(), "/settlements")
SCORES = [95, 88, 92, 79, "excused", 90, 85, 100, 89, 91, 70, 93]
BANDS: dict[str, Any] = {
    "kind": "score_bands",
    "base": "month_fee",
    "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
    "excused": "paid_in_full",
    "rounding": {"stage": "amount", "places": 2},
}
HOLDBACK: dict[str, Any] = {"kind": "holdback", "base": "month_fee", "share": "0.1"}
AWARD: dict[str, Any] = {"kind": "all_or_nothing", "source": "holdback", "mark": "90"}


def document(*money: dict[str, Any], **payment: Any) -> dict[str, Any]:
    return {"payment": {"schedule": "monthly", **payment}, "money": list(money)}


def months_under(terms: Mapping[str, Any], scores: Sequence[object] = SCORES) -> list[MonthFacts]:
    first, money = SERVICE.first, terms_of(terms)
    return [month_of(SERVICE, first.plus(place), money, score) for place, score in enumerate(scores)]


def tried(
    own: Mapping[str, Any],
    trial: Mapping[str, Any],
    scores: Sequence[object] = SCORES,
    record: OnRecord = NOTHING_POSTED,
    first: int = 1,
) -> TrialOutcome:
    """Try a year's months, from a month on, under another document."""
    months = months_under(own, scores)
    money = terms_of(trial)
    terms = {month.period: money for month in months if month.period.month >= first}
    chosen = {month.period for month in months if month.final}
    found = try_months(SERVICE, months, terms, record, chosen)
    for month in found.months:
        for line in (line for why in month.why for line in (*why.own, *why.trial)):
            assert_explained(line)
    return found


def changed(found: TrialOutcome) -> dict[str, dict[str, str]]:
    """Write the months that come out otherwise, by component."""
    return {
        str(month.period): {why.component.value: yuan(why.amounts.difference or 0) for why in month.why}
        for month in found.months
        if month.why
    }


def test_a_changed_band_moves_exactly_the_months_in_it_and_says_why() -> None:
    lower = BANDS | {"bands": [{"at_least": "85", "share": "1"}, {"below": "85", "share": "0.8"}]}
    found = tried(document(BANDS, HOLDBACK), document(lower, HOLDBACK))
    assert changed(found) == {
        "2024-02": {"score_deduction": "-10000.00"},
        "2024-04": {"score_deduction": "10000.00"},
        "2024-07": {"score_deduction": "-10000.00"},
        "2024-09": {"score_deduction": "-10000.00"},
        "2024-11": {"score_deduction": "10000.00"},
    }
    assert yuan(found.comes_to.difference or 0) == "10000.00"
    (why,) = found.months[3].why
    assert why.said.en == "deduction for the score: 10000.00 as it is, 20000.00 on trial"
    assert [(line.clause, line.steps[-1].value) for line in (*why.own, *why.trial)] == [
        ("/money/0", Fraction(10000)),
        ("/money/0", Fraction(20000)),
    ]


def test_months_before_the_terms_on_trial_stay_as_they_are() -> None:
    harder = BANDS | {"bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.5"}]}
    assert list(changed(tried(document(BANDS), document(harder), first=7))) == ["2024-07", "2024-09", "2024-11"]


def test_a_cap_over_the_year_counts_what_months_that_are_not_shown_have_taken() -> None:
    """May's two findings are held by what January and March have left of the year's 1,500."""
    findings = {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "500.00"}}
    scores = [{"score": 95, "findings": {"leaving_post": count}} for count in (1, 0, 1, 0, 2)]
    capped = findings | {"cap": {"amount": "1500.00", "per": "year"}}
    months = months_under(document(findings), scores)
    may = months[-1].period
    terms = dict.fromkeys((month.period for month in months), terms_of(document(capped)))
    found = try_months(SERVICE, months, terms, NOTHING_POSTED, {may})
    assert changed(found) == {"2024-05": {"finding_deduction": "-500.00"}}


def test_what_one_side_does_not_decide_is_named_on_its_side_and_in_no_sum() -> None:
    silent = {name: value for name, value in BANDS.items() if name != "excused"}
    found = tried(document(BANDS), document(silent))
    may = found.months[4]
    assert (may.decided, may.why, may.comes_to.difference) == (False, (), None)
    assert (named(may.own.missing), named(may.trial.missing)) == ([], [["excused", "/terms/money/0/excused"]])
    assert (len(found.decided), found.components[Component.FEE].own) == (11, 1_100_000_00)
    other_way = tried(document(silent), document(BANDS)).months[4]
    assert (named(other_way.own.missing), other_way.trial.missing) == ([["excused", "/terms/money/0/excused"]], ())


def test_what_was_posted_stands_beside_both_sides() -> None:
    january, april = Period(2024, 1), Period(2024, 4)
    posted = {(april, Component.FEE): 100_000_00, (april, Component.SCORE_DEDUCTION): 9_000_00}
    record = OnRecord(posted, {"2024-04": 91_000_00}, {january, april}, "/settlements")
    found = tried(document(BANDS), document(BANDS), record=record)
    assert [month.comes_to.posted for month in found.months[:4]] == [0, None, None, 91_000_00]
    assert found.payments[3].payable == found.months[3].comes_to
    assert (found.comes_to.own, found.comes_to.posted) == (1_150_000_00, 91_000_00)


def test_what_a_payment_carries_over_comes_off_the_next_on_either_side() -> None:
    """A quarter's findings of 400,000 come off 300,000: the rest is owed, or lost."""
    findings = {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "100000.00"}}
    scores = [{"score": 95, "findings": {"leaving_post": 4 if place == 0 else 0}} for place in range(12)]
    carried, limited = (
        document(findings, schedule="quarterly", excess=excess) for excess in ("carried_over", "limited")
    )
    payable = [entry.payable for entry in tried(carried, limited, scores).payments]
    assert [(entry.own, entry.trial) for entry in payable[:3]] == [
        (0, 0),
        (200_000_00, 300_000_00),
        (300_000_00, 300_000_00),
    ]


def test_by_instalments_no_month_has_a_fee_of_its_own() -> None:
    parts = [
        {"share": "0.5", "months": [f"2024-{month:02}" for month in months]} for months in (range(1, 7), range(7, 13))
    ]
    instalments = document(BANDS, schedule="instalments", instalments=parts)
    found = tried(document(BANDS), instalments)
    assert {why.component for month in found.months for why in month.why} == {Component.FEE}
    assert [(entry.key, entry.payable.trial) for entry in found.payments[-2:]] == [
        ("I1", 580_000_00),
        ("I2", 570_000_00),
    ]


def test_what_a_person_decided_counts_only_where_the_very_clause_stands() -> None:
    """A decision on an open share follows its clause to another place, and is none about another clause."""
    money = terms_of(document(BANDS))
    (bands,) = money.clauses
    assert isinstance(bands, ScoreBands)
    (_, lower) = bands.bands
    opened = replace(bands, open=frozenset({lower[0].name}))
    (holdback,) = terms_of(document(HOLDBACK)).clauses
    decided = {"/money/0": Decided(Fraction(1, 2), "/decisions")}
    own = replace(money, clauses=(opened,))
    february = [replace(month, terms=own, decisions=decided) for month in months_under(document(BANDS), [88])]
    found = []
    for clauses in ((holdback, opened), (replace(opened, bands=(*bands.bands[:1], (lower[0], Decimal("0.95")))),)):
        terms = {february[0].period: replace(money, clauses=clauses)}
        (month,) = try_months(SERVICE, february, terms, NOTHING_POSTED, set(terms)).months
        found.append((month.comes_to.own, month.comes_to.trial, [entry.name for entry in month.trial.missing]))
    assert found == [(50_000_00, 40_000_00, []), (50_000_00, None, ["decision"])]


def test_a_years_score_pays_out_what_its_side_has_kept_back() -> None:
    """Twice the holdback is twice the payout; what a clause does not earn is forfeited, what a release returns not."""
    result = YearResult(2024, Score(ScoreKind.EXACT, Fraction("89.99")), Fraction(100), "/annual-assessments/2024")
    releases = [{"code": "acceptance", "share": "0.4", "after": "acceptance"}]
    found = {}
    for share, mark in (("0.1", "85"), ("0.2", "85"), ("0.2", "90")):
        terms = document(BANDS, HOLDBACK | {"share": share, "releases": releases}, AWARD | {"mark": mark})
        months = months_under(terms)
        periods = [month.period for month in months]
        side = year_payouts(months[-1].terms, periods, reckon(SERVICE, months), result, "/holdbacks")
        found[share, mark] = (side.paid, side.forfeited)
    assert found == {
        ("0.1", "85"): (72_000_00, 0),
        ("0.2", "85"): (144_000_00, 0),
        ("0.2", "90"): (0, 144_000_00),
    }


def test_a_years_payout_needs_every_month_decided_and_its_score_on_the_scale_of_the_terms() -> None:
    silent = {name: value for name, value in BANDS.items() if name != "excused"}
    months = months_under(document(silent, HOLDBACK, AWARD))
    money, periods, reckoned = months[-1].terms, [month.period for month in months], reckon(SERVICE, months)
    score = Score(ScoreKind.EXACT, Fraction(90))
    side = year_payouts(money, periods, reckoned, YearResult(2024, score, Fraction(100), "/y"), "/holdbacks")
    assert (named(side.missing), side.paid) == ([["earlier_months", "/assessments/2024-05"]], None)
    side = year_payouts(money, periods, reckoned, YearResult(2024, score, Fraction(120), "/y"), "/holdbacks")
    assert named(side.missing) == [["full_mark", "/annual-assessments/2024/score"]]


@st.composite
def contracts(draw: st.DrawFn) -> tuple[ServiceFees, list[MonthFacts], MoneyTerms]:
    """Draw a contract with its months, and another set of terms."""
    service = draw(random_contracts.services())
    own, other = (terms_of(draw(random_contracts.terms(random_contracts.ANY_BASES))) for _ in range(2))
    facts = draw(st.lists(random_contracts.FACTS, min_size=1, max_size=6))
    return service, random_contracts.months_of(service, own, facts), other


@settings(max_examples=50)
@given(contracts())
def test_a_trial_under_its_own_terms_shows_nothing(
    contract: tuple[ServiceFees, list[MonthFacts], MoneyTerms],
) -> None:
    service, months, _ = contract
    chosen = {month.period for month in months}
    terms = {month.period: month.terms for month in months}
    found = try_months(service, months, terms, NOTHING_POSTED, chosen)
    assert all(month.why == () and month.own == month.trial for month in found.months)
    assert all(entry.own == entry.trial for entry in found.payments)
    assert not found.comes_to.difference


@settings(max_examples=50)
@given(contracts())
def test_a_trial_is_what_the_contract_would_have_come_to(
    contract: tuple[ServiceFees, list[MonthFacts], MoneyTerms],
) -> None:
    """Each side is what the evaluator makes of its terms, and the differences of the components sum to the month's."""
    service, months, other = contract
    chosen = {month.period for month in months}
    found = try_months(service, months, dict.fromkeys(chosen, other), NOTHING_POSTED, chosen)
    alone = reckon(service, [replace(month, terms=other) for month in months])
    assert {month.period: month.trial for month in found.months} == alone
    for month in found.decided:
        moved = sum(SIGNS[why.component] * (why.amounts.difference or 0) for why in month.why)
        assert moved == month.comes_to.difference
