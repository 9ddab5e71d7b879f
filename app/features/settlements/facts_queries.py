"""Every select over what settlements are reckoned from, set by set: each for any number of contracts."""

import uuid
from collections.abc import Collection, Sequence
from functools import cache, partial

from sqlalchemy import BigInteger, RowMapping, and_, bindparam, case, cast, func, literal_column, select
from sqlmodel import Session, col

from app.features.contracts.these import Which, of_these
from app.features.paging import Listing
from app.features.settlements.opening.queries import OPENING
from app.models import Assessment, Contract, ContractYear, Finding, IssueType, MonthMetrics, Settlement, SettlementLine
from app.models.words import MoneyStatus
from app.rules.ledger import Account

LIVE = col(Settlement.status) != literal_column(f"'{MoneyStatus.SUPERSEDED}'")
"""Keeps the settlements that no newer draft has superseded: those that are drafted or approved.

Said in the words of their index: SQLite would put a statement with a parameter here together anew each time it is sent.
"""


def contracts(session: Session, contract_ids: Collection[uuid.UUID]) -> list[tuple[RowMapping, dict[int, int]]]:
    """Read the owners and the service of some contracts, each with its money by year, in fen."""
    found: dict[uuid.UUID, tuple[RowMapping, dict[int, int]]] = {}
    for row in of_these(session, _contracts, contract_ids):
        _, years = found.setdefault(row["id"], (row, {}))
        if row["year"] is not None:
            years[row["year"]] = row["amount_fen"]
    return list(found.values())


@cache
def _contracts(which: Which) -> Listing:
    statement: Listing = select(
        col(Contract.id),
        col(Contract.service_center_id),
        col(Contract.vendor_id),
        col(Contract.number),
        col(Contract.starts_on),
        col(Contract.ends_on),
        col(Contract.closed_on),
        col(ContractYear.year),
        col(ContractYear.amount_fen),
    )
    statement = statement.join(ContractYear, col(ContractYear.contract_id) == col(Contract.id), isouter=True)
    return statement.where(which(col(Contract.id))).order_by(col(Contract.id), col(ContractYear.year))


_OPENED = and_(
    col(Settlement.contract_id) == col(Contract.id),
    col(Settlement.payment_period) == OPENING,
    LIVE,
)
"""Finds the opening balance of a contract, of which there is one at most: Kaohe settles the months after it."""
_MEASURED = and_(
    col(MonthMetrics.contract_id) == col(Assessment.contract_id), col(MonthMetrics.period) == col(Assessment.period)
)
_OPENED_TO = func.coalesce(col(Settlement.last_period), "")


def months(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the expected months of some contracts with their results, in their order; none of an opening balance.

    `figures` are what a month was measured by beside its score, or NULL.
    """
    return of_these(session, _months, contract_ids).all()


@cache
def _months(which: Which) -> Listing:
    statement: Listing = (
        select(
            col(Assessment.contract_id),
            col(Assessment.period),
            col(Assessment.served_from),
            col(Assessment.served_to),
            col(Assessment.stage),
            col(Assessment.state),
            col(Assessment.score_kind),
            col(Assessment.score_exact),
            col(Assessment.terms_version_id),
            col(MonthMetrics.figures),
        )
        .select_from(Contract)
        .join(Settlement, _OPENED, isouter=True)
        .join(Assessment, and_(col(Assessment.contract_id) == col(Contract.id), col(Assessment.period) > _OPENED_TO))
        .join(MonthMetrics, _MEASURED, isouter=True)
        .where(which(col(Contract.id)), col(Assessment.expected))
    )
    return statement.order_by(col(Assessment.contract_id), col(Assessment.period))


def findings(
    session: Session, contract_ids: Collection[uuid.UUID], issue_types: Collection[str] | None = None
) -> Sequence[RowMapping]:
    """Count the findings of these months that stand; those that differ in anything that a clause asks for apart.

    `issue_types` are the codes of those to count; None counts all.
    """
    if issue_types is not None and not issue_types:
        return []
    asked = {} if issue_types is None else {"issue_types": list(issue_types)}
    made = partial(_findings, among=issue_types is not None)
    return of_these(session, made, contract_ids, **asked).all()


@cache
def _findings(which: Which, *, among: bool) -> Listing:
    alike = (
        col(Finding.contract_id),
        col(Finding.period),
        col(IssueType.code),
        col(Finding.occurred_on),
        col(Finding.until),
        col(Finding.level),
        col(Finding.unrectified),
        col(Finding.post),
    )
    open_ended = func.sum(case((col(Finding.at_least), 1), else_=0))
    statement: Listing = (
        select(
            col(Finding.contract_id),
            col(Finding.period),
            col(IssueType.code).label("issue_type"),
            col(Finding.occurred_on),
            col(Finding.until),
            col(Finding.level),
            col(Finding.unrectified),
            col(Finding.post),
            func.count().label("count"),
            (open_ended > 0).label("at_least"),
        )
        .select_from(Contract)
        .join(Settlement, _OPENED, isouter=True)
        .join(Finding, and_(col(Finding.contract_id) == col(Contract.id), col(Finding.period) > _OPENED_TO))
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
        .where(which(col(Contract.id)), col(Finding.withdrawn_on).is_(None))
        .group_by(*alike)
    )
    if among:
        statement = statement.where(col(IssueType.code).in_(bindparam("issue_types", expanding=True)))
    return statement


def posted(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Sum what approved settlements of some contracts hold, by month and component, adjustments included.

    What an opening balance holds is named by its words, and is of no month.
    """
    return of_these(session, _posted, contract_ids).all()


@cache
def _posted(which: Which) -> Listing:
    return (
        select(
            col(SettlementLine.contract_id),
            col(SettlementLine.period),
            col(SettlementLine.component),
            cast(func.sum(col(SettlementLine.amount_fen)), BigInteger).label("fen"),
            func.max(col(SettlementLine.adjustment)).label("adjustment"),
        )
        .join(Settlement, col(Settlement.id) == col(SettlementLine.settlement_id))
        .where(
            which(col(SettlementLine.contract_id)),
            col(Settlement.status) == MoneyStatus.APPROVED,
        )
        .group_by(col(SettlementLine.contract_id), col(SettlementLine.period), col(SettlementLine.component))
    )


def held_before(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read what the approved opening balances of some contracts say was held back before Kaohe's record."""
    return of_these(session, _held_before, contract_ids).all()


@cache
def _held_before(which: Which) -> Listing:
    return (
        select(col(SettlementLine.contract_id), col(SettlementLine.amount_fen).label("fen"))
        .join(Settlement, col(Settlement.id) == col(SettlementLine.settlement_id))
        .where(
            which(col(SettlementLine.contract_id)),
            col(Settlement.payment_period) == OPENING,
            col(Settlement.status) == MoneyStatus.APPROVED,
            col(SettlementLine.component) == Account.HELD.value,
        )
    )


def live(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read which payment periods of some contracts are drafted or approved."""
    return of_these(session, _live, contract_ids).all()


@cache
def _live(which: Which) -> Listing:
    return select(
        col(Settlement.contract_id),
        col(Settlement.id),
        col(Settlement.payment_period),
        col(Settlement.status),
        col(Settlement.months),
        col(Settlement.ends_on),
        col(Settlement.fee_fen),
        col(Settlement.payable_fen),
        col(Settlement.paid_fen),
    ).where(which(col(Settlement.contract_id)), LIVE)
