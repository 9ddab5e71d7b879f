"""Every select that trials rest on beside a contract's books, set by set, and those over the trials themselves."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, RowMapping, cast, func, select
from sqlmodel import Session, col

from app.features.paging import Listing
from app.models import Assessment, Contract, Finding, IssueType, Payout, Trial
from app.models.words import MoneyStatus, PayoutKind, TrialStatus

Rows = Sequence[RowMapping]


def results(session: Session, contract_ids: Collection[uuid.UUID]) -> Rows:
    """Read the expected months of some contracts with their results and notices, in their order."""
    statement = select(
        col(Assessment.contract_id),
        col(Assessment.service_center_id),
        col(Assessment.period),
        col(Assessment.served_to),
        col(Assessment.state),
        col(Assessment.score_kind),
        col(Assessment.score_hundredths),
        col(Assessment.score_exact),
        col(Assessment.assessed_on),
        col(Assessment.final_on),
        col(Assessment.notified_on),
    ).where(col(Assessment.contract_id).in_(contract_ids), col(Assessment.expected))
    return session.execute(statement.order_by(col(Assessment.contract_id), col(Assessment.period))).mappings().all()


def occurrences(session: Session, contract_ids: Collection[uuid.UUID]) -> Rows:
    """Read the findings of some contracts, those of an issue type together, withdrawn ones too."""
    statement: Listing = (
        select(
            col(Finding.id),
            col(Finding.contract_id),
            col(Finding.service_center_id),
            col(Finding.occurred_on),
            col(Finding.counter),
            col(Finding.withdrawn_on),
            col(Finding.at_least),
            col(IssueType.code).label("issue_type"),
            col(IssueType.name_zh).label("issue_type_name"),
            col(Contract.starts_on),
            func.coalesce(col(Contract.closed_on), col(Contract.ends_on)).label("last_day"),
        )
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
        .join(Contract, col(Contract.id) == col(Finding.contract_id))
        .where(col(Finding.contract_id).in_(contract_ids))
        .order_by(col(Finding.contract_id), col(IssueType.code), col(Finding.occurred_on), col(Finding.id))
    )
    return session.execute(statement).mappings().all()


def paid_out(session: Session, contract_ids: Collection[uuid.UUID]) -> Rows:
    """Sum what the approved payouts by a year's score of some contracts paid out, by their years."""
    statement = (
        select(
            col(Payout.contract_id),
            col(Payout.year),
            cast(func.sum(col(Payout.amount_fen)), BigInteger).label("fen"),
        )
        .where(
            col(Payout.contract_id).in_(contract_ids),
            col(Payout.status) == MoneyStatus.APPROVED,
            col(Payout.kind).in_([PayoutKind.PAYOUT_BY_SCORE, PayoutKind.SCORE_AWARD, PayoutKind.ALL_OR_NOTHING]),
        )
        .group_by(col(Payout.contract_id), col(Payout.year))
    )
    return session.execute(statement).mappings().all()


def contracts_of(session: Session, center_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """List the contracts of a centre in the order of their ids."""
    statement = select(col(Contract.id)).where(col(Contract.service_center_id) == center_id)
    return session.execute(statement.order_by(col(Contract.id))).scalars().all()


# ---------------------------------------------------------------- the trials themselves


def trial(session: Session, centers: Collection[uuid.UUID], trial_id: uuid.UUID) -> RowMapping | None:
    """Read a trial of these centres."""
    statement: Listing = select(
        col(Trial.id),
        col(Trial.service_center_id),
        col(Trial.asked_by),
        col(Trial.status),
        col(Trial.request),
        col(Trial.contracts_done),
        col(Trial.contracts_all),
        col(Trial.result),
        col(Trial.error),
        col(Trial.heartbeat_at),
        col(Trial.created_at),
        col(Trial.finished_at),
    ).where(col(Trial.id) == trial_id, col(Trial.service_center_id).in_(centers))
    return session.execute(statement).mappings().one_or_none()


def going_on(session: Session, center_id: uuid.UUID, alive_since: datetime) -> uuid.UUID | None:
    """Find a trial of a centre that is not ended, and whose worker has shown itself since an instant."""
    statement = select(col(Trial.id)).where(
        col(Trial.service_center_id) == center_id,
        col(Trial.status).in_([TrialStatus.QUEUED, TrialStatus.RUNNING]),
        col(Trial.heartbeat_at) >= alive_since,
    )
    return session.execute(statement.limit(1)).scalar_one_or_none()


def of_worker(session: Session, trial_id: uuid.UUID) -> RowMapping:
    """Read what a trial asks, for whoever runs it."""
    statement = select(col(Trial.service_center_id), col(Trial.request)).where(col(Trial.id) == trial_id)
    return session.execute(statement).mappings().one()
