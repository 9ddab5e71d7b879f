"""When a delivery is attempted again, and when an endpoint that fails is given up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

DAY = timedelta(days=1)
LONGEST_HOLIDAY = 8 * DAY
"""An office may be closed for so long; what happened meanwhile still arrives, and nobody is given up before."""

_FIRST = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
_DAILY = -((sum(_FIRST, timedelta()) - LONGEST_HOLIDAY) // DAY)
SCHEDULE: tuple[timedelta, ...] = _FIRST + (DAY,) * _DAILY
"""The waits after each failed attempt: ten attempts over 75 h 35 min, then daily until eight days have passed."""

PARTS = 1_000_000
"""A draw is a number from 0 to this."""

JITTER = 5
"""A wait is lengthened by up to a fifth of it, so that those who failed together do not come back together."""

QUIET = 3 * DAY
"""No wait is so long: failures that lie farther apart are not one run."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def next_wait(
    schedule: Sequence[timedelta], failed: int, draw: int, retry_after: timedelta | None = None
) -> timedelta | None:
    """Give how long to wait after the attempt number `failed` of the schedule, counted from 1, has failed too.

    None where the schedule is at its end. `draw` is a random number from 0 to PARTS. A receiver that says how long to
    wait is heard between one and two times the schedule's own wait.
    """
    if failed > len(schedule):
        return None
    wait = schedule[failed - 1]
    if retry_after is not None:
        return min(max(retry_after, wait), 2 * wait)
    return wait + wait * draw // (JITTER * PARTS)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Read a `Retry-After`: seconds, also with a fraction, or a date; None for anything else, and for the past."""
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return timedelta(microseconds=int(Decimal(text) * 1_000_000))
    try:
        at = parsedate_to_datetime(text)
        # A date without a zone, which the standard does not know, is read as the universal time that it means.
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return wait if wait > timedelta() else None


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint fares; `runs` numbers its runs of failures, of which the last may be under way."""

    verified_at: datetime | None = None
    failing_since: datetime | None = None
    last_failed_at: datetime | None = None
    last_succeeded_at: datetime | None = None
    runs: int = 0

    @property
    def trusted(self) -> bool:
        """Tell whether it has answered before, and answers now: others are asked one thing at a time."""
        return self.verified_at is not None and self.failing_since is None

    def succeeded(self, at: datetime) -> "Health":
        """Note an attempt that arrived: it clears the record."""
        return replace(self, verified_at=self.verified_at or at, failing_since=None, last_succeeded_at=at)

    def failed(self, at: datetime) -> "Health":
        """Note an attempt that failed: it begins a run, or goes on with the one that is under way."""
        quiet = self.last_failed_at is not None and at - self.last_failed_at > QUIET
        if self.failing_since is not None and not quiet:
            return replace(self, last_failed_at=at)
        return replace(self, failing_since=at, last_failed_at=at, runs=self.runs + 1)

    def given_up(self, at: datetime) -> bool:
        """Tell whether the run of failures has lasted so long that nothing more is sent there."""
        return self.failing_since is not None and at - self.failing_since >= LONGEST_HOLIDAY
