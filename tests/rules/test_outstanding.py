"""What leaves a fund comes off the months that it was for, beyond them off the oldest; nothing is lost on the way."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.rules.outstanding import Kept, Left, held_of, outstanding
from app.rules.periods import Period

JAN, FEB, MAR = (Period(2024, month) for month in (1, 2, 3))
OPENING = Kept(None, date(2024, 1, 5), 50)
MONTHS = (Kept(JAN, date(2024, 2, 20), 100), Kept(FEB, date(2024, 3, 20), 100), Kept(MAR, date(2024, 4, 20), 100))


def test_what_is_no_months_takes_the_oldest_first() -> None:
    """The opening balance, then January, then a part of February."""
    left = outstanding((*MONTHS, OPENING), [Left(180)])
    assert [(entry.period, entry.fen, entry.since) for entry in left] == [
        (FEB, 70, date(2024, 3, 20)),
        (MAR, 100, date(2024, 4, 20)),
    ]


def test_a_years_payout_takes_its_own_months_first() -> None:
    """March is paid out before the older months, which only give what March does not cover."""
    left = outstanding((*MONTHS, OPENING), [Left(120, frozenset({MAR}))])
    assert [(entry.period, entry.fen) for entry in left] == [(None, 30), (JAN, 100), (FEB, 100)]


def test_an_adjustment_joins_its_month() -> None:
    """What is given back of a month comes off it; its age runs from the first day."""
    given_back = Kept(JAN, date(2024, 5, 20), -40)
    assert outstanding((*MONTHS, given_back), [])[0] == Kept(JAN, date(2024, 2, 20), 60)


def test_the_opening_balance_is_the_first_years() -> None:
    """Months hold their own; what is of no month counts where the first year is asked about."""
    entries = outstanding((*MONTHS, OPENING), [])
    assert held_of(entries, {JAN, FEB}, with_opening=True) == 250
    assert held_of(entries, {MAR}, with_opening=False) == 100


_PERIODS = st.sampled_from([None, JAN, FEB, MAR])
_KEPT = st.builds(Kept, _PERIODS, st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.integers(1, 10**9))
_LEFT = st.builds(Left, st.integers(0, 10**9), st.none() | st.frozensets(st.sampled_from([JAN, FEB, MAR])))


@given(st.lists(_KEPT, max_size=8), st.lists(_LEFT, max_size=4))
def test_what_is_left_is_what_was_kept_less_what_left(kept: list[Kept], left: list[Left]) -> None:
    """To the fen, as long as no more leaves than was kept."""
    total, gone = sum(entry.fen for entry in kept), sum(entry.fen for entry in left)
    found = outstanding(kept, left)
    assert sum(entry.fen for entry in found) == max(0, total - gone)
    assert all(entry.fen > 0 for entry in found)
