"""Every select over what a vendor does of its own duty; who asks holds the contract, or has been let into it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select
from sqlmodel import Session, col

from app.models import DueDate, KeyPostFact, MonthlyReport, MonthlyReportReturn, MonthMetrics
from app.models.words import DueKind


def reports_handed_in(session: Session, contract_id: uuid.UUID) -> set[str]:
    """Read the months of a contract whose report was handed in and not returned since."""
    returned = (
        select(func.max(col(MonthlyReportReturn.number)))
        .where(
            col(MonthlyReportReturn.contract_id) == contract_id,
            col(MonthlyReportReturn.period) == col(MonthlyReport.period),
        )
        .scalar_subquery()
    )
    statement = select(col(MonthlyReport.period)).where(
        col(MonthlyReport.contract_id) == contract_id, col(MonthlyReport.number) > func.coalesce(returned, 0)
    )
    return set(session.execute(statement).scalars())


def never_asked_for(session: Session, contract_id: uuid.UUID, because: str) -> set[str]:
    """Read the months whose report was entered as never asked for, for a reason."""
    statement = select(col(DueDate.subject)).where(
        col(DueDate.contract_id) == contract_id,
        col(DueDate.kind) == DueKind.MONTHLY_REPORT,
        col(DueDate.superseded_because) == because,
    )
    return set(session.execute(statement).scalars())


def codes_on_record(session: Session, contract_id: uuid.UUID) -> dict[str, frozenset[str]]:
    """Read which codes the months of a contract have figures of."""
    statement = select(col(MonthMetrics.period), col(MonthMetrics.figures)).where(
        col(MonthMetrics.contract_id) == contract_id
    )
    found = session.execute(statement).all()
    return {period: frozenset(str(entry["code"]) for entry in figures) for period, figures in found}


def figures_met(session: Session, contract_id: uuid.UUID) -> set[str]:
    """Read the months of a contract whose figures were owed and have come."""
    statement = select(col(DueDate.subject)).where(
        col(DueDate.contract_id) == contract_id,
        col(DueDate.kind) == DueKind.METRICS,
        col(DueDate.superseded_on).is_(None),
        col(DueDate.met_on).is_not(None),
    )
    return set(session.execute(statement).scalars())


def key_post_facts(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read who held which key post of a contract from when on, in the order in which it was recorded."""
    columns = ("number", "post", "happened_on", "holder", "note", "recorded_by", "recorded_at")
    statement = select(*(col(getattr(KeyPostFact, name)) for name in columns)).where(
        col(KeyPostFact.contract_id) == contract_id
    )
    return session.execute(statement.order_by(col(KeyPostFact.number))).mappings().all()
