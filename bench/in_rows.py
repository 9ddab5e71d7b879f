"""A month's findings, and their rectifications, as the services leave their rows: many at once, which saves minutes."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.assessments import answer_queries
from app.models import Contract, DueDate, Finding, IssueType, Rectification
from app.models.columns import new_id
from app.models.words import DueKind, Verification
from app.rules.periods import Period


def find(session: Session, contract_id: uuid.UUID, seen: Sequence[dict[str, Any]]) -> None:
    """Record findings, whose `issue` is the number of their type in the centre's catalogue."""
    contract, now = session.get_one(Contract, contract_id), clock.now()
    types = select(col(IssueType.id)).where(col(IssueType.service_center_id) == contract.service_center_id)
    catalogue = session.execute(types.order_by(col(IssueType.code))).scalars().all()
    common = {
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract_id,
        "at_least": False,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    rows = [
        {"id": new_id(), "issue_type_id": catalogue[one["issue"]], **common}
        | {name: value for name, value in one.items() if name != "issue"}
        for one in seen
    ]
    session.connection().execute(insert(Finding), rows)


def rectify(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, on: date, left_out: Collection[int]
) -> None:
    """Have a notified month's findings submitted and verified on a day, but for those left out by their numbers."""
    standing = answer_queries.standing_findings(session, contract_id, str(period))
    found = [str(finding) for number, finding in enumerate(standing) if number not in left_out]
    owed = (
        col(DueDate.contract_id) == contract_id,
        col(DueDate.kind) == DueKind.RECTIFICATION,
        col(DueDate.subject).in_(found),
    )
    due_on = {
        row.subject: row.due_on
        for row in session.execute(select(col(DueDate.subject), col(DueDate.due_on)).where(*owed))
    }
    contract, now = session.get_one(Contract, contract_id), clock.now()
    common = {
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract_id,
        "number": 1,
        "description": "已当面批评并调整排班，相关窗口已复查。",
        "submitted_on": on,
        "submitted_at": now,
        "submitted_by": caller.name,
        "submitted_by_id": caller.principal_id,
        "outcome": Verification.VERIFIED,
        "judged_on": on,
        "judged_at": now,
        "judged_by": caller.name,
        "judged_by_id": caller.principal_id,
    }
    rows = [
        {"id": new_id(), "finding_id": uuid.UUID(finding), "due_on": due_on[finding], **common} for finding in found
    ]
    session.connection().execute(insert(Rectification), rows)
    session.connection().execute(update(DueDate).where(*owed).values(met_on=on, updated_at=now))
