"""Every select over settlements; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlmodel import Session, col

from app.features.contracts.within import ALL, Within
from app.features.held import held
from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.features.settlements.facts_queries import LIVE
from app.models import (
    AnnualAssessment,
    Assessment,
    ClauseDecision,
    Contract,
    LedgerEntry,
    MonthMetrics,
    Settlement,
    SettlementLine,
    TermsVersion,
)
from app.models.words import LedgerCause, MoneyStatus

# ---------------------------------------------------------------- what is due to be settled


def _covered() -> ColumnElement[bool]:
    """Tell whether a month is in a settlement, drafted or approved."""
    return exists().where(
        col(Settlement.contract_id) == col(Assessment.contract_id),
        LIVE,
        col(Settlement.first_period) <= col(Assessment.period),
        col(Settlement.last_period) >= col(Assessment.period),
    )


def changed_since_settled(session: Session, within: Within = ALL) -> Sequence[uuid.UUID]:
    """Find the contracts without an unsettled month whose record changed after the last settlement's posting.

    What counts of the record: months, terms, metrics, decisions. Nothing but a supplement can adjust what such a
    contract was paid.
    """
    posted_at = (
        select(col(LedgerEntry.contract_id).label("contract_id"), func.max(col(LedgerEntry.recorded_at)).label("at"))
        .where(col(LedgerEntry.cause) == LedgerCause.SETTLEMENT, *within.among(col(LedgerEntry.contract_id)))
        .group_by(col(LedgerEntry.contract_id))
        .subquery()
    )
    own_month = (col(Assessment.contract_id) == posted_at.c.contract_id, col(Assessment.expected))
    open_month = exists().where(*own_month, not_(_covered()))
    changed_month = exists().where(*own_month, col(Assessment.updated_at) > posted_at.c.at)
    own_terms = col(TermsVersion.contract_id) == posted_at.c.contract_id
    amended = exists().where(own_terms, col(TermsVersion.recorded_at) > posted_at.c.at)
    own_metrics = col(MonthMetrics.contract_id) == posted_at.c.contract_id
    measured = exists().where(own_metrics, col(MonthMetrics.updated_at) > posted_at.c.at)
    own_decisions = col(ClauseDecision.contract_id) == posted_at.c.contract_id
    decided = exists().where(own_decisions, col(ClauseDecision.recorded_at) > posted_at.c.at)
    changed = or_(changed_month, amended, measured, decided)
    statement = select(posted_at.c.contract_id).where(not_(open_month), changed)
    return session.execute(statement.order_by(posted_at.c.contract_id)).scalars().all()


def undrafted(session: Session, as_of: date, within: Within = ALL) -> Sequence[uuid.UUID]:
    """Find the contracts with a month that ended before a day and is in no settlement, in the order of their ids."""
    statement = (
        select(col(Assessment.contract_id))
        .where(
            col(Assessment.expected),
            col(Assessment.served_to) < as_of,
            not_(_covered()),
            *within.among(col(Assessment.contract_id)),
        )
        .distinct()
        .order_by(col(Assessment.contract_id))
    )
    return session.execute(statement).scalars().all()


def hold(session: Session, contract_ids: Collection[uuid.UUID]) -> None:
    """Hold the rows of some contracts to the end of the transaction, in the order of their ids."""
    statement = select(col(Contract.id)).where(col(Contract.id).in_(contract_ids)).order_by(col(Contract.id))
    session.execute(statement.with_for_update()).all()


# ---------------------------------------------------------------- one settlement

_THIS: BindParameter[uuid.UUID] = bindparam("settlement")
_OF_THIS: BindParameter[uuid.UUID] = bindparam("contract")
"""Which settlement, of which contract. A statement that approvals send is made once: that takes longer than sending."""


def for_update(session: Session, contract_id: uuid.UUID, settlement_id: uuid.UUID) -> Settlement | None:
    """Read a settlement of a contract that the caller holds."""
    return held(session, Settlement, _HELD, {"settlement": settlement_id, "contract": contract_id})


_HELD = select(Settlement).where(col(Settlement.id) == _THIS, col(Settlement.contract_id) == _OF_THIS)


def digests(session: Session, contract_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Read the hashes of a contract's drafts."""
    statement = select(col(Settlement.id), col(Settlement.digest)).where(
        col(Settlement.contract_id) == contract_id, col(Settlement.status) == MoneyStatus.DRAFT
    )
    return {row.id: row.digest for row in session.execute(statement)}


def lines(session: Session, settlement_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the lines of a settlement, with the terms that govern each."""
    return session.connection().execute(_LINES, {"settlement": settlement_id}).mappings().all()


def lines_with_steps(session: Session, settlement_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the lines of a settlement as `lines` does, and how each came about."""
    return session.connection().execute(_LINES_WITH_STEPS, {"settlement": settlement_id}).mappings().all()


_IN_SHORT: Listing = (
    select(
        col(SettlementLine.number),
        col(SettlementLine.period),
        col(SettlementLine.component),
        col(SettlementLine.adjustment),
        col(SettlementLine.amount_fen),
        col(SettlementLine.clause),
        col(TermsVersion.number).label("terms_version"),
        col(TermsVersion.reference),
    )
    .join(TermsVersion, col(TermsVersion.id) == col(SettlementLine.terms_version_id), isouter=True)
    .order_by(col(SettlementLine.number))
)
LINES: Listing = _IN_SHORT.add_columns(col(SettlementLine.steps))
"""The lines of settlements, with their steps and the terms that govern each; who reads them says of which one."""
_LINES, _LINES_WITH_STEPS = (each.where(col(SettlementLine.settlement_id) == _THIS) for each in (_IN_SHORT, LINES))


def entries_of(cause_id: uuid.UUID | BindParameter[uuid.UUID]) -> Select[uuid.UUID]:
    """Select the ledger entries that one cause has posted."""
    return select(col(LedgerEntry.id)).where(col(LedgerEntry.cause_id) == cause_id)


# ---------------------------------------------------------------- what people read


_COLUMNS: Columns = (
    col(Settlement.id),
    col(Settlement.service_center_id),
    col(Settlement.contract_id),
    col(Contract.number).label("contract_number"),
    col(Settlement.payment_period),
    col(Settlement.months),
    col(Settlement.ends_on),
    col(Settlement.status),
    col(Settlement.fee_fen),
    col(Settlement.deducted_fen),
    col(Settlement.held_fen),
    col(Settlement.adjusted_fen),
    col(Settlement.carried_fen),
    col(Settlement.payable_fen),
    col(Settlement.paid_fen),
    col(Settlement.drafted_by),
    col(Settlement.drafted_on),
    col(Settlement.approved_by),
    col(Settlement.approved_on),
    col(Settlement.note),
    col(Settlement.version),
    col(Settlement.created_at),
    col(Settlement.updated_at),
)


@dataclass(frozen=True, slots=True)
class SettlementFilter:
    """Which settlements to list; None asks for all but those that a newer draft superseded."""

    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    payment_period: str | None = None
    status: str | None = None
    """`draft`, `approved` (and not fully paid), `paid` or `superseded`."""
    updated_since: datetime | None = None


_ALL: Listing = select(*_COLUMNS).join(Contract, col(Contract.id) == col(Settlement.contract_id))
_SETTLEMENT = _ALL.where(
    col(Settlement.id) == _THIS,
    col(Settlement.contract_id) == _OF_THIS,
    col(Settlement.service_center_id).in_(bindparam("centers", expanding=True)),
)


def settlement(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, settlement_id: uuid.UUID
) -> RowMapping | None:
    """Read one settlement of these centers."""
    which = {"settlement": settlement_id, "contract": contract_id, "centers": list(centers)}
    return session.connection().execute(_SETTLEMENT, which).mappings().one_or_none()


def settlements(session: Session, centers: Collection[uuid.UUID], wanted: SettlementFilter, page: PageRequest) -> Page:
    """List the settlements of these centers."""
    columns = ("contract_id", "service_center_id", "payment_period")
    statement = narrowed(_ALL.where(col(Settlement.service_center_id).in_(centers)), Settlement, wanted, columns)
    paid = and_(col(Settlement.status) == MoneyStatus.APPROVED, col(Settlement.paid_fen) == col(Settlement.payable_fen))
    if wanted.status is None:
        statement = statement.where(LIVE)
    elif wanted.status == "paid":
        statement = statement.where(paid)
    else:
        statement = statement.where(col(Settlement.status) == wanted.status, not_(paid))
    if wanted.updated_since is not None:
        statement = statement.where(col(Settlement.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Settlement.id), page)


def years_held(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the annual assessments of some contracts that were held, with their scores."""
    statement = select(
        col(AnnualAssessment.contract_id),
        col(AnnualAssessment.year),
        col(AnnualAssessment.held_on),
        col(AnnualAssessment.score_kind),
        col(AnnualAssessment.score_exact),
        col(AnnualAssessment.terms_version_id),
    ).where(col(AnnualAssessment.contract_id).in_(contract_ids))
    return session.execute(statement.order_by(col(AnnualAssessment.year))).mappings().all()
