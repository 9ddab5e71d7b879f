"""Every select over evidence; the vendor's own take the vendor."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, exists, func, select
from sqlmodel import Session, col

from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Evidence, EvidenceUse, Vendor

_COLUMNS = tuple(Evidence.__table__.columns)  # type: ignore[attr-defined]
_USED = exists().where(col(EvidenceUse.evidence_id) == col(Evidence.id)).correlate(Evidence)


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


def own_files(session: Session, vendor_id: uuid.UUID, page: PageRequest) -> Page:
    """List a vendor's own files, declared and stored; `used` says whether anything refers to them."""
    statement: Listing = select(*_COLUMNS, _USED.label("used")).where(col(Evidence.vendor_id) == vendor_id)
    return fetch(session, statement, col(Evidence.id), page)


def own_file(session: Session, vendor_id: uuid.UUID, evidence_id: uuid.UUID) -> RowMapping | None:
    """Give one of a vendor's own files, with `used`."""
    statement = select(*_COLUMNS, _USED.label("used")).where(
        col(Evidence.id) == evidence_id, col(Evidence.vendor_id) == vendor_id
    )
    return session.execute(statement).mappings().one_or_none()


def used_files(
    session: Session,
    centers: Collection[uuid.UUID],
    page: PageRequest,
    center_id: uuid.UUID | None = None,
    vendor_id: uuid.UUID | None = None,
) -> Page:
    """List the files of these service centers that something refers to: the others are their vendors' drafts."""
    statement: Listing = select(*_COLUMNS).where(col(Evidence.service_center_id).in_(centers), _USED)
    if center_id is not None:
        statement = statement.where(col(Evidence.service_center_id) == center_id)
    if vendor_id is not None:
        statement = statement.where(col(Evidence.vendor_id) == vendor_id)
    return fetch(session, statement, col(Evidence.id), page)


def used_file(session: Session, centers: Collection[uuid.UUID], evidence_id: uuid.UUID) -> RowMapping | None:
    """Give one file of these service centers that something refers to."""
    statement = select(*_COLUMNS).where(
        col(Evidence.id) == evidence_id, col(Evidence.service_center_id).in_(centers), _USED
    )
    return session.execute(statement).mappings().one_or_none()


def subjects(session: Session, evidence_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[tuple[str, uuid.UUID]]]:
    """Give kind and id of what refers to each of these files."""
    statement = select(col(EvidenceUse.evidence_id), col(EvidenceUse.subject_kind), col(EvidenceUse.subject_id)).where(
        col(EvidenceUse.evidence_id).in_(evidence_ids)
    )
    found: dict[uuid.UUID, list[tuple[str, uuid.UUID]]] = {evidence_id: [] for evidence_id in evidence_ids}
    for evidence_id, kind, subject_id in session.execute(statement.order_by(col(EvidenceUse.id))):
        found[evidence_id].append((kind, subject_id))
    return found


def hold_vendor(session: Session, vendor_id: uuid.UUID) -> uuid.UUID | None:
    """Hold a vendor's row, so that two who declare files at once are counted one after the other; gives its center."""
    statement = select(col(Vendor.service_center_id)).where(col(Vendor.id) == vendor_id)
    return session.execute(statement.with_for_update(key_share=True)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Held:
    """What a vendor has: bytes of all its other files, bytes declared under one hash, and files without bytes."""

    others: int
    same: int
    unfilled: int


def held_by(session: Session, vendor_id: uuid.UUID, sha256: str) -> Held:
    """Count a vendor's bytes, each hash once, with those of one hash told apart."""
    each: Listing = select(col(Evidence.sha256).label("sha256"), func.max(col(Evidence.size)).label("size"))
    sizes = each.where(col(Evidence.vendor_id) == vendor_id).group_by(col(Evidence.sha256)).subquery()
    others = func.coalesce(func.sum(sizes.c.size).filter(sizes.c.sha256 != sha256), 0)
    same = func.coalesce(func.sum(sizes.c.size).filter(sizes.c.sha256 == sha256), 0)
    counted = select(others, same).select_from(sizes)
    unfilled = (
        select(func.count())
        .select_from(Evidence)
        .where(col(Evidence.vendor_id) == vendor_id, col(Evidence.stored_at).is_(None))
    )
    elsewhere, here = session.execute(counted).one()
    return Held(int(elsewhere), int(here), session.execute(unfilled).scalar_one())


def hold_unfilled(session: Session, before: datetime, limit: int) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Hold files that were declared before an instant and never filled; gives center and id of each."""
    statement = select(col(Evidence.service_center_id), col(Evidence.id)).where(
        col(Evidence.stored_at).is_(None), col(Evidence.declared_at) < before, ~_USED
    )
    held = statement.order_by(col(Evidence.id)).limit(limit).with_for_update(of=Evidence)
    return [(center, id_) for center, id_ in session.execute(held)]


def named(session: Session, hashes: Collection[str]) -> set[str]:
    """Give those of these hashes that a row names, whether or not its bytes came."""
    statement = select(col(Evidence.sha256)).where(col(Evidence.sha256).in_(hashes)).distinct()
    return set(session.execute(statement).scalars())


def stored_hashes(session: Session) -> list[str]:
    """Give the hash of every stored file once, in their order."""
    statement = select(col(Evidence.sha256)).where(col(Evidence.stored_at).is_not(None)).distinct()
    return list(session.execute(statement.order_by(col(Evidence.sha256))).scalars())
