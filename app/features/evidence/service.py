"""Takes files on, and notes what refers to them."""

import uuid
from collections.abc import Sequence

from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.audit.changes import Touched
from app.features.evidence import queries
from app.features.evidence.errors import EvidenceNotStored
from app.models import Evidence, EvidenceUse
from app.rules.faults import Fault

MOST_FILES = 20
"""Files that one act may name."""


def uses_of(subject_id: uuid.UUID) -> Touched:
    """Name the rows that `attach` writes, for the `recording` around it."""
    return EvidenceUse, col(EvidenceUse.subject_id) == subject_id


def attach(
    session: Session,
    vendor_id: uuid.UUID,
    evidence_ids: Sequence[uuid.UUID],
    subject_kind: str,
    subject_id: uuid.UUID,
    pointer: str = "/evidence",
) -> None:
    """Note that a subject refers to files of the vendor's own, so that they are kept and its centre may read them.

    Call it within the `recording` of the subject's act, which names `uses_of(subject_id)` among its rows. A file that
    is not the vendor's is refused like one that is not there, and so is one whose bytes have not come; both point at
    its place below `pointer`. What the subject refers to already is left as it is.
    """
    if not evidence_ids:
        return
    if len(evidence_ids) > MOST_FILES:
        _refuse(pointer, "too-many-files", f"{len(evidence_ids)} files are named; the most is {MOST_FILES}.")
    own = queries.hold_own(session, vendor_id, evidence_ids)
    for place, evidence_id in enumerate(evidence_ids):
        _check(own.get(evidence_id), evidence_id, f"{pointer}/{place}", evidence_ids[:place])
    known, position = queries.attached(session, subject_id)
    new = [evidence_id for evidence_id in evidence_ids if evidence_id not in known]
    now = clock.now()
    for place, evidence_id in enumerate(new, start=position):
        session.add(
            EvidenceUse(
                service_center_id=own[evidence_id].service_center_id,
                vendor_id=vendor_id,
                evidence_id=evidence_id,
                subject_kind=subject_kind,
                subject_id=subject_id,
                position=place,
                attached_at=now,
            )
        )
    session.flush()


def _check(file: Evidence | None, evidence_id: uuid.UUID, pointer: str, before: Sequence[uuid.UUID]) -> None:
    if file is None:
        _refuse(
            pointer,
            "unknown-evidence",
            f"There is no file {evidence_id}.",
            "Name files of GET /v1/portal/evidence.",
        )
    elif evidence_id in before:
        _refuse(pointer, "named-twice", f"The file {evidence_id} is named twice.", "Name each file once.")
    elif file.stored_at is None:
        raise EvidenceNotStored(f"The bytes of '{file.name}' have not come.", pointer=pointer)


def _refuse(pointer: str, code: str, detail: str, remedy: str = "Name fewer files.") -> None:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
