"""What a night reads: statements only narrow, and the pure rules decide (domain.md section 6)."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from sqlalchemy import (
    JSON,
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
    union,
)
from sqlmodel import Session, col

from app.features.contracts.by_contract import NightRow, night_rows, rows_of
from app.features.contracts.within import Within, entries_ever_missed, ever_missed
from app.features.paging import Listing
from app.models import (
    AnnualAssessment,
    Assessment,
    AssessmentRevision,
    Contract,
    DueDate,
    Finding,
    IssueType,
    Rectification,
    TermsVersion,
)
from app.models.words import DueKind
from app.rules.consecutive import MonthState
from app.rules.scores import ScoreKind, Verdict

FINDINGS_AT_ONCE = 20_000
"""Findings that one statement asks for by their ids."""


def notices_ever_late(session: Session, as_of: date, within: Within) -> list[NightRow]:
    """Read the due dates of notices that were missed at some time up to `as_of`, oldest entry of a month first.

    A superseded entry counts as long as it was in force; whether and how late is the rule's to say.
    """
    statement = (
        select(
            col(Assessment.id),
            col(Assessment.contract_id),
            col(Assessment.service_center_id),
            col(Assessment.period),
            col(Assessment.revision),
            col(Assessment.assessed_on),
            col(Assessment.final_on),
            col(Assessment.state),
            col(Assessment.notified_on),
            col(DueDate.due_on),
            col(DueDate.provisional),
            col(DueDate.met_on),
            col(DueDate.in_force_from),
            col(DueDate.superseded_on),
            col(DueDate.superseded_because),
        )
        .join(
            Assessment,
            and_(
                col(Assessment.contract_id) == col(DueDate.contract_id),
                col(Assessment.period) == col(DueDate.subject),
            ),
        )
        .where(
            *ever_missed(DueKind.NOTICE, as_of, col(Assessment.revision) > 0),
            *within.of(Assessment),
            # Said of both, or PostgreSQL goes through all due dates for a batch of contracts.
            *within.among(col(DueDate.contract_id)),
        )
        .order_by(col(DueDate.contract_id), col(DueDate.subject), col(DueDate.id))
    )
    return night_rows(session, statement)


def years_ever_late(session: Session, as_of: date, within: Within) -> list[NightRow]:
    """Read the due dates of annual assessments that were missed at some time, oldest entry of a year first."""
    own_year = and_(
        col(AnnualAssessment.contract_id) == col(DueDate.contract_id),
        cast(col(AnnualAssessment.year), String) == col(DueDate.subject),
    )
    entries = entries_ever_missed(DueKind.ANNUAL_ASSESSMENT, as_of, within, col(AnnualAssessment.held_on))
    statement = entries.join(AnnualAssessment, own_year, isouter=True)
    return night_rows(session, statement)


def rectifications_ever_late(session: Session, as_of: date, within: Within) -> list[NightRow]:
    """Read the due dates of rectifications that were missed at some time, oldest entry of a finding first."""
    return night_rows(session, entries_ever_missed(DueKind.RECTIFICATION, as_of, within))


def submissions_of(session: Session, finding_ids: Sequence[uuid.UUID]) -> Iterator[NightRow]:
    """Read what was submitted about some findings, each finding's in their order."""
    statement: Listing = select(
        col(Rectification.finding_id),
        col(Rectification.submitted_on),
        col(Rectification.outcome),
        col(Rectification.judged_on),
    ).order_by(col(Rectification.number))
    for start in range(0, len(finding_ids), FINDINGS_AT_ONCE):
        these = finding_ids[start : start + FINDINGS_AT_ONCE]
        yield from night_rows(session, statement.where(col(Rectification.finding_id).in_(these)))


def findings_of(session: Session, finding_ids: Sequence[uuid.UUID]) -> Iterator[NightRow]:
    """Read what some findings are about."""
    statement: Listing = select(
        col(Finding.id),
        col(Finding.period),
        col(Finding.occurred_on),
        col(Finding.counter),
        col(IssueType.code).label("issue_type"),
        col(IssueType.name_zh).label("issue_type_name"),
    ).join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
    for start in range(0, len(finding_ids), FINDINGS_AT_ONCE):
        these = finding_ids[start : start + FINDINGS_AT_ONCE]
        yield from night_rows(session, statement.where(col(Finding.id).in_(these)))


def issues_of_contracts(session: Session, as_of: date, within: Within) -> list[NightRow]:
    """Read what came up in each contract: the contract, the issue type, and in `days` the days on which, as one text.

    Left out is what came up less often than threshold - 1 by any version of the terms. Withdrawn findings are among
    them, since they counted until they were withdrawn.
    """
    limits = (
        select(col(TermsVersion.contract_id), func.min(col(TermsVersion.repeat_threshold)).label("threshold"))
        .where(col(TermsVersion.repeat_threshold).is_not(None), *within.among(col(TermsVersion.contract_id)))
        .group_by(col(TermsVersion.contract_id))
        .subquery()
    )
    # Grouped before anything is joined, so that the rows come by the index in the order in which they are grouped.
    issues = (
        select(
            col(Finding.contract_id),
            col(Finding.issue_type_id),
            func.count().label("count"),
            func.aggregate_strings(cast(col(Finding.occurred_on), String), ",").label("days"),
        )
        .where(col(Finding.occurred_on) <= as_of, *within.of(Finding))
        .group_by(col(Finding.contract_id), col(Finding.issue_type_id))
        .subquery()
    )
    closed = (col(Contract.closed_on) <= as_of, col(Contract.closed_on))
    statement: Listing = (
        select(
            issues.c.contract_id,
            issues.c.issue_type_id,
            issues.c.days,
            col(Contract.service_center_id),
            col(Contract.starts_on),
            case(closed, else_=col(Contract.ends_on)).label("last_day"),
            col(IssueType.code).label("issue_type"),
            col(IssueType.name_zh).label("issue_type_name"),
        )
        .join(limits, limits.c.contract_id == issues.c.contract_id)
        .join(Contract, col(Contract.id) == issues.c.contract_id)
        .join(IssueType, col(IssueType.id) == issues.c.issue_type_id)
        .where(issues.c.count >= limits.c.threshold - 1)
        .order_by(issues.c.contract_id, col(IssueType.code))
    )
    return rows_of(session.connection().execute(statement))


def findings_of_issues(
    session: Session, as_of: date, years: Sequence[tuple[int, uuid.UUID, uuid.UUID, int]]
) -> Sequence[Row[int, str, date, str | None, date | None, bool]]:
    """Read the findings of contracts' issue types of some years, each asked for under a number, in any order.

    Ids are read as their digits: there are many, and a UUID takes as long to make as the rest of its row.
    """
    asked = [
        [number, contract.hex, type_.hex, f"{year}-01-01", f"{year}-12-31"] for number, contract, type_, year in years
    ]
    statement = _findings_of_issues(session.get_bind().dialect.name)
    return session.connection().execute(statement, {"as_of": as_of, "asked": asked}).all()


@cache
def _findings_of_issues(dialect: str) -> Select[int, str, date, str | None, date | None, bool]:
    """Have what is asked for as one value, a list in JSON, of which each database makes rows.

    As a condition for each of them, PostgreSQL would go through all of the conditions for every finding.
    """
    asked = bindparam("asked", type_=JSON)
    rows = func.json_each(asked) if dialect == "sqlite" else func.json_array_elements(cast(asked, JSON))
    given = type_coerce(rows.table_valued("value").c.value, JSON)
    return select(
        given[0].as_integer(),
        _digits(col(Finding.id)),
        col(Finding.occurred_on),
        col(Finding.counter),
        col(Finding.withdrawn_on),
        col(Finding.at_least),
    ).where(
        col(Finding.contract_id) == cast(given[1].as_string(), Uuid),
        col(Finding.issue_type_id) == cast(given[2].as_string(), Uuid),
        col(Finding.occurred_on).between(func.date(given[3].as_string()), func.date(given[4].as_string())),
        col(Finding.occurred_on) <= bindparam("as_of"),
    )


def _digits(id_: SQLColumnExpression[uuid.UUID]) -> ColumnElement[str]:
    return func.replace(cast(id_, String), "-", "")


def findings_added_after(session: Session, as_of: date, within: Within) -> set[str]:
    """Read the digits of the findings that a revision put on record after a day: on that day nobody knew of them."""
    statement = select(col(AssessmentRevision.added_findings)).where(
        col(AssessmentRevision.revised_on) > as_of, *within.whose(AssessmentRevision)
    )
    return {id_.replace("-", "") for added in session.execute(statement).scalars() for id_ in added}


def months_below(session: Session, as_of: date, within: Within) -> list[NightRow]:
    """Read the months whose verdict is below the pass mark, or may have been, final on or before `as_of`."""
    statement = select(
        col(Assessment.id),
        col(Assessment.contract_id),
        col(Assessment.service_center_id),
        col(Assessment.period),
        col(Assessment.revision),
        col(Assessment.verdict),
        col(Assessment.score_kind),
        col(Assessment.score_hundredths),
        col(Assessment.pass_mark_hundredths),
        col(Assessment.grade),
        col(Assessment.final_on),
    ).where(
        or_(col(Assessment.verdict) == Verdict.BELOW, col(Assessment.revision) > 0),
        col(Assessment.final_on) <= as_of,
        col(Assessment.expected),
        *within.of(Assessment),
    )
    return night_rows(session, statement)


def months_of_failing_contracts(session: Session, as_of: date, within: Within) -> list[NightRow]:
    """Read the final months of the contracts that have, or had, at least two results at or under their highest mark.

    Left out are months that were assessed and never revised whose results are not under it: no run counts them. `<=`
    because hundredths are rounded: an unrounded 79.996 under a mark of 80 is stored as 80.00.
    """
    marks = (
        select(
            col(TermsVersion.contract_id),
            func.max(col(TermsVersion.consecutive_mark_hundredths)).label("mark"),
        )
        .where(col(TermsVersion.consecutive_mark_hundredths).is_not(None), *within.among(col(TermsVersion.contract_id)))
        .group_by(col(TermsVersion.contract_id))
        .subquery()
    )
    fails = and_(
        col(Assessment.score_kind).in_([ScoreKind.EXACT, ScoreKind.BELOW]),
        col(Assessment.score_hundredths) <= marks.c.mark,
    )
    now: Listing = (
        select(col(Assessment.contract_id), col(Assessment.id).label("month"))
        .join(marks, marks.c.contract_id == col(Assessment.contract_id))
        .where(col(Assessment.final_on) <= as_of, fails, *within.of(Assessment))
    )
    once: Listing = (
        select(col(AssessmentRevision.contract_id), col(AssessmentRevision.assessment_id).label("month"))
        .join(marks, marks.c.contract_id == col(AssessmentRevision.contract_id))
        .where(
            col(AssessmentRevision.score_kind).in_([ScoreKind.EXACT, ScoreKind.BELOW]),
            col(AssessmentRevision.score_hundredths) <= marks.c.mark,
            *within.whose(AssessmentRevision),
        )
    )
    months = union(now, once).subquery()
    failing = select(months.c.contract_id).group_by(months.c.contract_id).having(func.count() > 1).subquery()
    statement = (
        select(
            col(Assessment.id),
            col(Assessment.contract_id),
            col(Assessment.service_center_id),
            col(Assessment.period),
            col(Assessment.revision),
            col(Assessment.state),
            col(Assessment.score_kind),
            col(Assessment.score_exact),
            col(Assessment.final_on),
            col(Assessment.terms_version_id),
        )
        .join(failing, failing.c.contract_id == col(Assessment.contract_id))
        .join(marks, marks.c.contract_id == col(Assessment.contract_id))
        .where(
            col(Assessment.final_on) <= as_of,
            col(Assessment.expected),
            or_(fails, col(Assessment.state) != MonthState.ASSESSED, col(Assessment.revision) > 0),
        )
        .order_by(col(Assessment.contract_id), col(Assessment.period))
    )
    return night_rows(session, statement)


def versions_of_revised(session: Session, within: Within) -> list[NightRow]:
    """Read every version of the months that were revised, each month's in its order."""
    statement = (
        select(
            col(AssessmentRevision.assessment_id),
            col(AssessmentRevision.contract_id),
            col(AssessmentRevision.number),
            col(AssessmentRevision.revised_on),
            col(AssessmentRevision.state),
            col(AssessmentRevision.score_kind),
            col(AssessmentRevision.score_hundredths),
            col(AssessmentRevision.score_exact),
            col(AssessmentRevision.verdict),
            col(AssessmentRevision.grade),
            col(AssessmentRevision.notified_on),
        )
        .where(*within.whose(AssessmentRevision))
        .order_by(col(AssessmentRevision.assessment_id), col(AssessmentRevision.number))
    )
    return night_rows(session, statement)
