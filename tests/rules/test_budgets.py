"""Budgets: the figures of the four reports to the fen, rates by their named base, and what holds for all acts."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.budgets import Adjustment, Base, NoRate, Position, Quarter, fits, lowest, position, rate, rate_of
from app.rules.money import parse_yuan

YEAR_END = date(2021, 12, 31)
WAN = 10_000
"""万, in which most reports print."""


def wan(text: str) -> int:
    """Read an amount in 万元 as fen."""
    return parse_yuan(text) * WAN


def test_zhengzhou_executes_its_full_year_budget_and_exceeds_its_initial_one() -> None:
    added = Adjustment(wan("364.42"), date(2021, 6, 30))
    found = position(wan("2430.88"), [added], wan("2584.65"), 0, YEAR_END)
    assert (found.full_year_fen, found.unspent_fen) == (wan("2795.30"), wan("210.65"))
    full, initial = (rate_of(found, base, None) for base in (Base.FULL_YEAR_BUDGET, Base.INITIAL_BUDGET))
    assert (full.percent, initial.percent) == ("92.46", "106.33")
    assert full.share == Fraction(258465, 279530)
    assert initial.remainder_fen == -wan("153.77")
    before = position(wan("2430.88"), [added], 0, 0, date(2021, 6, 29))
    assert before.full_year_fen == wan("2430.88")


def test_zhengzhous_five_projects_leave_a_gap_to_every_figure_that_they_might_be_of() -> None:
    projects = sum(wan(amount) for amount in ("570.95", "248.67", "631.56", "99.80", "378.50"))
    assert projects == wan("1929.48")
    found = {of: rate(projects, Base.FULL_YEAR_BUDGET, wan(of)) for of in ("2584.65", "2795.30", "2430.88")}
    assert {of: (one.remainder_fen, one.percent) for of, one in found.items()} == {
        "2584.65": (wan("655.17"), "74.65"),
        "2795.30": (wan("865.82"), "69.03"),
        "2430.88": (wan("501.40"), "79.37"),
    }


def test_xinyangs_rate_is_of_the_budget_and_none_is_of_the_contract() -> None:
    found = Position(parse_yuan("6495000.00"), executed_fen=parse_yuan("4865800.00"))
    of_budget = rate_of(found, Base.INITIAL_BUDGET, None)
    assert (of_budget.percent, of_budget.remainder_fen) == ("74.92", parse_yuan("1629200.00"))
    of_contract = rate_of(found, Base.CONTRACT_YEAR, None)
    assert (of_contract.share, of_contract.remainder_fen, of_contract.unknown) == (
        None,
        None,
        NoRate.CONTRACT_AMOUNT_UNKNOWN,
    )


def test_haikous_unexplained_increase_decides_what_is_unpaid() -> None:
    paid, contract = parse_yuan("10655546.85"), parse_yuan("11265140.70")
    unexplained = Adjustment(parse_yuan("3030.96"), date(2023, 12, 31), explained=False)
    found = position(parse_yuan("11265500.00"), [unexplained], paid, 0, date(2023, 12, 31))
    assert (found.full_year_fen, found.unexplained_fen) == (parse_yuan("11268530.96"), parse_yuan("3030.96"))
    rates = [
        rate_of(found, base, contract) for base in (Base.FULL_YEAR_BUDGET, Base.INITIAL_BUDGET, Base.CONTRACT_YEAR)
    ]
    assert [(one.percent, one.remainder_fen) for one in rates] == [
        ("94.56", parse_yuan("612984.11")),
        ("94.59", parse_yuan("609953.15")),
        ("94.59", parse_yuan("609593.85")),
    ]


def test_chaoyangs_budget_was_cut_to_what_was_spent() -> None:
    cut = Adjustment(-wan("76.20"), date(2024, 12, 31))
    found = position(wan("1599.56"), [cut], wan("1523.36"), 0, date(2024, 12, 31))
    assert (found.taken_fen, found.full_year_fen, found.unspent_fen) == (wan("76.20"), wan("1523.36"), 0)
    assert rate_of(found, Base.FULL_YEAR_BUDGET, None).percent == "100.00"
    assert rate_of(found, Base.INITIAL_BUDGET, None).percent == "95.24"


def test_nothing_is_divided_by_nothing() -> None:
    found = rate(parse_yuan("12.00"), Base.FULL_YEAR_BUDGET, 0)
    assert (found.share, found.percent, found.remainder_fen, found.unknown) == (None, None, -1200, NoRate.ZERO_BASE)


def test_a_line_is_spent_for_its_own_purposes_alone() -> None:
    assert fits("hall_operation", ["hall_operation"])
    assert not fits("daily", ["hall_operation"])
    assert not fits("daily", [])


@pytest.mark.parametrize(
    ("day", "quarter", "before"),
    [(date(2023, 1, 1), "2023-Q1", "2022-Q4"), (date(2023, 12, 31), "2023-Q4", "2023-Q3")],
)
def test_quarters(day: date, quarter: str, before: str) -> None:
    found = Quarter.of(day)
    assert (str(found), str(found.before), Quarter.parse(quarter)) == (quarter, before, found)
    assert found.first_day <= day <= found.last_day
    with pytest.raises(ValueError, match="2023-Q1"):
        Quarter.parse("2023-Q5")


_AMOUNTS = st.integers(-(10**12), 10**12).filter(bool)
_ACTS = st.lists(st.tuples(_AMOUNTS, st.integers(0, 364), st.booleans(), st.booleans()), max_size=12)


@given(initial=st.integers(0, 10**13), acts=_ACTS, spent=st.lists(_AMOUNTS, max_size=8), day=st.integers(0, 364))
def test_what_was_given_less_what_was_spent_is_what_is_left(
    initial: int, acts: list[tuple[int, int, bool, bool]], spent: list[int], day: int
) -> None:
    first = date(2023, 1, 1)
    made = [Adjustment(amount, first + timedelta(days=on), *said) for amount, on, *said in acts]
    as_of = first + timedelta(days=day)
    found = position(initial, made, sum(spent), 0, as_of)
    assert found.unspent_fen == initial + sum(act.amount_fen for act in made if act.on <= as_of) - sum(spent)
    assert lowest(initial, made) == min(
        initial, *(position(initial, made, 0, 0, first + timedelta(days=on)).full_year_fen for on in range(365))
    )
    of = rate_of(found, Base.FULL_YEAR_BUDGET, None)
    if of.share is not None:
        assert of.share * found.full_year_fen + of.remainder_fen == found.full_year_fen  # type: ignore[operator]
