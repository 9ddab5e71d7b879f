"""Every select over monthly reports and the register's entries of a vendor's duties; each takes whose they are."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, and_, func, select
from sqlmodel import Session, col

from app.features.access.caller import Caller
from app.features.contracts.within import Within, entries_ever_missed, ever_missed
from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Assessment, Contract, DueDate, MonthlyReport, MonthlyReportReturn, TermsVersion
from app.models.words import DueKind


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose contracts are read: those of some service centers, or those of one vendor."""

    centers: tuple[uuid.UUID, ...] = ()
    vendor_id: uuid.UUID | None = None

    @classmethod
    def of_center(cls, caller: Caller) -> "Whose":
        """Give what the centre's door may see."""
        return cls(centers=caller.centers)

    def condition(self) -> ColumnElement[bool]:
        """Say it as a condition on a joined contract."""
        if self.vendor_id is not None:
            return col(Contract.vendor_id) == self.vendor_id
        return col(Contract.service_center_id).in_(self.centers)


# ---------------------------------------------------------------- monthly reports


def submissions(session: Session, contract_id: uuid.UUID, period: str) -> Sequence[RowMapping]:
    """Read the submissions of a month's report of a contract that the caller holds or has been let into."""
    columns = ("id", "number", "summary", "figures", "submitted_on", "submitted_by", "recorded_at")
    statement = select(*(col(getattr(MonthlyReport, name)) for name in columns)).where(
        col(MonthlyReport.contract_id) == contract_id, col(MonthlyReport.period) == period
    )
    return session.execute(statement.order_by(col(MonthlyReport.number))).mappings().all()


def returns(session: Session, contract_id: uuid.UUID, period: str) -> Sequence[RowMapping]:
    """Read which submissions of a month's report were returned."""
    columns = ("number", "reason", "returned_on", "returned_by", "recorded_at")
    statement = select(*(col(getattr(MonthlyReportReturn, name)) for name in columns)).where(
        col(MonthlyReportReturn.contract_id) == contract_id, col(MonthlyReportReturn.period) == period
    )
    return session.execute(statement.order_by(col(MonthlyReportReturn.number))).mappings().all()


def _months(whose: Whose, contract_id: uuid.UUID) -> Listing:
    """Select the recorded months of service with the state of their reports."""
    of_month = (
        col(MonthlyReport.contract_id) == col(Assessment.contract_id),
        col(MonthlyReport.period) == col(Assessment.period),
    )
    returned_of = (
        col(MonthlyReportReturn.contract_id) == col(Assessment.contract_id),
        col(MonthlyReportReturn.period) == col(Assessment.period),
    )
    owed = and_(
        col(DueDate.contract_id) == col(Assessment.contract_id),
        col(DueDate.kind) == DueKind.MONTHLY_REPORT,
        col(DueDate.subject) == col(Assessment.period),
        col(DueDate.superseded_on).is_(None),
    )
    last = select(func.coalesce(func.max(col(MonthlyReport.number)), 0)).where(*of_month).scalar_subquery()
    returned = select(func.coalesce(func.max(col(MonthlyReportReturn.number)), 0)).where(*returned_of).scalar_subquery()
    handed_back = select(func.count()).select_from(MonthlyReportReturn).where(*returned_of).scalar_subquery()
    return (
        select(
            col(Assessment.id),
            col(Assessment.contract_id),
            col(Assessment.period),
            col(Assessment.served_to),
            last.label("submissions"),
            returned.label("returned"),
            handed_back.label("returns"),
            col(DueDate.due_on),
            col(DueDate.provisional),
            col(DueDate.met_on),
        )
        .join(Contract, col(Contract.id) == col(Assessment.contract_id))
        .join(DueDate, owed, isouter=True)
        .where(col(Assessment.contract_id) == contract_id, col(Assessment.expected), whose.condition())
    )


def month(session: Session, whose: Whose, contract_id: uuid.UUID, period: str) -> RowMapping | None:
    """Read the state of a month's report; None where the contract has no such recorded month."""
    statement = _months(whose, contract_id).where(col(Assessment.period) == period)
    return session.execute(statement).mappings().one_or_none()


def months(session: Session, whose: Whose, contract_id: uuid.UUID, year: int | None, page: PageRequest) -> Page:
    """List the recorded months of a contract with the state of their reports; None asks for every year."""
    statement = _months(whose, contract_id)
    if year is not None:
        statement = statement.where(col(Assessment.period).between(f"{year}-01", f"{year}-12"))
    return fetch(session, statement, col(Assessment.id), page)


# ---------------------------------------------------------------- what nights read


def reports_ever_missed(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read the due dates of reports that were missed at some time up to a day, oldest entry of a month first."""
    return session.execute(entries_ever_missed(DueKind.MONTHLY_REPORT, as_of, within)).mappings().all()


def submitted_of_missed(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read on which days the reports that `reports_ever_missed` finds were handed in, and returned if they were."""
    missed = and_(
        col(DueDate.contract_id) == col(MonthlyReport.contract_id),
        col(DueDate.subject) == col(MonthlyReport.period),
        *ever_missed(DueKind.MONTHLY_REPORT, as_of),
        *within.whose(DueDate),
    )
    returned = and_(
        col(MonthlyReportReturn.contract_id) == col(MonthlyReport.contract_id),
        col(MonthlyReportReturn.period) == col(MonthlyReport.period),
        col(MonthlyReportReturn.number) == col(MonthlyReport.number),
    )
    statement = (
        select(
            col(MonthlyReport.contract_id),
            col(MonthlyReport.period),
            col(MonthlyReport.number),
            col(MonthlyReport.submitted_on),
            col(MonthlyReportReturn.returned_on),
        )
        .join(MonthlyReportReturn, returned, isouter=True)
        .where(select(col(DueDate.id)).where(missed).exists(), *within.among(col(MonthlyReport.contract_id)))
    )
    statement = statement.order_by(col(MonthlyReport.contract_id), col(MonthlyReport.period), col(MonthlyReport.number))
    return session.execute(statement).mappings().all()


def vacancies_ever_missed(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read the due dates of vacancies that were missed at some time, with the service's last day and the terms."""
    columns = (col(Contract.ends_on), col(Contract.closed_on), col(TermsVersion.document))
    statement = (
        entries_ever_missed(DueKind.KEY_POST, as_of, within, *columns)
        .join(Contract, col(Contract.id) == col(DueDate.contract_id))
        .join(TermsVersion, col(TermsVersion.id) == col(DueDate.terms_version_id))
    )
    return session.execute(statement).mappings().all()


# ---------------------------------------------------------------- key posts


def contract_of(session: Session, whose: Whose, contract_id: uuid.UUID) -> Contract | None:
    """Read a contract."""
    statement = select(Contract).where(col(Contract.id) == contract_id, whose.condition())
    return session.execute(statement).scalar_one_or_none()


def vacancies_owed(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the due dates in force of a contract's vacancies."""
    statement = select(
        col(DueDate.id), col(DueDate.subject), col(DueDate.due_on), col(DueDate.provisional), col(DueDate.met_on)
    ).where(
        col(DueDate.contract_id) == contract_id,
        col(DueDate.kind) == DueKind.KEY_POST,
        col(DueDate.superseded_on).is_(None),
    )
    return session.execute(statement).mappings().all()
