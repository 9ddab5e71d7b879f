"""Every select over the marks, what was gathered of them, and which contracts they are about."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    SQLColumnExpression,
    bindparam,
    exists,
    func,
    or_,
    select,
    union,
)
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
    return session.connection().execute(_ANY_MARK).first() is not None


_ANY_MARK = select(col(ChangedContract.id)).limit(1)


def oldest_marks(limit: int) -> Listing:
    """Select so many marks by their ids."""
    return select(col(ChangedContract.id)).order_by(col(ChangedContract.id)).limit(limit)


LAST_GATHERING = select(func.coalesce(func.max(col(Gathering.number)), 0)).scalar_subquery()
"""The number of the last gathering; 0 before the first."""


def is_gathered(
    contract_id: uuid.UUID, gathered: SQLColumnExpression[Any], since: SQLColumnExpression[date]
) -> ColumnElement[bool]:
    """Ask in SQL whether a contract was marked after a gathering, or on a day after `since`."""
    return exists().where(col(NightContract.contract_id) == contract_id, _after(gathered, since))


def _after(
    gathered: SQLColumnExpression[Any] | BindParameter[int], since: SQLColumnExpression[date] | BindParameter[date]
) -> ColumnElement[bool]:
    return or_(col(NightContract.gathering) > gathered, col(NightContract.recorded_on) > since)


@dataclass(frozen=True, slots=True)
class Among:
    """Contracts that are selected by some selects, which are made once, and the values of their parameters."""

    selects: tuple[Listing, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def plus(self, other: "Among") -> "Among":
        """Select those of another one as well."""
        return Among((*self.selects, *other.selects), {**self.values, **other.values})


def looked_at(job: str, as_of: date, gathered: int, since: date, broken: Collection[uuid.UUID]) -> Among:
    """Select what was marked after a gathering or on a day after `since`, what turns for a job, and what was broken."""
    values = {"job": job, "as_of": as_of, "gathered": gathered, "since": since}
    return Among(_LOOKED_AT, values).plus(Among(_BROKEN, {"broken": list(broken)}) if broken else Among())


_LOOKED_AT: tuple[Listing, ...] = (
    select(col(NightContract.contract_id)).where(_after(bindparam("gathered"), bindparam("since"))),
    select(col(NightTurn.contract_id)).where(
        col(NightTurn.job) == bindparam("job"), col(NightTurn.turns_on) <= bindparam("as_of")
    ),
)
_BROKEN: tuple[Listing, ...] = (
    select(col(Contract.id)).where(col(Contract.id).in_(bindparam("broken", expanding=True))),
)
MARKED = Among((select(col(ChangedContract.contract_id)),))
"""The contracts that are marked and not gathered yet."""


def contracts(session: Session, after: uuid.UUID | None, limit: int, among: Among | None = None) -> Sequence[uuid.UUID]:
    """Give the next contracts in the order of their ids, so many at most; of all, or of those that are selected."""
    statement = _contracts(None if among is None else among.selects, goes_on=after is not None)
    values: dict[str, Any] = {"most": limit} | ({} if after is None else {"after": after})
    return session.connection().execute(statement, values | dict(among.values if among else {})).scalars().all()


@cache
def _contracts(selects: tuple[Listing, ...] | None, *, goes_on: bool) -> Listing:
    statement: Listing = select(col(Contract.id)).order_by(col(Contract.id)).limit(bindparam("most", type_=Integer))
    if selects is not None:
        statement = statement.where(_is_among(selects))
    return statement.where(col(Contract.id) > bindparam("after")) if goes_on else statement


def named(session: Session, ids: Collection[uuid.UUID], among: Among) -> set[uuid.UUID]:
    """Give those of some contracts that are selected."""
    statement = select(col(Contract.id)).where(col(Contract.id).in_(ids), _is_among(among.selects))
    return set(session.execute(statement, among.values).scalars())


def _is_among(selects: Sequence[Listing]) -> ColumnElement[bool]:
    return col(Contract.id).in_(select(union(*selects).subquery().c[0]))
