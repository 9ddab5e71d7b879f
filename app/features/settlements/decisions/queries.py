"""Every select over decisions on open shares; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import RowMapping, func, select
from sqlmodel import Session, col

from app.features.contracts.these import Which, of_these
from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import ClauseDecision, TermsVersion


def last_number(session: Session, contract_id: uuid.UUID) -> int:
    """Give the number of a contract's last decision; 0 where there is none."""
    statement = select(func.max(col(ClauseDecision.number))).where(col(ClauseDecision.contract_id) == contract_id)
    return session.execute(statement).scalar() or 0


def of_contracts(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read what was decided about the months of some contracts, in the order in which it was recorded."""
    return of_these(session, _of_contracts, contract_ids).all()


@cache
def _of_contracts(which: Which) -> Listing:
    statement = select(
        col(ClauseDecision.contract_id),
        col(ClauseDecision.period),
        col(ClauseDecision.clause),
        col(ClauseDecision.terms_version_id),
        col(ClauseDecision.share),
        col(ClauseDecision.reason),
        col(ClauseDecision.reference),
    ).where(which(col(ClauseDecision.contract_id)))
    return statement.order_by(col(ClauseDecision.contract_id), col(ClauseDecision.number))


def decision(session: Session, centers: Collection[uuid.UUID], decision_id: uuid.UUID) -> RowMapping:
    """Read one decision of these centers, which is on record."""
    return session.execute(_decisions(centers).where(col(ClauseDecision.id) == decision_id)).mappings().one()


def decisions(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str | None, page: PageRequest
) -> Page:
    """List the decisions about a contract of these centers; None asks for every month's."""
    statement = _decisions(centers).where(col(ClauseDecision.contract_id) == contract_id)
    if period is not None:
        statement = statement.where(col(ClauseDecision.period) == period)
    return fetch(session, statement, col(ClauseDecision.id), page)


def _decisions(centers: Collection[uuid.UUID]) -> Listing:
    statement: Listing = select(
        col(ClauseDecision.id),
        col(ClauseDecision.contract_id),
        col(ClauseDecision.number),
        col(ClauseDecision.period),
        col(ClauseDecision.clause),
        col(TermsVersion.number).label("terms_version"),
        col(ClauseDecision.share),
        col(ClauseDecision.reason),
        col(ClauseDecision.reference),
        col(ClauseDecision.decided_on),
        col(ClauseDecision.recorded_by),
        col(ClauseDecision.recorded_at),
    )
    return statement.join(TermsVersion, col(TermsVersion.id) == col(ClauseDecision.terms_version_id)).where(
        col(ClauseDecision.service_center_id).in_(centers)
    )
