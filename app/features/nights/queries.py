"""Every select over the marks, what was gathered of them, and which contracts they are about."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlmodel import Session, col

from app.features.paging import Listing
from app.models import (
    ChangedContract,
    Contract,
    Expenditure,
    ExpenditureDecision,
    Gathering,
    IssueType,
    NightContract,
    NightTurn,
)


def naming_issue_types(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Find the contracts whose findings may be of some issue types: those of their service centers."""
    centers = select(col(IssueType.service_center_id)).where(col(IssueType.id).in_(ids))
    statement = select(col(Contract.id)).where(col(Contract.service_center_id).in_(centers))
    return set(session.execute(statement).scalars())


def naming_budget_lines(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Find the contracts of expenditures that were recorded under some lines, or charged to them later."""
    charged = select(col(ExpenditureDecision.expenditure_id)).where(col(ExpenditureDecision.to_line_id).in_(ids))
    own = or_(col(Expenditure.budget_line_id).in_(ids), col(Expenditure.id).in_(charged))
    statement = select(col(Expenditure.contract_id)).where(
        own, col(Expenditure.mismatched), col(Expenditure.contract_id).is_not(None)
    )
    return {id_ for id_ in session.execute(statement.distinct()).scalars() if id_ is not None}


def anything_marked(session: Session) -> bool:
    """Tell whether there is a mark to gather."""
    return session.execute(select(col(ChangedContract.id)).limit(1)).first() is not None


def oldest_marks(limit: int) -> Listing:
    """Select so many marks by their ids."""
    return select(col(ChangedContract.id)).order_by(col(ChangedContract.id)).limit(limit)


def last_gathering(session: Session) -> int:
    """Give the number of the last gathering; 0 before the first."""
    number: int = session.execute(select(func.coalesce(func.max(col(Gathering.number)), 0))).scalar_one()
    return number


def is_gathered(session: Session, gathered: int, since: date, contract_id: uuid.UUID) -> bool:
    """Tell whether a contract was marked after a gathering, or on a day after `since`."""
    statement = select(col(NightContract.gathering)).where(
        col(NightContract.contract_id) == contract_id, _after(gathered, since)
    )
    return session.execute(statement.limit(1)).first() is not None


def gathered_after(gathered: int, since: date) -> Listing:
    """Select the contracts that were marked after a gathering, or on a day after `since`."""
    return select(col(NightContract.contract_id)).where(_after(gathered, since))


def _after(gathered: int, since: date) -> ColumnElement[bool]:
    return or_(col(NightContract.gathering) > gathered, col(NightContract.recorded_on) > since)


def turning(job: str, until: date) -> Listing:
    """Select the contracts of a job that turn on a day or turned before it."""
    return select(col(NightTurn.contract_id)).where(col(NightTurn.job) == job, col(NightTurn.turns_on) <= until)


def marked() -> Listing:
    """Select the contracts that are marked and not gathered yet."""
    return select(col(ChangedContract.contract_id))


def these(contract_ids: Collection[uuid.UUID]) -> Listing:
    """Select some contracts."""
    return select(col(Contract.id)).where(col(Contract.id).in_(contract_ids))


def contracts(
    session: Session, after: uuid.UUID | None, limit: int, among: Sequence[Listing] | None = None
) -> Sequence[uuid.UUID]:
    """Give the next contracts in the order of their ids, so many at most; of all, or of those that are selected."""
    statement = select(col(Contract.id)).order_by(col(Contract.id)).limit(limit)
    if among is not None:
        statement = statement.where(_is_among(among))
    if after is not None:
        statement = statement.where(col(Contract.id) > after)
    return session.execute(statement).scalars().all()


def named(session: Session, ids: Collection[uuid.UUID], among: Sequence[Listing]) -> set[uuid.UUID]:
    """Give those of some contracts that are selected."""
    statement = select(col(Contract.id)).where(col(Contract.id).in_(ids), _is_among(among))
    return set(session.execute(statement).scalars())


def _is_among(among: Iterable[Listing]) -> ColumnElement[bool]:
    return col(Contract.id).in_(select(union(*among).subquery().c[0]))
