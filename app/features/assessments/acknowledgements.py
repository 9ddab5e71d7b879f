"""签收: the vendor says that a notice has reached it; past its due date the notice counts as acknowledged."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import RowMapping
from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.assessments import answer_dates, answer_queries, months, vendor_side
from app.features.assessments.errors import AlreadyAcknowledged
from app.features.contracts import register
from app.features.events.service import Happening
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.models import Acknowledgement
from app.models.words import DueKind, Stage


class Standing(StrEnum):
    """How a notice's acknowledgement stands on a day."""

    AWAITED = "awaited"
    GIVEN = "given"
    DEEMED = "deemed"
    """Not given, and past its due date: it counts as given from the day after."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of a notice as it stands; `deemed_on` also where it came after it had been deemed given."""

    standing: Standing
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    deemed_on: date | None
    due: RowMapping | None
    """The register's entry; None where the terms state no limit: then it is awaited until it is given."""


def acknowledge(
    session: Session, caller: Caller, vendor_id: uuid.UUID, assessment_id: uuid.UUID, at: datetime | None = None
) -> None:
    """Record the vendor's acknowledgement of a notice, once; without `at`, at the instant read once all is held."""
    month = vendor_side.hold_month(session, vendor_id, assessment_id)
    instant = at or clock.now()
    given = answer_queries.acknowledgement(session, month.id)
    if given is not None:
        raise AlreadyAcknowledged(f"{month.period} was acknowledged by {given['acknowledged_by']}.")
    day = clock.business_date(instant)
    due = answer_queries.owed(session, month.contract_id, DueKind.ACKNOWLEDGEMENT, month.period)
    row = Acknowledgement(
        service_center_id=month.service_center_id,
        vendor_id=vendor_id,
        contract_id=month.contract_id,
        assessment_id=month.id,
        revision=month.revision,
        acknowledged_at=instant,
        acknowledged_by=caller.name,
        acknowledged_by_id=caller.principal_id,
        deemed_on=_deemed_on(due, day),
    )
    own = (Acknowledgement, col(Acknowledgement.assessment_id) == month.id)
    more = (own, answer_dates.touched(month))
    with months.recording_month(session, caller, "acknowledgement.given", month, *more):
        # The month's version is raised, since its detail shows the acknowledgement.
        months.change(session, month, (Stage.NOTIFIED,), {}, AlreadyAcknowledged())
        session.add(row)
        register.meet(session, month.contract_id, DueKind.ACKNOWLEDGEMENT, month.period, day)
        tell(
            session,
            Happening(
                type=EventType.ACKNOWLEDGEMENT_GIVEN,
                service_center_id=month.service_center_id,
                vendor_id=vendor_id,
                subject_id=month.id,
                contract_id=month.contract_id,
                period=month.period,
            ),
        )


def receipt(session: Session, contract_id: uuid.UUID, assessment_id: uuid.UUID, period: str, as_of: date) -> Receipt:
    """Say how a notice's acknowledgement stands on a day: the same for both doors, and without a night."""
    given = answer_queries.acknowledgement(session, assessment_id)
    due = answer_queries.owed(session, contract_id, DueKind.ACKNOWLEDGEMENT, period)
    if given is not None:
        return Receipt(Standing.GIVEN, given["acknowledged_at"], given["acknowledged_by"], given["deemed_on"], due)
    how, deemed_on = standing(None, None, due["due_on"] if due else None, as_of)
    return Receipt(how, None, None, deemed_on, due)


def standing(
    acknowledged_at: datetime | None, deemed_on: date | None, due_on: date | None, as_of: date
) -> tuple[Standing, date | None]:
    """Say how an acknowledgement stands on a day, and on which day it counted as given without being it."""
    if acknowledged_at is not None:
        return Standing.GIVEN, deemed_on
    passed = _day_after(due_on, as_of)
    return (Standing.DEEMED if passed else Standing.AWAITED), passed


def answers_owed(session: Session, contract_id: uuid.UUID, period: str) -> Sequence[RowMapping]:
    """Read by when a month is appealed against and its findings are rectified, each with how it was counted."""
    findings = answer_queries.standing_findings(session, contract_id, period)
    rectifications = {(DueKind.RECTIFICATION, str(finding)) for finding in findings}
    return answer_queries.owed_of(session, contract_id, {(DueKind.APPEAL, period), *rectifications})


def _deemed_on(due: RowMapping | None, as_of: date) -> date | None:
    return _day_after(due["due_on"] if due else None, as_of)


def _day_after(due_on: date | None, as_of: date) -> date | None:
    if due_on is None:
        return None
    day = due_on + timedelta(days=1)
    return day if day <= as_of else None
