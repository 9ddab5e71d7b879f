"""When something that may be returned was handed in: the first submission that stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission by its day, and the day on which it was returned where it was."""

    submitted_on: date
    returned_on: date | None = None


def handed_in_on(submissions: Iterable[Submission], as_of: date) -> date | None:
    """Give the day of the first submission that is not returned, as known on `as_of`; None where none stands.

    Submissions come in their order, and to return one returns every one before it.
    """
    standing: date | None = None
    for submission in submissions:
        if submission.submitted_on > as_of:
            break
        standing = standing or submission.submitted_on
        if submission.returned_on is not None and submission.returned_on <= as_of:
            standing = None
    return standing
