"""Figures as reports print them: read exactly, with a warning, or not at all; and written again."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.evaluations.printed import (
    comparable,
    half_up,
    off_by_ten_thousand,
    read,
    read_range,
    states_nothing,
    truncated,
    written,
)
from tests.rules.tables import Case, cases, row

_UNITS = ("", "元", "万元", "亿元", "件", "万件", "%", "‰", "分", "人次/天", "㎡", "驮")
_WIDE = str.maketrans("0123456789,.%-", "０１２３４５６７８９，．％－")


@pytest.mark.parametrize("case", cases("printed_figures", "read"))
def test_read(case: Case) -> None:
    printed = read(case["text"], case.get("column"))
    assert printed.text == case["text"]
    assert str(printed.value) == case["value"]
    assert printed.unit == case.get("unit")
    assert printed.base_unit == case.get("base", "")
    assert printed.size == Fraction(case["size"])
    assert printed.places == len(case["value"].partition(".")[2])
    assert printed.operator == case.get("operator")
    assert list(printed.warnings) == case.get("warnings", [])


@pytest.mark.parametrize("text", row("printed_figures", "nothing_stated"))
def test_nothing_stated(text: str) -> None:
    assert states_nothing(read(text))
    assert states_nothing(read(text, "万元"))


@pytest.mark.parametrize("case", cases("printed_figures", "unread"))
def test_unread(case: Case) -> None:
    printed = read(case["text"])
    assert (printed.value, printed.size, printed.warnings) == (None, None, (case["why"],))
    assert not states_nothing(printed)


@pytest.mark.parametrize("case", cases("printed_figures", "ranges"))
def test_range(case: Case) -> None:
    found = read_range(case["text"], case.get("column"))
    wanted = (Fraction(case["low"]), Fraction(case["high"])) if "low" in case else None
    assert (found and (found[0].size, found[1].size)) == wanted


@pytest.mark.parametrize("case", cases("printed_figures", "pairs"))
def test_pair(case: Case) -> None:
    for a, b in ((case["a"], case["b"]), (case["b"], case["a"])):
        assert comparable(read(a), read(b)) is case["comparable"]
        assert off_by_ten_thousand(read(a), read(b)) is case["myriad"]


@pytest.mark.parametrize("case", cases("printed_figures", "rounded"))
def test_rounded(case: Case) -> None:
    assert half_up(Fraction(case["value"]), case["places"]) == case["half_up"]
    assert truncated(Fraction(case["value"]), case["places"]) == case["truncated"]


@pytest.mark.parametrize("case", cases("printed_figures", "written"))
def test_written(case: Case) -> None:
    grouped = case.get("grouped", False)
    assert written(Fraction(case["size"]), case["places"], case.get("unit", ""), grouped=grouped) == case["gives"]


@given(
    st.decimals(-(10**12), 10**12, places=2),
    st.sampled_from(_UNITS),
    st.sampled_from(["", "≥", "≤ ", "不低于", "约"]),
    st.sampled_from(["", " ", "　", "\n"]),
    st.sets(st.sampled_from(["grouped", "wide"])),
)
def test_what_is_written_in_any_form_is_read_back(
    value: Decimal, unit: str, operator: str, space: str, form: set[str]
) -> None:
    places = 2
    text = f"{written(Fraction(value), places, grouped='grouped' in form)}{space}{unit}"
    printed = read(operator + (text.translate(_WIDE) if "wide" in form else text))
    assert printed.value == value
    assert printed.places == places
    assert (printed.unit or "") == unit
    assert (printed.operator or "") == {"不低于": "≥", "约": "≈"}.get(operator, operator.strip())


@given(st.fractions(-(10**9), 10**9), st.sampled_from(_UNITS), st.integers(0, 6))
def test_a_written_size_is_read_to_within_its_rounding(size: Fraction, unit: str, places: int) -> None:
    printed = read(written(size, places, unit))
    assert printed.size is not None
    assert abs(printed.size - size) <= printed.scale / 10**places / 2


@given(
    st.one_of(st.text(), st.text("0123456789.,，．-—~/％%元万亿件≥≤约以上 ()（）￥", max_size=30)),
    st.none() | st.text(),
)
def test_no_text_is_too_odd(text: str, column: str | None) -> None:
    printed = read(text, column)
    assert printed.text == text
    assert printed.value is not None or not printed.unit
    both = read_range(text, column)
    assert both is None or None not in {both[0].value, both[1].value}


@given(st.fractions(), st.integers(0, 6))
def test_cutting_off_never_grows(value: Fraction, places: int) -> None:
    cut = Fraction(truncated(value, places))
    assert abs(cut) <= abs(value) < abs(cut) + Fraction(1, 10**places)


def test_a_long_text_is_no_figure_and_read_at_once() -> None:
    for text in ("1," * 100_000, " " * 100_000, "(" * 100_000, "9" * 100_000):
        assert read(text).warnings == ("too-long",)
        assert read_range(text) is None
