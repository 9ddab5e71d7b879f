"""Monthly reports (项目月报): handed in by the vendor, returned by the service center, every submission kept."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.contracts import register
from app.features.contracts.service import lock, lock_own, require_month
from app.features.contracts.within import Within
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.evidence.service import attach, uses_of
from app.features.seen import Seen, check_seen
from app.features.vendor_duties import missing_reports, queries
from app.features.vendor_duties.errors import MonthNotEnded, NothingToReturn
from app.features.vendor_duties.queries import Whose
from app.models import Alert, Contract, DueDate, MonthlyReport, MonthlyReportReturn
from app.models.columns import new_id
from app.models.words import AlertKind, DueKind
from app.rules.faults import Fault
from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report by the vendor's own code, such as head count or cases handled."""

    code: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a vendor says of a month: in words, in figures, and by files of its own."""

    summary: str
    figures: Sequence[Figure] = ()
    evidence: Sequence[uuid.UUID] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a month's report has come: how often it was handed in, and up to which submission it was returned."""

    submissions: int
    returned: int
    returns: int

    @property
    def version(self) -> int:
        """Give what every submission and every return raises; 0 while nothing was handed in."""
        return self.submissions + self.returns

    @property
    def handed_in(self) -> bool:
        """Tell whether the last submission stands."""
        return self.submissions > self.returned


def hand_in(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    contract_id: uuid.UUID,
    period: Period,
    report: Report,
    seen: Seen = None,
) -> None:
    """Add a submission of a month's report, which stands from now on; the first one meets the due date.

    Handed in again while it stands, it still met its due date on the first day; once returned it is owed again, and
    the next submission meets it. Refused before the month's service has ended.
    """
    contract = lock_own(session, vendor_id, contract_id)
    standing = _standing(session, Whose(vendor_id=vendor_id), contract, period)
    check_seen(seen, standing.version)
    _refuse_unended(session, contract, period)
    _check(report)
    row = _row(caller, contract, period, standing.submissions + 1, report)
    with _recording(session, caller, "monthly_report.submitted", contract, period, row.id):
        session.add(row)
        session.flush()
        attach(session, vendor_id, report.evidence, "monthly_report", row.id)
        if not standing.handed_in:
            register.meet(session, contract_id, DueKind.MONTHLY_REPORT, str(period), row.submitted_on)
            _settle(session, contract_id, period)
        _tell(session, contract, period, EventType.MONTHLY_REPORT_SUBMITTED, row.id, row.number)


def return_(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, reason: str, seen: Seen = None
) -> None:
    """Return a month's report with a reason: every submission so far is returned, and the report is owed again."""
    contract = lock(session, caller, contract_id)
    standing = _standing(session, Whose.of_center(caller), contract, period)
    check_seen(seen, standing.version)
    if not standing.handed_in:
        raise NothingToReturn(f"No report of {period} stands.", pointer="/path/period")
    last = queries.submissions(session, contract_id, str(period))[-1]
    returned = MonthlyReportReturn(
        **_whose(contract),
        period=str(period),
        number=last["number"],
        reason=reason,
        returned_on=clock.today(),
        returned_by=caller.name,
        recorded_at=clock.now(),
    )
    with _recording(session, caller, "monthly_report.returned", contract, period, last["id"]):
        session.add(returned)
        session.flush()
        register.reopen(session, contract_id, DueKind.MONTHLY_REPORT, str(period))
        _settle(session, contract_id, period)
        _tell(session, contract, period, EventType.MONTHLY_REPORT_RETURNED, last["id"], last["number"])


def _standing(session: Session, whose: Whose, contract: Contract, period: Period) -> Standing:
    row = queries.month(session, whose, contract.id, str(period))
    if row is None:
        require_month(session, contract, period, "/path/period")
        return Standing(0, 0, 0)
    return Standing(row["submissions"], row["returned"], row["returns"])


def _refuse_unended(session: Session, contract: Contract, period: Period) -> None:
    row = queries.month(session, Whose(vendor_id=contract.vendor_id), contract.id, str(period))
    if row is not None and clock.today() <= row["served_to"]:
        raise MonthNotEnded(f"{period} is served up to {row['served_to']}.", pointer="/path/period")


def _check(report: Report) -> None:
    faults = list(_faults(report.figures))
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def _faults(figures: Sequence[Figure]) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for place, figure in enumerate(figures):
        first = places.setdefault(figure.code, place)
        if first != place:
            detail = f"The figure '{figure.code}' is stated twice."
            yield Fault(f"/figures/{place}/code", "figure-twice", detail, f"Leave this one out, or /figures/{first}.")


def _row(caller: Caller, contract: Contract, period: Period, number: int, report: Report) -> MonthlyReport:
    return MonthlyReport(
        id=new_id(),
        **_whose(contract),
        period=str(period),
        number=number,
        summary=report.summary,
        figures=[{"code": figure.code, "value": f"{figure.value:f}"} for figure in report.figures],
        submitted_on=clock.today(),
        submitted_by=caller.name,
        recorded_at=clock.now(),
    )


def _whose(contract: Contract) -> dict[str, uuid.UUID]:
    return {
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract.id,
    }


def _settle(session: Session, contract_id: uuid.UUID, period: Period) -> None:
    """Bring the alert on record to what is now handed in."""
    found = missing_reports.evaluate(session, clock.today(), Within(contract_id=contract_id))
    states = [state for state in found.states if state.subject == str(period)]
    alerts.settle(session, AlertKind.MISSING_MONTHLY_REPORT, contract_id, states)


def _tell(
    session: Session, contract: Contract, period: Period, type_: EventType, submission_id: uuid.UUID, number: int
) -> None:
    record(
        session,
        Happening(
            type=type_,
            service_center_id=contract.service_center_id,
            vendor_id=contract.vendor_id,
            subject_id=submission_id,
            contract_id=contract.id,
            period=str(period),
            version=number,
        ),
    )


def _recording(
    session: Session, caller: Caller, action: str, contract: Contract, period: Period, submission_id: uuid.UUID
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on a month's report: its rows, its files, its due date, its alert."""

    def of_month(table: type[MonthlyReport | MonthlyReportReturn]) -> Touched:
        return table, (col(table.contract_id) == contract.id) & (col(table.period) == str(period))

    due = (col(DueDate.contract_id) == contract.id) & (col(DueDate.kind) == DueKind.MONTHLY_REPORT)
    missing = (col(Alert.contract_id) == contract.id) & (col(Alert.kind) == AlertKind.MISSING_MONTHLY_REPORT)
    touched: tuple[Touched, ...] = (
        of_month(MonthlyReport),
        of_month(MonthlyReportReturn),
        uses_of(submission_id),
        (DueDate, due & (col(DueDate.subject) == str(period))),
        (Alert, missing & (col(Alert.subject) == str(period))),
    )
    details = {"contract_id": str(contract.id), "period": str(period)}
    center = contract.service_center_id
    return recording(session, caller.actor, center, action, submission_id, *touched, details=details)
