"""Every select for the triggers of contracts: constant in number, however many contracts state one."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import RowMapping, literal, select
from sqlmodel import Session, col

from app.features.contracts.within import Within
from app.features.paging import Listing
from app.models import Assessment, AssessmentRevision, Contract, Finding, IssueType, TermsVersion


def stating(session: Session, within: Within) -> Sequence[uuid.UUID]:
    """Find the contracts of which a version of the terms states a trigger, in the order of their ids."""
    statement = (
        select(col(Contract.id))
        .join(TermsVersion, col(TermsVersion.contract_id) == col(Contract.id))
        .where(col(TermsVersion.document).contains('"triggers":[{'))
    )
    if within.centers is not None:
        statement = statement.where(col(Contract.service_center_id).in_(within.centers))
    statement = statement.where(*within.among(col(Contract.id)))
    return session.execute(statement.distinct().order_by(col(Contract.id))).scalars().all()


def months(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the expected months of some contracts, with their results and since when these are final."""
    statement: Listing = (
        select(
            col(Assessment.id),
            col(Assessment.contract_id),
            col(Assessment.service_center_id),
            col(Assessment.period),
            col(Assessment.served_from),
            col(Assessment.served_to),
            col(Assessment.revision),
            col(Assessment.stage),
            col(Assessment.state),
            col(Assessment.score_kind),
            col(Assessment.score_exact),
            col(Assessment.final_on),
            col(Assessment.terms_version_id),
        )
        .where(col(Assessment.contract_id).in_(contract_ids), col(Assessment.expected))
        .order_by(col(Assessment.contract_id), col(Assessment.period))
    )
    return session.execute(statement).mappings().all()


def findings(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the findings of some contracts, also those withdrawn: each counted until the day of its withdrawal."""
    statement: Listing = (
        select(
            col(Finding.id),
            col(Finding.contract_id),
            col(Finding.period),
            col(IssueType.code).label("issue_type"),
            col(Finding.occurred_on),
            col(Finding.until),
            col(Finding.level),
            col(Finding.unrectified),
            col(Finding.post),
            col(Finding.at_least),
            col(Finding.withdrawn_on),
            literal(1).label("count"),
        )
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
        .where(col(Finding.contract_id).in_(contract_ids))
    )
    return session.execute(statement).mappings().all()


def added_by_revisions(session: Session, contract_ids: Collection[uuid.UUID]) -> dict[str, date]:
    """Read for the findings that a revision put on record the day on which it did: before it nobody knew of them."""
    statement = select(col(AssessmentRevision.revised_on), col(AssessmentRevision.added_findings)).where(
        col(AssessmentRevision.contract_id).in_(contract_ids), col(AssessmentRevision.number) > 0
    )
    return {id_: revised_on for revised_on, added in session.execute(statement) for id_ in added}
