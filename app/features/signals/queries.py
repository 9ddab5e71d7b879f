"""Every select over signals and incidents; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlmodel import Session, col

from app.features.access.caller import Caller
from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import Contract, Counter, Incident, IncidentFinding, IssueType, ServiceCenter, Signal
from app.models.words import IncidentStatus, Role, SignalStatus
from app.rules.periods import Period
from app.rules.signals import WINDOW_DAYS


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Which signals to list; None asks for all."""

    status: SignalStatus | None = None
    source: str | None = None
    period: str | None = None
    counter: str | None = None
    contract_id: uuid.UUID | None = None
    incident_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    updated_since: datetime | None = None


# ---------------------------------------------------------------- for the service that changes them


def hold_center(session: Session, center: uuid.UUID) -> None:
    """Hold a center's signals to the end of the transaction, so that they are grouped and decided one after another.

    The row is held against others who do the same, and not against those who only refer to the center.
    """
    statement = select(col(ServiceCenter.id)).where(col(ServiceCenter.id) == center)
    session.execute(statement.with_for_update(key_share=True)).one()


def center_named(session: Session, centers: Collection[uuid.UUID], code: str) -> uuid.UUID | None:
    """Find one of these centers by its code."""
    statement = select(col(ServiceCenter.id)).where(col(ServiceCenter.code) == code, col(ServiceCenter.id).in_(centers))
    return session.execute(statement).scalar_one_or_none()


def by_reference(session: Session, center: uuid.UUID, source: str, external_ref: str) -> Signal | None:
    """Read the signal that a source has sent a center under a reference."""
    statement = select(Signal).where(
        col(Signal.service_center_id) == center, col(Signal.source) == source, col(Signal.external_ref) == external_ref
    )
    return session.execute(statement).scalar_one_or_none()


def held(session: Session, centers: Collection[uuid.UUID], signal_id: uuid.UUID) -> Signal | None:
    """Read a signal of these centers and hold all signals of its center."""
    center = select(col(Signal.service_center_id)).where(
        col(Signal.id) == signal_id, col(Signal.service_center_id).in_(centers)
    )
    found = session.execute(center).scalar_one_or_none()
    if found is None:
        return None
    hold_center(session, found)
    signal: Signal = session.execute(select(Signal).where(col(Signal.id) == signal_id)).scalar_one()
    return signal


def incidents(session: Session, incident_ids: Collection[uuid.UUID]) -> Sequence[Incident]:
    """Read some incidents of a center that the caller holds."""
    return session.execute(select(Incident).where(col(Incident.id).in_(incident_ids))).scalars().all()


def incident(session: Session, incident_id: uuid.UUID) -> Incident:
    """Read an incident of a signal that the caller holds."""
    return incidents(session, [incident_id])[0]


def placed(session: Session, signal_ids: Collection[uuid.UUID]) -> Sequence[Signal]:
    """Read those of some signals of a center that the caller holds that are on record."""
    return session.execute(select(Signal).where(col(Signal.id).in_(signal_ids))).scalars().all()


def finding_of(session: Session, incident_id: uuid.UUID) -> uuid.UUID | None:
    """Read which finding an incident became."""
    statement = select(col(IncidentFinding.finding_id)).where(col(IncidentFinding.incident_id) == incident_id)
    return session.execute(statement).scalar_one_or_none()


def members(session: Session, incident_ids: Collection[uuid.UUID]) -> Sequence[Signal]:
    """Read the signals of some incidents of a center that the caller holds, in the order in which they came."""
    statement = select(Signal).where(col(Signal.incident_id).in_(incident_ids)).order_by(col(Signal.id))
    return session.execute(statement).scalars().all()


def alike(session: Session, signal: Signal) -> Sequence[tuple[Signal, Incident]]:
    """Read the signals that could tell of the same incident, with theirs, in the order in which they came.

    Of what is decided, only incidents with a signal near that day; what is proposed is grouped as a whole.
    """
    days = timedelta(days=WINDOW_DAYS)
    near = select(col(Signal.incident_id)).where(
        col(Signal.service_center_id) == signal.service_center_id,
        col(Signal.occurred_on).between(signal.occurred_on - days, signal.occurred_on + days),
    )
    statement = (
        select(Signal, Incident)
        .join(Incident, col(Incident.id) == col(Signal.incident_id))
        .where(
            col(Signal.service_center_id) == signal.service_center_id,
            col(Signal.counter) == signal.counter,
            col(Signal.issue_type_id) == signal.issue_type_id,
            or_(
                col(Incident.status) == IncidentStatus.PROPOSED,
                and_(col(Incident.status) == IncidentStatus.ACCEPTED, col(Incident.id).in_(near)),
            ),
        )
        .order_by(col(Signal.id))
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def counters(session: Session, center: uuid.UUID) -> dict[str, tuple[str, ...]]:
    """Read a center's counters: by code, the name."""
    statement = select(col(Counter.code), col(Counter.name)).where(col(Counter.service_center_id) == center)
    return {code: (name,) for code, name in session.execute(statement)}


def issue_types(session: Session, center: uuid.UUID) -> dict[str, tuple[uuid.UUID, tuple[str, ...]]]:
    """Read a center's issue types: by code, the id and the names."""
    statement = select(col(IssueType.code), col(IssueType.id), col(IssueType.name_zh), col(IssueType.name_en)).where(
        col(IssueType.service_center_id) == center
    )
    return {code: (id_, tuple(filter(None, names))) for code, id_, *names in session.execute(statement)}


def issue_type_code(session: Session, issue_type_id: uuid.UUID) -> str:
    """Read the code of an issue type."""
    statement = select(col(IssueType.code)).where(col(IssueType.id) == issue_type_id)
    code: str = session.execute(statement).scalar_one()
    return code


def in_service(session: Session, center: uuid.UUID, day: date) -> list[uuid.UUID]:
    """Find the contracts of a center that were in service, and on record, on a day."""
    statement = select(col(Contract.id)).where(
        col(Contract.service_center_id) == center,
        col(Contract.starts_on) <= day,
        func.coalesce(col(Contract.closed_on), col(Contract.ends_on)) >= day,
        col(Contract.recorded_from) <= str(Period.of(day)),
    )
    return list(session.execute(statement).scalars())


def is_of_center(session: Session, contract_id: uuid.UUID, center: uuid.UUID) -> bool:
    """Tell whether a contract is a center's."""
    statement = select(col(Contract.id)).where(
        col(Contract.id) == contract_id, col(Contract.service_center_id) == center
    )
    return session.execute(statement).first() is not None


# ---------------------------------------------------------------- what people read


_COLUMNS: Columns = (
    col(Signal.id),
    col(Signal.service_center_id),
    col(Signal.source),
    col(Signal.external_ref),
    col(Signal.occurred_at),
    col(Signal.occurred_on),
    col(Signal.period),
    col(Signal.stated),
    col(Signal.text),
    col(Signal.rating),
    col(Signal.counter),
    col(IssueType.code).label("issue_type"),
    col(Signal.contract_id),
    col(Signal.matches),
    col(Signal.incident_id),
    col(Signal.grouped),
    col(Signal.status),
    col(IncidentFinding.finding_id),
    col(IncidentFinding.accepted_by),
    col(IncidentFinding.accepted_at),
    col(Incident.dismissed_by),
    col(Incident.dismissed_at),
    col(Incident.dismissed_reason),
    col(Signal.version),
    col(Signal.created_at),
    col(Signal.updated_at),
)


def _signals(caller: Caller) -> Listing:
    """Select what the caller may see: a center's signals, or of another system those that it has sent itself."""
    statement: Listing = (
        select(*_COLUMNS)
        .join(Incident, col(Incident.id) == col(Signal.incident_id))
        .join(IncidentFinding, col(IncidentFinding.incident_id) == col(Incident.id), isouter=True)
        .join(IssueType, col(IssueType.id) == col(Signal.issue_type_id), isouter=True)
        .where(col(Signal.service_center_id).in_(caller.centers))
    )
    if caller.role is Role.INTEGRATION:
        statement = statement.where(col(Signal.principal_id) == caller.principal_id)
    return statement


def signal(session: Session, caller: Caller, signal_id: uuid.UUID) -> RowMapping | None:
    """Read a signal that the caller may see."""
    return session.execute(_signals(caller).where(col(Signal.id) == signal_id)).mappings().one_or_none()


def of_incident(session: Session, caller: Caller, incident_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the signals of an incident that the caller may see."""
    statement = _signals(caller).where(col(Signal.incident_id) == incident_id)
    return session.execute(statement.order_by(col(Signal.id))).mappings().all()


def signals(session: Session, caller: Caller, wanted: SignalFilter, page: PageRequest) -> Page:
    """List the signals that the caller may see."""
    columns = ("status", "source", "period", "counter", "contract_id", "incident_id", "service_center_id")
    statement = narrowed(_signals(caller), Signal, wanted, columns)
    if wanted.updated_since is not None:
        statement = statement.where(col(Signal.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Signal.id), page)
