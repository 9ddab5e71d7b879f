"""The first submission that stands, by hand."""

from datetime import date

import pytest

from app.rules.submissions import Submission, handed_in_on


def _day(number: int) -> date:
    return date(2023, 2, number)


ONCE = [Submission(_day(8))]
TWICE = [Submission(_day(8)), Submission(_day(12))]
RETURNED = [Submission(_day(8), _day(10)), Submission(_day(12))]
LAST_RETURNED = [Submission(_day(8)), Submission(_day(12), _day(14)), Submission(_day(20))]


@pytest.mark.parametrize(
    ("submissions", "as_of", "handed_in"),
    [
        ([], 28, None),
        (ONCE, 7, None),
        (ONCE, 8, 8),
        (TWICE, 28, 8),
        (RETURNED, 9, 8),
        (RETURNED, 10, None),
        (RETURNED, 12, 12),
        (LAST_RETURNED, 13, 8),
        (LAST_RETURNED, 14, None),
        (LAST_RETURNED, 28, 20),
    ],
)
def test_the_first_that_was_not_returned(submissions: list[Submission], as_of: int, handed_in: int | None) -> None:
    """As it was known on a day: what came later is not."""
    assert handed_in_on(submissions, _day(as_of)) == (handed_in and _day(handed_in))
