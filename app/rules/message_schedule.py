"""When a message to a person is attempted again: it is news of the day, so it is given up within a working day."""

from datetime import timedelta

SCHEDULE: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60))
"""The waits after each failed attempt: six attempts over 8 h 36 min."""


def next_wait(failed: int) -> timedelta | None:
    """Give how long to wait after the attempt number `failed`, counted from 1, has failed; None: it is given up."""
    return SCHEDULE[failed - 1] if failed <= len(SCHEDULE) else None
