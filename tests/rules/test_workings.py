"""Calculations: every operation with its step, as data and in words; figures that lose nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import exact
from app.rules.workings import Figure, Label, Measure, Operation, Working, sentences
from tests.rules.recompute import OPERATIONS, recompute
from tests.rules.tables import Case, cases

FEE = Label("月费", "fee")
BANDS = [
    {"at_least": "90", "value": "1"},
    {"above": "80", "below": "90", "value": "0.9"},
    {"at_most": "80", "value": "0"},
]


def fee(working: Working, yuan: str = "100.01") -> Figure:
    return working.given(FEE, Fraction(yuan), Measure.YUAN, "/fees")


def points(working: Working, value: str) -> Figure:
    return working.given(Label("得分", "score"), Fraction(value), Measure.POINTS, "/score")


def last(working: Working) -> tuple[str, str]:
    """Say the last step in both languages; it has to come out of the steps before it as well."""
    written = [step.written() for step in working.steps]
    assert recompute(written) == working.steps[-1].value
    said = sentences(written)[-1]
    return said["zh"], said["en"]


def test_a_step_as_data() -> None:
    working = Working("/money/0")
    share = working.given(Label("比例", "share"), Fraction(1, 3), Measure.SHARE)
    working.round(FEE, working.multiply(FEE, fee(working), share), 2, "amount")
    assert [step.written() for step in working.steps[1:]] == [
        {
            "number": 2,
            "operation": "given",
            "operands": [],
            "value": "100.01",
            "measure": "yuan",
            "label": {"zh": "月费", "en": "fee"},
            "source": "/fees",
            "clause": "/money/0",
        },
        {
            "number": 3,
            "operation": "multiply",
            "operands": [2, 1],
            "value": "10001/300",
            "measure": "yuan",
            "label": {"zh": "月费", "en": "fee"},
            "clause": "/money/0",
        },
        {
            "number": 4,
            "operation": "round",
            "operands": [3],
            "value": "33.34",
            "measure": "yuan",
            "label": {"zh": "月费", "en": "fee"},
            "clause": "/money/0",
            "places": 2,
            "stage": "amount",
        },
    ]


def test_a_calculation_that_carries_out_no_clause() -> None:
    working = Working()
    fee(working)
    assert "clause" not in working.steps[0].written()


def test_given() -> None:
    working = Working()
    fee(working)
    assert last(working) == ("月费 = 100.01元", "fee = 100.01 yuan")


@pytest.mark.parametrize(
    ("measure", "value", "zh", "en"),
    [
        (Measure.POINTS, "88.5", "88.5分", "88.5 points"),
        (Measure.POINTS, "1", "1分", "1 point"),
        (Measure.SHARE, "0.05", "5%", "5%"),
        (Measure.SHARE, "1", "100%", "100%"),
        (Measure.SHARE, "1/3", "33.333333…%", "33.333333…%"),
        (Measure.MONTHS, "12", "12个月", "12 months"),
        (Measure.MONTHS, "1", "1个月", "1 month"),
        (Measure.DAYS, "28", "28天", "28 days"),
        (Measure.TIMES, "3", "3", "3"),
        (Measure.YUAN, "-0.5", "-0.50元", "-0.50 yuan"),
        (Measure.YUAN, "1/3", "0.333333…元", "0.333333… yuan"),
    ],
)
def test_units(measure: Measure, value: str, zh: str, en: str) -> None:
    working = Working()
    working.given(Label("数", "figure"), Fraction(value), measure)
    assert last(working) == (f"数 = {zh}", f"figure = {en}")


def test_add_subtract_multiply_divide() -> None:
    working = Working()
    first, second = fee(working), working.fen(Label("扣款", "deduction"), 1)
    total = Label("合计", "total")
    working.add(total, first, second)
    assert last(working) == (
        "合计 = 月费（100.01元） + 扣款（0.01元） = 100.02元",
        "total = fee (100.01 yuan) + deduction (0.01 yuan) = 100.02 yuan",
    )
    working.subtract(total, first, second, second)
    assert last(working)[1] == "total = fee (100.01 yuan) − deduction (0.01 yuan) − deduction (0.01 yuan) = 99.99 yuan"
    half = working.given(Label("比例", "share"), Fraction(1, 2), Measure.SHARE)
    working.multiply(total, first, half)
    assert last(working)[0] == "合计 = 月费（100.01元） × 比例（50%） = 50.005元"
    working.divide(total, first, half)
    assert last(working)[1] == "total = fee (100.01 yuan) ÷ share (50%) = 200.02 yuan"
    working.add(total)
    assert working.steps[-1].value == 0


def test_least_and_greatest() -> None:
    working = Working()
    first, cap = fee(working), working.fen(Label("上限", "cap"), 5000)
    working.least(FEE, first, cap)
    assert last(working) == (
        "月费 = 100.01元 与 上限（50.00元） 中较小者 = 50.00元",
        "fee = the least of 100.01 yuan and cap (50.00 yuan) = 50.00 yuan",
    )
    working.greatest(Label("余额", "left"), first, cap)
    assert last(working)[1] == "left = the greatest of fee (100.01 yuan) and cap (50.00 yuan) = 100.01 yuan"


def test_whole_points() -> None:
    working = Working()
    below = points(working, "1.5")
    count = Label("计扣分数", "points that count")
    working.floor(count, below)
    assert last(working) == (
        "计扣分数 = 得分（1.5分），只计整数 = 1分",
        "points that count = score (1.5 points), whole ones only = 1 point",
    )
    working.ceiling(count, below)
    assert last(working)[0] == "计扣分数 = 得分（1.5分），不足一的按一计 = 2分"


@pytest.mark.parametrize(
    ("value", "places", "gives"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.00499", 2, "0.00"),
        ("1.5", 0, "2.00"),
        ("0.12345", 4, "0.1235"),
    ],
)
def test_round(value: str, places: int, gives: str) -> None:
    working = Working()
    amount = working.given(Label("金额", "amount"), Fraction(value), Measure.YUAN)
    working.round(Label("金额", "amount"), amount, places, "amount")
    zh, en = last(working)
    assert zh.endswith(f"四舍五入至{places}位小数 = {gives}元")
    assert en.endswith(f"rounded half away from zero to {places} places = {gives} yuan")


def test_part() -> None:
    working = Working()
    counts = [working.given(Label("数", "count"), value, Measure.TIMES) for value in (3, 2)]
    working.part(Label("二月", "February"), fee(working, "100.00"), *counts)
    assert last(working) == (
        "二月 = 月费（100.00元）均分为3份的第2份 = 33.34元",
        "February = part number 2 of fee (100.00 yuan) in 3 equal parts = 33.34 yuan",
    )
    with pytest.raises(ValueError, match="not a whole number of fen"):
        working.part(FEE, fee(working, "0.005"), *counts)


@pytest.mark.parametrize(
    ("score", "zh", "en"),
    [
        (
            "90",
            "比例 = 100%：得分（90分），属“不低于90”一档",
            "share = 100%: score (90 points), in the band “at least 90”",
        ),
        (
            "85",
            "比例 = 90%：得分（85分），属“高于80、低于90”一档",
            "share = 90%: score (85 points), in the band “above 80 and below 90”",
        ),
        ("80", "比例 = 0%：得分（80分），属“不高于80”一档", "share = 0%: score (80 points), in the band “at most 80”"),
    ],
)
def test_band(score: str, zh: str, en: str) -> None:
    working = Working()
    value = {"90": "1", "85": "0.9", "80": "0"}[score]
    working.band(Label("比例", "share"), points(working, score), Fraction(value), BANDS, Measure.SHARE)
    assert last(working) == (zh, en)


def test_a_band_without_edges() -> None:
    working = Working()
    working.band(Label("比例", "share"), points(working, "5"), Fraction(1), [{"value": "1"}], Measure.SHARE)
    assert last(working) == (
        "比例 = 100%：得分（5分），属“任意得分”一档",
        "share = 100%: score (5 points), in the band “any score”",
    )


def test_absorb() -> None:
    inner = Working("/money/1")
    inner.add(FEE, fee(inner), fee(inner))
    outer = Working("/money/2")
    first = fee(outer)
    taken = outer.absorb(inner.steps)
    assert taken == Figure(4, Fraction("200.02"))
    assert [step.operands for step in outer.steps] == [(), (), (), (2, 3)]
    assert [step.clause for step in outer.steps] == ["/money/2", "/money/1", "/money/1", "/money/1"]
    outer.subtract(FEE, taken, first)
    assert outer.steps[-1].value == Fraction("100.01")
    last(outer)
    with pytest.raises(ValueError, match="without a step"):
        outer.absorb(())


def test_every_operation_can_be_made_again_without_the_program() -> None:
    assert {operation.value for operation in Operation} == {"given", *OPERATIONS}


@pytest.mark.parametrize("case", cases("money", "exact"))
def test_exact(case: Case) -> None:
    assert exact(Fraction(case["value"]), case.get("places", 0)) == case["gives"]


@given(st.fractions(), st.integers(0, 4))
def test_nothing_is_lost_of_an_exact_figure(value: Fraction, places: int) -> None:
    assert Fraction(exact(value, places)) == value
