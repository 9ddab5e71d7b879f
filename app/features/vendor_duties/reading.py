"""A month's report as both doors read it: its due date, its submissions with their files, and what was returned."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.errors import NotFound
from app.features.evidence.queries import of_subject
from app.features.vendor_duties import queries
from app.features.vendor_duties.queries import Whose
from app.rules.periods import Period


class ReportState(StrEnum):
    """How far a month's report has come."""

    NOT_HANDED_IN = "not_handed_in"
    HANDED_IN = "handed_in"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Submitted:
    """One submission, its files, and the return that it met; None where it was not itself returned."""

    row: RowMapping
    files: tuple[RowMapping, ...]
    returned: RowMapping | None


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A month's report."""

    month: RowMapping
    submissions: tuple[Submitted, ...]

    @property
    def version(self) -> int:
        """Give what every submission and every return raises."""
        return version_of(self.month)


def version_of(month: RowMapping) -> int:
    """Give the version of a month's report: 0 while nothing was handed in."""
    submissions: int = month["submissions"]
    returns: int = month["returns"]
    return submissions + returns


def state_of(month: RowMapping) -> ReportState:
    """Say how far a month's report has come."""
    if month["submissions"] == 0:
        return ReportState.NOT_HANDED_IN
    return ReportState.HANDED_IN if month["submissions"] > month["returned"] else ReportState.RETURNED


def read_report(session: Session, whose: Whose, contract_id: uuid.UUID, period: Period) -> ReadReport:
    """Read a month's report with all of its submissions; 404 for a month that the contract has not."""
    month = queries.month(session, whose, contract_id, str(period))
    if month is None:
        raise NotFound(f"{period} is not a recorded service month of the contract.", pointer="/path/period")
    rows = queries.submissions(session, contract_id, str(period))
    files = of_subject(session, [row["id"] for row in rows])
    returned = {row["number"]: row for row in queries.returns(session, contract_id, str(period))}
    found = tuple(Submitted(row, tuple(files[row["id"]]), returned.get(row["number"])) for row in rows)
    return ReadReport(month, found)
