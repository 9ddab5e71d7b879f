"""What a fund still holds, month by month: what was kept back, less what has left the fund since."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept back of a month, in fen, and the day on which it was posted.

    An opening balance may hold what belongs to no month in particular: its period is None, and it is the oldest.
    """

    period: Period | None
    since: date
    fen: int


@dataclass(frozen=True, slots=True)
class Left:
    """What left the fund, in fen, and the months whose money it was; None where it was no month's in particular."""

    fen: int
    months: frozenset[Period] | None = None


def outstanding(kept: Iterable[Kept], left: Iterable[Left]) -> tuple[Kept, ...]:
    """Say what is left of each month, oldest first, each since the day on which it was first kept back.

    What left the fund comes off the months that it was for, and beyond them off the oldest. An adjustment that gives
    back something of a month comes off that month. What nothing is left of is left out.
    """
    months = _by_month(kept)
    for gone in left:
        rest = gone.fen
        if gone.months is not None:
            rest = _take(months, [p for p in _oldest_first(months) if p in gone.months], rest)
        _take(months, _oldest_first(months), rest)
    return tuple(months[period] for period in _oldest_first(months) if months[period].fen)


def held_of(entries: Iterable[Kept], months: Collection[Period], *, with_opening: bool) -> int:
    """Give what of the outstanding entries is the money of some months, in fen.

    `with_opening` says whether what belongs to no month is theirs as well: an opening balance comes before all that
    is recorded, so it is the money of the first year.
    """
    return sum(entry.fen for entry in entries if (with_opening if entry.period is None else entry.period in months))


def _by_month(kept: Iterable[Kept]) -> dict[Period | None, Kept]:
    months: dict[Period | None, Kept] = {}
    for entry in kept:
        known = months.get(entry.period)
        if known is None:
            months[entry.period] = entry
        else:
            months[entry.period] = replace(known, since=min(known.since, entry.since), fen=known.fen + entry.fen)
    return months


def _oldest_first(months: Collection[Period | None]) -> list[Period | None]:
    dated = sorted(period for period in months if period is not None)
    return [*([None] if None in months else []), *dated]


def _take(months: dict[Period | None, Kept], order: Iterable[Period | None], fen: int) -> int:
    """Take fen off the months in an order, and give what they could not cover."""
    for period in order:
        entry = months[period]
        taken = min(max(entry.fen, 0), fen)
        months[period] = replace(entry, fen=entry.fen - taken)
        fen -= taken
    return fen
