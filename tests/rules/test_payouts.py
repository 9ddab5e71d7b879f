"""Payouts: Haikou's readings to the fen, what the text leaves open, and what a year's score earns."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.features.contracts.terms_document import TermsDocument
from app.rules.clauses import (
    AllOrNothing,
    Fund,
    PayoutByScore,
    PayoutClause,
    Proportion,
    ProratedPayout,
    Reading,
    ScoreAward,
)
from app.rules.lines import Component
from app.rules.missing import MissingAnswerError
from app.rules.money import parse_yuan, yuan
from app.rules.payouts import ServiceRecord, check_record, notes, prorated, readings, said
from app.rules.periods import Period, periods_between, served_days
from app.rules.score_payouts import YearResult, by_year_score
from tests.rules.settled_contracts import assert_explained, named, score_of
from tests.rules.tables import Case, cases, row, rows

ENTERED, YEAR_END = date(2023, 8, 4), date(2023, 12, 31)


def clause_of(written: Mapping[str, Any]) -> PayoutClause:
    document = TermsDocument.model_validate({"money": [written]})
    assert document.faults() == ()
    (clause,) = document.rules().money.clauses
    assert isinstance(clause, PayoutClause)
    return clause


def haikou(**changed: Any) -> ProratedPayout:
    clause = clause_of({**row("payouts", "haikou"), **changed})
    assert isinstance(clause, ProratedPayout)
    return clause


def record(starts_on: date = ENTERED, ends_on: date = YEAR_END, assessed: int = 4) -> ServiceRecord:
    served = {}
    for period in periods_between(Period.of(starts_on), Period.of(ends_on)):
        days = served_days(period, starts_on, ends_on)
        assert days is not None
        served[period] = days
    return ServiceRecord(served, frozenset(list(served)[:assessed]), "/contract", "/assessments", "/terms")


@pytest.mark.parametrize("case", cases("payouts", "readings"))
def test_haikou(case: Case) -> None:
    figures = {figure.id: figure for figure in readings(haikou(), "/money/1", record())}
    figure = figures[case["id"]]
    assert figure.line is not None
    assert yuan(figure.line.fen) == case["gives"]
    assert figure.line.component is Component.HOLDBACK
    assert_explained(figure.line)
    assert figure.inputs == {"T": "11265140.70"} | ({"P": case["P"]} if "P" in case else {})
    assert figure.missing == ()


def test_haikou_has_no_other_reading() -> None:
    figures = [figure.id for figure in readings(haikou(), "/money/1", record())]
    assert figures == [case["id"] for case in rows("payouts", "readings")]


def test_without_a_candidate_the_readings_that_need_one_name_it() -> None:
    figures = readings(haikou(excluded={"name": "P", "candidates": []}), "/money/1", record())
    assert {figure.id: named(figure.missing) for figure in figures} == {
        "literal": [["P", "/terms/money/1/excluded"]],
        "rate_of_literal": [["P", "/terms/money/1/excluded"]],
        "year_by_twelfths": [],
        "whole_year": [],
        "by_days": [["P", "/terms/money/1/excluded"]],
    }
    assert [figure.line is None for figure in figures] == [True, True, False, False, True]


def test_an_excluded_sum_above_the_total_is_not_taken_from_it() -> None:
    reading = haikou().readings[0]
    with pytest.raises(MissingAnswerError, match="not above T"):
        prorated(haikou(), "/money/1", record(), reading, parse_yuan("11265140.71"), "/reading")


def test_days_that_are_not_on_record_are_asked_for() -> None:
    late = record(date(2023, 9, 1), assessed=3)
    figures = {figure.id: figure for figure in readings(haikou(), "/money/1", late)}
    assert named(figures["by_days.1"].missing) == [["served", "/terms/money/1/served"]]
    assert figures["literal.1"].line is not None


def test_the_days_of_haikou() -> None:
    """119 of 150, from 4 August."""
    assert record().days(haikou().assessed) == 119
    assert record().days(haikou().served) == 150
    said_zh = [note.zh for note in notes(haikou(), record())]
    assert said_zh == [
        "2023年8月服务自2023-08-04至2023-08-31，共28天，不足整月（31天）",
        "条款称服务期5个月；自2023-08-04起实为150天，不是5个整月",
    ]
    assert "The clause speaks of 5 months; from 2023-08-04 it is 150 days" in notes(haikou(), record())[-1].en


def test_whole_months_need_no_remark() -> None:
    assert notes(haikou(), record(date(2023, 8, 1))) == ()


def test_the_record_that_the_clause_states() -> None:
    assert check_record(haikou(), "/money/1", record()) == ()


def test_a_record_that_differs_is_named() -> None:
    found = check_record(haikou(), "/money/1", record(date(2023, 7, 30), assessed=6))
    assert named(found) == [["served", "/terms/money/1/served"], ["assessed", "/terms/money/1/assessed"]]
    assert "2023-07, 2023-08" in found[0].label.en
    assert "不符" in found[0].label.zh


def test_a_clause_over_two_calendar_years_is_compared_with_its_own_months() -> None:
    over = [f"2023-{month}" for month in (11, 12)] + ["2024-01"]
    clause = haikou(served=over, assessed=over)
    known = record(ENTERED, date(2024, 6, 30), assessed=11)
    assert check_record(clause, "/money/1", known) == ()
    assert notes(clause, known) == ()


def test_readings_as_formulas() -> None:
    formulas = [(said(haikou(), reading).zh, said(haikou(), reading).en) for reading in haikou().readings]
    assert formulas == [
        (
            "(T − P) ÷ 服务月数5 × 考核月数4（比例已含于其中）",
            "(T − P) ÷ 5 months served × 4 months assessed (the rate contained in it)",
        ),
        ("10% × (T − P) ÷ 服务月数5 × 考核月数4", "10% × (T − P) ÷ 5 months served × 4 months assessed"),
        ("10% × T ÷ 12 × 考核月数4", "10% × T ÷ 12 × 4 months assessed"),
        ("10% × T ÷ 服务月数5 × 考核月数4", "10% × T ÷ 5 months served × 4 months assessed"),
        (
            "10% × (T − P) × 考核月份服务天数 ÷ 服务总天数",
            "10% × (T − P) × days served in the months assessed ÷ days served",
        ),
    ]


def test_a_text_that_allows_one_reading_has_one_figure() -> None:
    only = [{"id": "ours", "rate": "contained", "total": "whole", "proportion": "months_served"}]
    (figure,) = readings(haikou(readings=only), "/money/1", record())
    assert figure.reading == Reading(
        "ours", applies_rate=False, less_excluded=False, proportion=Proportion.MONTHS_SERVED
    )
    assert figure.line is not None
    assert yuan(figure.line.fen) == "9012112.56"


def test_a_payout_from_the_pool_is_one_of_the_pool() -> None:
    clause = replace(haikou(), source=Fund.POOL)
    assert {f.line.component for f in readings(clause, "/money/1", record()) if f.line} == {Component.POOL}


@pytest.mark.parametrize("case", cases("payouts", "scores"))
def test_what_a_year_earns(case: Case) -> None:
    clause = clause_of({"source": "pool", **case["clause"]})
    assert isinstance(clause, PayoutByScore | ScoreAward | AllOrNothing)
    score = score_of(case["score"]) if "score" in case else None
    result = YearResult(2024, score, Fraction(case.get("full_mark", 100)), "/annual-assessments/2024")
    held = parse_yuan(case["held"])
    if "missing" in case:
        with pytest.raises(MissingAnswerError) as refused:
            by_year_score(clause, "/money/0", held, 0, "/ledger", result)
        assert [refused.value.missing.name, refused.value.missing.pointer] == case["missing"]
        return
    line = by_year_score(clause, "/money/0", held, 0, "/ledger", result)
    assert yuan(line.fen) == case["gives"]
    assert line.component is Component.POOL
    assert_explained(line)


def test_a_score_that_no_band_holds_earns_nothing_that_is_known() -> None:
    clause = clause_of({"kind": "payout_by_score", "source": "pool", "bands": [{"at_most": "100", "share": "1"}]})
    assert isinstance(clause, PayoutByScore)
    result = YearResult(2024, score_of(Decimal(110)), Fraction(120), "/annual-assessments/2024")
    with pytest.raises(MissingAnswerError, match="score of 2024"):
        by_year_score(clause, "/money/0", 100, 0, "/ledger", result)
