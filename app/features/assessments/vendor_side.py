"""What a vendor acts upon, held for its act: a month or a finding that it was notified of; all else is not there."""

import uuid

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.errors import NotFound
from app.features.assessments import answer_queries, portal_queries
from app.features.contracts.service import lock_own
from app.models import Assessment


def hold_month(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID) -> Assessment:
    """Hold the contract of a vendor's own notified month to the end of the transaction, and read the month."""
    read = portal_queries.assessment(session, vendor_id, assessment_id)
    if read is not None:
        lock_own(session, vendor_id, read["contract_id"])
        month = answer_queries.notified_month(session, read["contract_id"], assessment_id)
        if month is not None:
            return month
    raise NotFound(pointer="/path/assessment_id")


def hold_finding(session: Session, vendor_id: uuid.UUID, finding_id: uuid.UUID) -> RowMapping:
    """Hold the contract of a vendor's own notified finding to the end of the transaction, and read the finding."""
    read = portal_queries.finding(session, vendor_id, finding_id)
    if read is not None:
        lock_own(session, vendor_id, read["contract_id"])
        finding = answer_queries.notified_finding(session, read["contract_id"], finding_id)
        if finding is not None:
            return finding
    raise NotFound(pointer="/path/finding_id")
