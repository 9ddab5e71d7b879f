"""Money and hundredths: how they are written and read, and rounding that is exact and happens once."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import figure, format_hundredths, hundredths, parse_hundredths, parse_yuan, round_half_away, yuan
from tests.rules.tables import Case, cases


@pytest.mark.parametrize("case", cases("money", "amounts"))
def test_amount(case: Case) -> None:
    assert parse_yuan(case["yuan"]) == parse_hundredths(case["yuan"]) == case["fen"]
    assert yuan(case["fen"]) == format_hundredths(case["fen"]) == case["yuan"]


@pytest.mark.parametrize("case", cases("money", "short"))
def test_short_amount(case: Case) -> None:
    assert parse_yuan(case["yuan"]) == parse_hundredths(case["yuan"]) == case["fen"]


@pytest.mark.parametrize("case", cases("money", "refused"))
def test_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="an amount in yuan is written like"):
        parse_yuan(case["text"])
    with pytest.raises(ValueError, match="a figure is written like"):
        parse_hundredths(case["text"])


@pytest.mark.parametrize("case", cases("money", "rounded"))
def test_rounded(case: Case) -> None:
    assert str(round_half_away(Fraction(case["value"]), case["places"])) == case["gives"]


@pytest.mark.parametrize("case", cases("money", "figures"))
def test_figure(case: Case) -> None:
    assert figure(Fraction(case["value"])) == case["gives"]


def test_decimals_and_whole_numbers_round_like_fractions() -> None:
    assert round_half_away(Decimal("-0.125"), 2) == Decimal("-0.13")
    assert str(round_half_away(5, 2)) == "5.00"


def test_rounding_does_not_depend_on_the_decimal_context() -> None:
    with localcontext(prec=3):
        assert str(round_half_away(Fraction("123456.785"), 2)) == "123456.79"
        assert hundredths(Fraction(Decimal("123456.785"))) == 12345679


@given(st.integers(-(10**17) + 1, 10**17 - 1))
def test_what_is_written_is_read_back(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_to_the_nearest_and_away_from_zero_at_a_half(value: Fraction, places: int) -> None:
    unit = Fraction(1, 10**places)
    rounded = Fraction(round_half_away(value, places))
    assert abs(rounded - value) <= unit / 2
    assert abs(rounded - value) < unit / 2 or abs(rounded) > abs(value)
    assert round_half_away(-value, places) == -rounded


@given(st.fractions())
def test_hundredths_are_the_rounded_value(value: Fraction) -> None:
    assert Fraction(hundredths(value), 100) == round_half_away(value, 2)
