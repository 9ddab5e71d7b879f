"""The figures that the data files carry are those of the reports, worked out anew here."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.demo import loader
from app.rules.money import parse_yuan, round_half_away

FILES = {path.stem: loader.read(path) for path in loader.FILES}


def _note(name: str) -> str:
    return str(FILES[name]["contract"]["note"])


def _years(name: str) -> dict[int, int]:
    return {year["year"]: parse_yuan(year["amount"]) for year in FILES[name]["contract"].get("years", ())}


def _percent(part: str, whole: str) -> str:
    return f"{round_half_away(Fraction(part) * 100 / Fraction(whole), 2)}%"


def test_xinyang_has_one_month_below_90_and_three_notices_months_late() -> None:
    months = {month["period"]: month for month in FILES["xinyang_2023"]["assessments"]}
    assert list(months) == [f"2023-{month:02}" for month in range(1, 13)]
    assert [period for period, month in months.items() if month["score"] == {"below": "90.00"}] == ["2023-08"]
    reported = {period: str(month["notified_on"]) for period, month in months.items() if month.get("reported")}
    assert reported == {"2023-01": "2023-03-26", "2023-02": "2023-06-25", "2023-03": "2023-06-25"}


def test_xinyangs_three_issues_came_up_three_times_and_more() -> None:
    seen = [(finding["issue_type"], finding["at_least"]) for finding in FILES["xinyang_2023"]["findings"]]
    assert {(issue, seen.count((issue, True))) for issue, _ in seen} == {
        ("leaving_post", 3),
        ("extended_hours", 3),
        ("staffing", 3),
    }


@pytest.mark.parametrize("name", ["xinyang_2023", "zhengzhou_2021"])
def test_no_contract_amount_is_printed_so_none_is_recorded(name: str) -> None:
    assert _years(name) == {}


def test_zhengzhous_budget_adds_up() -> None:
    adjusted = Decimal("2430.88") + Decimal("364.42")
    said = f"年初预算2430.88万元，年中调增364.42万元，调整预算{adjusted}万元"
    assert said in _note("zhengzhou_2021")
    assert f"执行2584.65万元（{_percent('2584.65', str(adjusted))}）" in _note("zhengzhou_2021")


def test_haikous_year_is_a_third_of_the_three() -> None:
    """The year as printed, 1126140.7, has lost a digit: a third of the total is eleven million and more."""
    total = parse_yuan("33795422.10")
    assert total % 3 == 0
    assert _years("haikou_2023") == dict.fromkeys((2023, 2024, 2025), total // 3)
    assert sum(_years("haikou_2023").values()) == total


def test_haikous_money_left_over_and_rate() -> None:
    left = Decimal("11268530.96") - Decimal("10655546.85")
    assert f"未支付{left}元" in _note("haikou_2023")
    assert f"（{_percent('10655546.85', '11268530.96')}）" in _note("haikou_2023")


def test_haikous_payout_names_its_sums_and_leaves_the_open_one_open() -> None:
    payout: dict[str, Any] = FILES["haikou_2023"]["amendments"][0]["terms"]["money"][1]
    year = Fraction("33795422.10") / 3
    assert Fraction(payout["total"]["value"]) == year
    candidates = [Decimal(candidate["value"]) for candidate in payout["excluded"]["candidates"]]
    assert candidates == [round_half_away(year * 7 / 12, 2), round_half_away(year * 7 / 12 * 9 / 10, 2)]
    assert (len(payout["served"]), len(payout["assessed"])) == (5, 4)
    assert set(payout["served"]) - set(payout["assessed"]) == {"2023-12"}
    assert Decimal(payout["rate"]) == Decimal("0.1")


def test_chaoyangs_year_is_what_was_spent() -> None:
    assert _years("chaoyang_2024") == {2024: parse_yuan("1523.36") * 10_000}
    assert "年初预算1599.56万元，全年预算与执行数均为1523.36万元" in _note("chaoyang_2024")


def test_the_invented_year_is_assessed_by_the_mean_of_its_months() -> None:
    """May counts as the appeal left it, and the excused June not at all."""
    data = FILES["shili_2024"]
    results = {month["period"]: month for month in data["assessments"] if "excused" not in month}
    results |= {appeal["period"]: appeal for appeal in data["appeals"] if "criteria" in appeal}
    scores = [
        sum(map(Fraction, month["criteria"].values()), Fraction(0))
        if "criteria" in month
        else Fraction(month["score"]["exact"])
        for month in results.values()
    ]
    assert len(scores) == 11
    (year,) = data["annual_assessments"]
    assert Decimal(year["score"]["exact"]) == round_half_away(sum(scores, Fraction(0)) / len(scores), 2)
