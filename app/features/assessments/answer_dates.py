"""By when the vendor answers a notice: acknowledgement, appeal and rectifications in the register, counted from it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col

from app.features.assessments import answer_queries, months
from app.features.audit.changes import Touched
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.features.contracts import register
from app.features.contracts.versions import Version, read_versions
from app.features.events.service import Happening
from app.features.events.types import EventType
from app.models import Assessment, DueDate
from app.models.words import DueKind
from app.rules.deadlines import due_date
from app.rules.periods import Period

OF_ANSWERS = (DueKind.ACKNOWLEDGEMENT, DueKind.APPEAL, DueKind.RECTIFICATION)
AFTER_NOTICE = "notice"
"""The one event that these limits are counted from; a clause that names another gives no date."""

Given = dict[register.Key, dict[str, Any]]


def touched(month: Assessment) -> Touched:
    """Name the register's entries about answers to a contract's notices, for the audit."""
    return (DueDate, (col(DueDate.contract_id) == month.contract_id) & col(DueDate.kind).in_(OF_ANSWERS))


def touched_by_notice(month: Assessment, findings: Sequence[uuid.UUID]) -> Touched:
    """Name those of them that a month's notice enters: its own, and its standing findings'."""
    subjects = [month.period, *(str(finding) for finding in findings)]
    own = (col(DueDate.contract_id) == month.contract_id) & col(DueDate.kind).in_(OF_ANSWERS)
    return (DueDate, own & col(DueDate.subject).in_(subjects))


def give(session: Session, month: Assessment, findings: Sequence[uuid.UUID], notified_on: date) -> Given:
    """Enter, with a month's notice, by when the vendor acknowledges, appeals, and rectifies each standing finding."""
    keys = [(DueKind.ACKNOWLEDGEMENT, month.period), (DueKind.APPEAL, month.period), *_rectifications(findings)]
    return _given(session, month, keys, notified_on)


def give_to_findings(session: Session, month: Assessment, findings: Sequence[uuid.UUID], known_on: date) -> Given:
    """Enter by when findings are rectified that came to a month after its notice: counted from the day they came."""
    return _given(session, month, _rectifications(findings), known_on)


def move(session: Session, month: Assessment, old: date, new: date, on: date) -> Given:
    """Count anew, from another day of the notice, what was counted from the old one; what was met stays met."""
    if old == new:
        return {}
    rows = answer_queries.counted_from(session, month, old)
    if not rows:
        return {}
    register.supersede(session, [row["id"] for row in rows], on, "notice_revised")
    versions = read_versions(contract_queries.versions(session, month.contract_id))
    # Once given, a limit is the one of the terms that it was given by; only the day that it runs from is put right.
    version = next(version for version in versions if version.id == rows[0]["terms_version_id"])
    met = {(row["kind"], row["subject"]): row["met_on"] for row in rows}
    return _enter(session, month, _counted(session, version, list(met), new), on, met)


def withdraw(session: Session, contract_id: uuid.UUID, findings: Iterable[uuid.UUID], on: date) -> None:
    """Waive what is owed for findings that no longer count."""
    for finding in findings:
        register.waive(session, contract_id, DueKind.RECTIFICATION, str(finding), on, "finding_withdrawn")


def appeal_due_on(session: Session, month: Assessment) -> date | None:
    """Give the last day on which a month may be appealed against; None where its terms state no limit.

    It is the register's; of a month that was notified before the register kept such dates it is counted here.
    """
    entry = answer_queries.owed(session, month.contract_id, DueKind.APPEAL, month.period)
    if entry is not None:
        due_on: date = entry["due_on"]
        return due_on
    if month.notified_on is None:
        return None
    version = months.terms_for(session, month.contract_id, Period.parse(month.period), month.notified_on)
    found = _counted(session, version, [(DueKind.APPEAL, month.period)], month.notified_on)
    return next((values["due_on"] for values in found.values()), None)


def rectifications_due(month: Assessment, given: Given, revision: int) -> list[Happening]:
    """Tell the vendor of each rectification that is due, and by when, with the notice (0) or a revision of it."""
    return [
        Happening(
            type=EventType.RECTIFICATION_DUE,
            service_center_id=month.service_center_id,
            vendor_id=month.vendor_id,
            subject_id=uuid.UUID(subject),
            contract_id=month.contract_id,
            period=month.period,
            version=revision + 1,
            more={"due_on": values["due_on"].isoformat()},
        )
        for (kind, subject), values in given.items()
        if kind is DueKind.RECTIFICATION and values["met_on"] is None
    ]


def _rectifications(findings: Iterable[uuid.UUID]) -> list[register.Key]:
    return [(DueKind.RECTIFICATION, str(finding)) for finding in findings]


def _given(session: Session, month: Assessment, keys: Sequence[register.Key], on: date) -> Given:
    version = months.terms_for(session, month.contract_id, Period.parse(month.period), on)
    return _enter(session, month, _counted(session, version, keys, on), on, {})


def _enter(
    session: Session, month: Assessment, counted: Given, on: date, met: Mapping[register.Key, date | None]
) -> Given:
    found = {key: {**values, "met_on": met.get(key)} for key, values in counted.items()}
    register.enter(session, register.Owner(month.service_center_id, month.contract_id), found, on)
    return found


def _counted(session: Session, version: Version | None, keys: Sequence[register.Key], counted_from: date) -> Given:
    """Count the dates that the terms state; a clause that they do not state gives none."""
    if version is None:
        return {}
    calendar = work_calendar(session)
    found: Given = {}
    for key in keys:
        rule = register.rule_of(key[0], version.terms, key[1])
        if rule is None or rule.after != AFTER_NOTICE:
            continue
        due = due_date(rule, counted_from, calendar)
        found[key] = {
            "terms_version_id": version.id,
            "event_on": counted_from,
            "due_on": due.on,
            "provisional": due.provisional,
            "steps": list(due.steps),
        }
    return found
