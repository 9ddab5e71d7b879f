"""Whether a notice is backdated: the late party is the one who types (domain.md section 5)."""

from datetime import date, timedelta
from enum import StrEnum

RECORDED_IN_TIME = timedelta(days=7)
"""A notice is recorded within a week of its date; what comes later may have been written for the date's sake."""


class Backdated(StrEnum):
    """Why a notice's date rests on its recorder's word alone."""

    RECORDED_LATE = "recorded_late"
    NO_DOCUMENT_NO = "no_document_no"


def backdated(notified_on: date, recorded_on: date, document_no: str | None) -> tuple[Backdated, ...]:
    """Give the reasons why a notice, recorded on a business date, is shown as backdated; none where it is not."""
    reasons = []
    if recorded_on - notified_on > RECORDED_IN_TIME:
        reasons.append(Backdated.RECORDED_LATE)
    if document_no is None:
        reasons.append(Backdated.NO_DOCUMENT_NO)
    return tuple(reasons)
