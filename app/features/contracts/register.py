"""The register of due dates: writes what is owed, moves what an amendment governs, meets and waives."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app import clock
from app.features.contracts.versions import Version, version_for
from app.models import DueDate
from app.models.columns import new_id
from app.models.words import DueKind
from app.rules.deadlines import due_date
from app.rules.periods import Period
from app.rules.working_days import WorkCalendar


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose register is written to."""

    service_center_id: uuid.UUID
    contract_id: uuid.UUID


def expected_notices(
    versions: Sequence[Version], periods: Iterable[Period], calendar: WorkCalendar
) -> dict[str, dict[str, Any]]:
    """Compute by period when its notice is due under the terms in force; a month without the clause has no date."""
    known_on = max(version.agreed_on for version in versions)
    expected: dict[str, dict[str, Any]] = {}
    for period in periods:
        version = version_for(versions, period, known_on)
        if version is None or version.terms.notice is None:
            continue
        due = due_date(version.terms.notice, period.last_day, calendar)
        expected[str(period)] = {
            "terms_version_id": version.id,
            "event_on": period.last_day,
            "due_on": due.on,
            "provisional": due.provisional,
            "steps": list(due.steps),
        }
    return expected


def enter(session: Session, owner: Owner, expected: dict[str, dict[str, Any]], in_force_from: date) -> None:
    """Write the notices that are owed, all in one statement."""
    now = clock.now()
    common = {
        "service_center_id": owner.service_center_id,
        "contract_id": owner.contract_id,
        "kind": DueKind.NOTICE,
        "in_force_from": in_force_from,
        "created_at": now,
        "updated_at": now,
    }
    rows = [{"id": new_id(), "subject": subject, **common, **values} for subject, values in expected.items()]
    if rows:
        session.connection().execute(insert(DueDate), rows)


def supersede(session: Session, ids: Sequence[uuid.UUID], on: date, because: str) -> None:
    """Take due dates out of force without a trace lost: each stays readable with the day and the reason."""
    if ids:
        session.execute(
            update(DueDate)
            .where(col(DueDate.id).in_(ids))
            .values(superseded_on=on, superseded_because=because, updated_at=clock.now())
        )


def meet(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str, met_on: date) -> None:
    """Note that what was owed has been done."""
    _in_force(session, contract_id, kind, subject, {"met_on": met_on})


def waive(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str, on: date, because: str) -> None:
    """Take what is no longer owed out of force."""
    _in_force(session, contract_id, kind, subject, {"superseded_on": on, "superseded_because": because})


def _in_force(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str, values: dict[str, Any]) -> None:
    session.execute(
        update(DueDate)
        .where(
            col(DueDate.contract_id) == contract_id,
            col(DueDate.kind) == kind,
            col(DueDate.subject) == subject,
            col(DueDate.superseded_on).is_(None),
        )
        .values(updated_at=clock.now(), **values)
    )
