"""The figures of the four reports: recomputed from what they print, and what the checks find in them."""

import re
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import app.demo
from app.rules.evaluations.faults import faults
from app.rules.evaluations.printed import half_up
from app.rules.evaluations.totals import Basis
from app.rules.evaluations.values import Verdict
from app.rules.money import exact
from tests.rules.calendars import state_council
from tests.rules.evaluated import Evaluated, evaluated
from tests.rules.tables import document

TABLE = document("report_figures")
FOLDER = Path(app.demo.__file__).parent / "evaluations"
REPORTS = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
TOTALS = {"xinyang_2023": ("86.88", "良"), "zhengzhou_2021": ("81.8", "良"), "chaoyang_2024": ("100", "优")}
DEMANDED = {"XY05", "ZZ11", "HK02", "HK07", "HK08", "HK09", "HK12", "CY06", "CY09", "CY13", "CY15"}


@cache
def report(name: str) -> Evaluated:
    """Read a report's document and put it through the rules, with the days of its year."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    year = read["year"]
    days = state_council().working_days_after(date(year - 1, 12, 31), date(year, 12, 31))
    return evaluated(read["document"], read["template"], year, days)


@pytest.mark.parametrize("row", TABLE["figures"], ids=lambda row: f"{row[0]}-{row[2]}")
def test_a_figure_of_a_report_is_recomputed(row: list[str]) -> None:
    _, name, key, published, recomputed, verdict = row
    found = {one.key: one for one in report(name).comparisons}[key]
    assert (found.published, found.recomputed, found.verdict) == (published, recomputed, Verdict(verdict))


@pytest.mark.parametrize("name", REPORTS)
def test_the_checks_of_a_report_are_those_of_the_table_and_no_others(name: str) -> None:
    expected = {(code, place) for _, document, code, place in TABLE["checks"] if document == name}
    assert report(name).found == expected
    assert len(report(name).checks) == len(expected)


@pytest.mark.parametrize("name", REPORTS)
def test_no_check_points_at_a_figure_that_follows(name: str) -> None:
    found = report(name)
    keys = {key for _, document, key, *_ in TABLE["figures"] if document == name}
    follow = {Verdict.MATCH, Verdict.MATCH_HALF_UP}
    places = {one.place for one in found.comparisons if one.key in keys and one.verdict in follow}
    pointed = {place for one in found.checks for place in (one.place, *one.also)}
    assert [pair for place in places for pair in pointed if pair == place or pair.startswith(f"{place}/")] == []


def test_every_fault_that_is_to_be_found_has_a_code_and_a_place_of_its_own() -> None:
    rows = [row for row in TABLE["checks"] if row[0] in DEMANDED]
    assert {row[0] for row in rows} == DEMANDED
    assert len({tuple(row[1:]) for row in rows}) == len(rows)
    codes = {code: {row[0] for row in rows if row[2] == code} for _, _, code, _ in rows}
    assert {code: ids for code, ids in codes.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_can_be_taken_in_as_it_stands(name: str) -> None:
    assert faults(report(name).evaluation) == ()


@pytest.mark.parametrize("name", TOTALS)
def test_the_total_and_its_grade_come_from_the_unrounded_scores(name: str) -> None:
    outcome = report(name).standing
    assert outcome.total is not None
    assert (exact(outcome.total), outcome.grade) == TOTALS[name]


def test_each_total_of_a_table_with_printed_scores_is_named_by_what_it_rests_on() -> None:
    """Chaoyang prints 100, its rows add up to it, and by its methods it would be less; nothing is put right."""
    found = report("chaoyang_2024")
    told = {one.basis: (half_up(one.total or Fraction(0), 2), one.grade) for one in found.totals}
    assert told == {
        Basis.ROWS: ("100.00", "优"),
        Basis.PRINTED: ("100.00", "优"),
        Basis.METHODS: ("98.00", "优"),
        Basis.ALL_OR_NOTHING: ("90.00", "优"),
        Basis.INITIAL_BUDGET: ("97.52", "优"),
    }
    by_method = next(one for one in found.totals if one.basis is Basis.METHODS)
    assert by_method.assumed == ("/indicators/0/children/2/children/0",)
    assert "“项目开展进度”的评分方法报告未载，系录入时假定" in by_method.zh


@pytest.mark.parametrize("name", ["xinyang_2023", "zhengzhou_2021"])
def test_a_report_whose_scores_nothing_computes_has_its_printed_total_and_that_of_its_rows(name: str) -> None:
    assert [one.basis for one in report(name).totals] == [Basis.ROWS, Basis.PRINTED]


def test_words_that_claim_less_than_all_are_told_with_the_check() -> None:
    """Zhengzhou's money went 主要 to five projects: the five do not make it all, and nobody said that they do."""
    found = [one for one in report("zhengzhou_2021").checks if one.code == "figure-does-not-follow"]
    assert len(found) == 3
    assert all(
        "原文写“主要用于”，并未说正好相等，未必有误" in one.zh and "not strictly wrong" in one.en for one in found
    )


@pytest.mark.parametrize("name", REPORTS)
def test_a_chinese_text_names_things_as_people_do(name: str) -> None:
    """No key of a relation and no code stands in a sentence that an officer reads."""
    keys = {one.key for one in report(name).comparisons}
    spoken = [word for one in report(name).checks for word in re.findall("[a-z_]{3,}", one.zh + one.remedy_zh)]
    assert [word for word in spoken if word in keys or "_" in word] == []


def test_the_rate_that_does_not_follow_says_what_would_explain_it() -> None:
    found = next(one for one in report("zhengzhou_2021").checks if one.code == "rate-does-not-follow")
    assert "cutting off gives 77.88" in found.en
    assert "[27.25625, 27.25975)" in found.en
    assert "[27.25625, 27.25975)" in found.zh


def test_a_full_score_that_is_not_met_tells_each_way_of_scoring() -> None:
    found = next(one for one in report("chaoyang_2024").checks if one.code == "full-score-not-met")
    assert all(points in found.en for points in ("8.00", "0.00", "10.00"))


def test_the_lost_digit_is_named() -> None:
    found = next(one for one in report("haikou_2023").checks if one.code == "digit-lost")
    assert "lost digit 5" in found.en
    assert "“5”" in found.zh


def test_every_row_of_the_reports_is_compared_checked_or_left_out_with_a_reason() -> None:
    numbers = {"XY": range(1, 28), "ZZ": [*range(1, 8), *range(10, 24)], "HK": range(1, 26), "CY": range(1, 20)}
    every = {f"{report}{number:02}" for report, those in numbers.items() for number in those}
    told = {row[0] for row in (*TABLE["figures"], *TABLE["checks"])} - {"-"}
    assert told | set(TABLE["left_out"]) == every
    assert told & set(TABLE["left_out"]) == set()


def test_the_steps_to_a_score_are_told_in_chinese() -> None:
    """What an officer recomputes by hand: 80 ÷ 100 of 10 points, and what the paper prints instead."""
    row = report("chaoyang_2024").standing.rows[0].children[2].children[0]
    assert [step.zh for step in row.steps] == [
        "完成值100%与指标值（不高于80%）相比：未达到。",
        "按比例计：完成率0.80，得分值的0.80。",
        "分值10.00 × 0.80 = 8.00分。",
        "所载得分10照录。",
    ]
