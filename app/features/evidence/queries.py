"""Every select over evidence; the vendor's own take the vendor."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping, func, select
from sqlmodel import Session, col

from app.models import Evidence, EvidenceUse


def of_subject(session: Session, subject_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[RowMapping]]:
    """Give the files of each of these subjects in the order in which they were attached: id, name, size, and so on.

    One statement for any number of subjects; a subject without files has an empty list.
    """
    columns = [col(getattr(Evidence, name)) for name in ("id", "name", "size", "sha256", "media_type", "stored_at")]
    statement = (
        select(col(EvidenceUse.subject_id), *columns)
        .join(Evidence, col(Evidence.id) == col(EvidenceUse.evidence_id))
        .where(col(EvidenceUse.subject_id).in_(subject_ids))
        .order_by(col(EvidenceUse.subject_id), col(EvidenceUse.position))
    )
    found: dict[uuid.UUID, list[RowMapping]] = {subject_id: [] for subject_id in subject_ids}
    for row in session.execute(statement).mappings():
        found[row["subject_id"]].append(row)
    return found


def hold_own(session: Session, vendor_id: uuid.UUID, evidence_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Evidence]:
    """Hold those of these files that are the vendor's own, so that none is swept away meanwhile."""
    statement = select(Evidence).where(col(Evidence.id).in_(evidence_ids), col(Evidence.vendor_id) == vendor_id)
    held = statement.order_by(col(Evidence.id)).with_for_update().execution_options(populate_existing=True)
    return {file.id: file for file in session.execute(held).scalars()}


def attached(session: Session, subject_id: uuid.UUID) -> tuple[set[uuid.UUID], int]:
    """Give the files that a subject refers to already, and the position that the next one has."""
    statement = select(col(EvidenceUse.evidence_id)).where(col(EvidenceUse.subject_id) == subject_id)
    known = set(session.execute(statement).scalars())
    last = select(func.max(col(EvidenceUse.position))).where(col(EvidenceUse.subject_id) == subject_id)
    highest: int | None = session.execute(last).scalar_one()
    return known, 0 if highest is None else highest + 1
