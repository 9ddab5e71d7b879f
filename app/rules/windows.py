"""Over what something counts: a month, a quarter, a year, the contract."""

from enum import StrEnum

from app.rules.periods import Period


class Window(StrEnum):
    """Over what something counts; the shorter first."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CONTRACT = "contract"


def same(window: Window, one: Period, other: Period) -> bool:
    """Say whether two months lie in the same window."""
    match window:
        case Window.MONTH:
            return one == other
        case Window.QUARTER:
            return (one.year, (one.month - 1) // 3) == (other.year, (other.month - 1) // 3)
        case Window.YEAR:
            return one.year == other.year
        case Window.CONTRACT:
            return True
