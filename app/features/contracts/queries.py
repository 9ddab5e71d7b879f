"""Every select over contracts, their terms and the register of due dates; each takes whose they are."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, RowMapping, and_, bindparam, case, extract, func, or_, select
from sqlmodel import Session, col

from app.features.contracts.these import Which, of_these
from app.features.contracts.within import ALL, Within
from app.features.held import held
from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import AnnualAssessment, Assessment, Contract, ContractYear, DueDate, Finding, TermsVersion, Vendor
from app.models.words import ONCE_GIVEN, DueKind, Stage
from app.rules.deadlines import DueState

_COLUMNS: Columns = (
    col(Contract.id),
    col(Contract.number),
    col(Contract.title),
    col(Contract.service_center_id),
    col(Contract.vendor_id),
    col(Vendor.name).label("vendor_name"),
    col(Contract.supervising_authority),
    col(Contract.bidder),
    col(Contract.performing_branch),
    col(Contract.starts_on),
    col(Contract.ends_on),
    col(Contract.recorded_from),
    col(Contract.closed_on),
    col(Contract.closing_reason),
    col(Contract.closing_note),
    col(Contract.note),
    col(Contract.external_ref),
    col(Contract.version),
    col(Contract.created_at),
    col(Contract.updated_at),
)

_VERSION_COLUMNS: Columns = (
    col(TermsVersion.id),
    col(TermsVersion.contract_id),
    col(TermsVersion.number),
    col(TermsVersion.effective_from),
    col(TermsVersion.agreed_on),
    col(TermsVersion.reference),
    col(TermsVersion.document),
    col(TermsVersion.recorded_at),
)


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """Which contracts to list; None asks for all."""

    number: str | None = None
    vendor_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    closed: bool | None = None
    updated_since: datetime | None = None


def vendor_belongs(session: Session, vendor_id: uuid.UUID, center: uuid.UUID) -> bool:
    """Tell whether a vendor is one of a service center's."""
    statement = select(col(Vendor.id)).where(col(Vendor.id) == vendor_id, col(Vendor.service_center_id) == center)
    return session.execute(statement).first() is not None


def number_taken(session: Session, center: uuid.UUID, number: str) -> bool:
    """Tell whether a service center has a contract of that number."""
    statement = select(col(Contract.id)).where(
        col(Contract.service_center_id) == center, col(Contract.number) == number
    )
    return session.execute(statement).first() is not None


def contract_for_update(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID) -> Contract | None:
    """Read a contract of these centers and lock its row; SQLite, with its one writer, needs no lock."""
    contract = held(session, Contract, _HELD, {"id": contract_id})
    return contract if contract is not None and contract.service_center_id in centers else None


# Statements that changes send each time are made once: making one anew takes several times as long as sending it.
_HELD = select(Contract).where(col(Contract.id) == bindparam("id")).with_for_update()


def own_contract_for_update(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Contract | None:
    """Read a vendor's own contract and lock its row, for what the vendor does itself."""
    statement = select(Contract).where(col(Contract.id) == contract_id, col(Contract.vendor_id) == vendor_id)
    return session.execute(statement.with_for_update()).scalar_one_or_none()


def without_owed(session: Session, kind: DueKind) -> Sequence[Contract]:
    """Read the contracts whose terms mention the clause of a kind and whose register has nothing of it."""
    clause = f'"{kind}"'
    mentioned = select(col(TermsVersion.contract_id)).where(
        col(TermsVersion.document).contains(clause, autoescape=True)
    )
    entered = select(col(DueDate.contract_id)).where(col(DueDate.kind) == kind)
    statement = select(Contract).where(col(Contract.id).in_(mentioned), col(Contract.id).not_in(entered))
    return session.execute(statement.order_by(col(Contract.id)).with_for_update()).scalars().all()


def contract(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID) -> RowMapping | None:
    """Read one contract of these centers."""
    statement = _contracts(centers).where(col(Contract.id) == contract_id)
    return session.execute(statement).mappings().one_or_none()


def contracts(session: Session, centers: Collection[uuid.UUID], wanted: ContractFilter, page: PageRequest) -> Page:
    """List the contracts of these centers."""
    statement = narrowed(_contracts(centers), Contract, wanted, ("number", "vendor_id", "service_center_id"))
    if wanted.closed is not None:
        closed = col(Contract.closed_on).is_not(None)
        statement = statement.where(closed if wanted.closed else ~closed)
    if wanted.updated_since is not None:
        statement = statement.where(col(Contract.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Contract.id), page)


def _contracts(centers: Collection[uuid.UUID]) -> Listing:
    return _joined().where(col(Contract.service_center_id).in_(centers))


def _joined() -> Listing:
    return select(*_COLUMNS).join(Vendor, col(Vendor.id) == col(Contract.vendor_id))


def contracts_of(
    session: Session, centers: Collection[uuid.UUID], contract_ids: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Keep of some contracts those of these centers."""
    statement = select(col(Contract.id)).where(
        col(Contract.id).in_(contract_ids), col(Contract.service_center_id).in_(centers)
    )
    return set(session.execute(statement).scalars())


def recorded_after(session: Session, instant: datetime) -> set[uuid.UUID]:
    """Find the contracts that were taken on after an instant."""
    return set(session.execute(select(col(Contract.id)).where(col(Contract.created_at) > instant)).scalars())


def years(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the money by year of some contracts."""
    return of_these(session, _years, contract_ids).all()


@cache
def _years(which: Which) -> Listing:
    statement = select(col(ContractYear.contract_id), col(ContractYear.year), col(ContractYear.amount_fen)).where(
        which(col(ContractYear.contract_id))
    )
    return statement.order_by(col(ContractYear.year))


def versions(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the versions of a contract's terms, first to last."""
    return versions_of(session, [contract_id])


def versions_of(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the versions of the terms of some contracts."""
    return of_these(session, _versions, contract_ids).all()


@cache
def _versions(which: Which) -> Listing:
    return select(*_VERSION_COLUMNS).where(which(col(TermsVersion.contract_id))).order_by(col(TermsVersion.number))


def all_versions(session: Session, within: Within = ALL) -> dict[uuid.UUID, list[RowMapping]]:
    """Read the terms of the contracts that a night looks at, unparsed: each is read when its turn comes."""
    statement = select(*_VERSION_COLUMNS).where(*within.among(col(TermsVersion.contract_id)))
    statement = statement.order_by(col(TermsVersion.number))
    return _by_contract(session.execute(statement).mappings())


def _by_contract(rows: Iterable[RowMapping]) -> dict[uuid.UUID, list[RowMapping]]:
    grouped: dict[uuid.UUID, list[RowMapping]] = {}
    for row in rows:
        grouped.setdefault(row["contract_id"], []).append(row)
    return grouped


def unmet(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the due dates of a contract that follow from its terms alone, are in force and not met.

    What was once given, as by a notice or an approval, stands whatever becomes of the terms or the contract.
    """
    statement = select(
        col(DueDate.id),
        col(DueDate.kind),
        col(DueDate.subject),
        col(DueDate.due_on),
        col(DueDate.provisional),
        col(DueDate.terms_version_id),
    ).where(
        col(DueDate.contract_id) == contract_id,
        col(DueDate.kind).not_in(ONCE_GIVEN),
        col(DueDate.superseded_on).is_(None),
        col(DueDate.met_on).is_(None),
    )
    return session.execute(statement).mappings().all()


def lock_contracts_owing(session: Session, first: date, last: date) -> None:
    """Hold the rows of every contract that owes something counted over a stretch of days, as `contract_for_update`.

    In the order of their ids, so that two who do this at once wait for each other instead of failing.
    """
    owing = select(col(DueDate.contract_id)).where(*_owed_over(first, last))
    statement = select(col(Contract.id)).where(col(Contract.id).in_(owing)).order_by(col(Contract.id))
    session.execute(statement.with_for_update()).all()


def owed_over(session: Session, first: date, last: date) -> Sequence[RowMapping]:
    """Read every due date in force and not met that was counted over some of the days from `first` to `last`.

    A date that was stated is counted by nothing. A date rests on no day but those from its event to itself, so no
    other date is moved by what changes there.
    """
    statement = (
        select(
            col(DueDate.id),
            col(DueDate.service_center_id),
            col(DueDate.contract_id),
            col(DueDate.kind),
            col(DueDate.subject),
            col(DueDate.terms_version_id),
            col(DueDate.event_on),
            col(DueDate.due_on),
            col(DueDate.provisional),
            col(DueDate.in_force_from),
        )
        .where(*_owed_over(first, last))
        .order_by(col(DueDate.contract_id), col(DueDate.id))
    )
    return session.execute(statement).mappings().all()


def versions_owing(session: Session, first: date, last: date) -> dict[uuid.UUID, list[RowMapping]]:
    """Read the versions of the terms, unparsed, of the contracts that `owed_over` finds."""
    owing = select(col(DueDate.contract_id)).where(*_owed_over(first, last))
    statement = select(*_VERSION_COLUMNS).where(col(TermsVersion.contract_id).in_(owing))
    return _by_contract(session.execute(statement.order_by(col(TermsVersion.number))).mappings())


def _owed_over(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        col(DueDate.superseded_on).is_(None),
        col(DueDate.met_on).is_(None),
        col(DueDate.stated).is_(None),
        col(DueDate.due_on) >= first,
        col(DueDate.event_on) <= last,
    )


def provisional_by_year(session: Session) -> dict[int, int]:
    """Count the provisional due dates in force and not met by the year in which they lie."""
    year = extract("year", col(DueDate.due_on))
    owed = (col(DueDate.superseded_on).is_(None), col(DueDate.met_on).is_(None), col(DueDate.provisional))
    statement = select(year, func.count()).where(*owed).group_by(year).order_by(year)
    return {int(found): count for found, count in session.execute(statement)}


def months(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the expected months of a contract: `period`, `served_to`, and whether a notice is still to be given.

    `owes_notice` is false once a month was notified or is finally excused.
    """
    excused = and_(col(Assessment.state) == "excused", col(Assessment.stage) == Stage.FINAL)
    owes_notice = and_(col(Assessment.stage) != Stage.NOTIFIED, or_(col(Assessment.state).is_(None), ~excused))
    statement = (
        select(col(Assessment.period), col(Assessment.served_to), owes_notice.label("owes_notice"))
        .where(col(Assessment.contract_id) == contract_id, col(Assessment.expected))
        .order_by(col(Assessment.period))
    )
    return session.execute(statement).mappings().all()


def years_held(session: Session, contract_id: uuid.UUID) -> Sequence[int]:
    """Read the years of a contract whose annual assessment was held."""
    statement = select(col(AnnualAssessment.year)).where(col(AnnualAssessment.contract_id) == contract_id)
    return session.execute(statement).scalars().all()


def latest_facts(session: Session, contract_id: uuid.UUID) -> tuple[str | None, date | None]:
    """Give the latest month that was drafted and the latest day of a finding."""
    drafted = select(func.max(col(Assessment.period))).where(
        col(Assessment.contract_id) == contract_id, col(Assessment.stage) != Stage.NOT_ASSESSED
    )
    last_day = func.coalesce(col(Finding.until), col(Finding.occurred_on))
    seen = select(func.max(last_day)).where(col(Finding.contract_id) == contract_id)
    return session.execute(drafted).scalar_one(), session.execute(seen).scalar_one()


@dataclass(frozen=True, slots=True)
class DueDateFilter:
    """Which due dates to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    kind: DueKind | None = None
    state: DueState | None = None
    subject: str | None = None
    superseded: bool = False
    """Whether those that were superseded are listed too."""
    updated_since: datetime | None = None


def due_dates(
    session: Session, centers: Collection[uuid.UUID], wanted: DueDateFilter, as_of: date, page: PageRequest
) -> Page:
    """List due dates of these centers, with their state on a day."""
    statement: Listing = (
        select(
            col(DueDate.id),
            col(DueDate.service_center_id),
            col(DueDate.contract_id),
            col(Contract.number).label("contract_number"),
            col(DueDate.kind),
            col(DueDate.subject),
            col(TermsVersion.number).label("terms_version"),
            col(DueDate.event_on),
            col(DueDate.due_on),
            col(DueDate.provisional),
            col(DueDate.steps),
            col(DueDate.in_force_from),
            col(DueDate.superseded_on),
            col(DueDate.superseded_because),
            col(DueDate.met_on),
            col(DueDate.updated_at),
        )
        .join(Contract, col(Contract.id) == col(DueDate.contract_id))
        .join(TermsVersion, col(TermsVersion.id) == col(DueDate.terms_version_id))
        .where(col(DueDate.service_center_id).in_(centers))
    )
    statement = narrowed(statement, DueDate, wanted, ("contract_id", "service_center_id", "kind", "subject"))
    if not wanted.superseded:
        statement = statement.where(col(DueDate.superseded_on).is_(None))
    if wanted.state is not None:
        statement = statement.where(in_state(wanted.state, as_of))
    if wanted.updated_since is not None:
        statement = statement.where(col(DueDate.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(DueDate.id), page)


def in_state(state: DueState, as_of: date | BindParameter[date]) -> ColumnElement[bool]:
    """Say a state of a due date on a day in SQL; the same as `rules.deadlines.lateness`, which a test compares."""
    due, met = col(DueDate.due_on), col(DueDate.met_on)
    ended = col(DueDate.superseded_on)
    day = case((ended < as_of, ended), else_=as_of)
    unmet = or_(met.is_(None), met > day)
    return {
        DueState.NOT_DUE: and_(unmet, due >= day),
        DueState.OVERDUE: and_(unmet, due < day),
        DueState.ON_TIME: and_(~unmet, met <= due),
        DueState.LATE: and_(~unmet, met > due),
    }[state]
