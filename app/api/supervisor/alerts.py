"""预警: what the nightly jobs found, and what people do about it."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock, nightly
from app.api.answers import Db, Version, answer, etag
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.filters import SinceFrom, SinceTo
from app.api.ids import AlertId, OfCenter, OfContract
from app.api.paging import Paged, PageOf, Paging
from app.api.rooms import centers_room
from app.errors import BadRequest, NotFound
from app.features.access.caller import Caller
from app.features.alerts import queries, service
from app.features.alerts.queries import AlertFilter
from app.features.alerts.reading import facts_on
from app.features.alerts.state import AlertState
from app.features.alerts.texts import text
from app.features.calendar.queries import work_calendar
from app.models.words import AlertKind, AlertStatus, Severity
from app.rules.working_days import WorkCalendar
from app.values import Day, Out, Reason, Shape, shown

router = centers_room("alerts", "/alerts")


class Text(Out):
    """What the alert says."""

    zh: str
    en: str


class AlertOut(Out):
    """An alert, dated by what happened and not by when a job ran."""

    id: Annotated[uuid.UUID | None, Field(description="Null only in a view of the past, for what no job has recorded.")]
    kind: AlertKind
    status: AlertStatus
    severity: Severity
    service_center_id: uuid.UUID | None
    contract_id: uuid.UUID | None
    subject: str
    since: Day
    until: Day | None
    facts: dict[str, Any]
    text: Text
    taken_up_on: Day | None = None
    taken_up_by: str | None = None
    accepted_on: Day | None = None
    accepted_by: str | None = None
    accepted_reason: str | None = None
    version: Version | None = None
    recorded_at: datetime | None = None
    updated_at: datetime | None = None


class AcceptanceIn(Shape):
    """Why the facts of an alert are accepted as they are."""

    model_config = shown({"reason": "已约谈供应商并扣款"})

    reason: Reason


OfKind = Annotated[AlertKind | None, Query(description="What was found.")]
WithStatus = Annotated[AlertStatus | None, Query(description="What has been done about it.")]
OfSeverity = Annotated[Severity | None, Query(description="How grave it is.")]
AsOf = Annotated[
    Day | None,
    Query(
        description="The alerts as they stood on that day, computed from the facts dated on or before it.",
        examples=["2023-12-31"],
    ),
]


@router.get("", response_model=PageOf[AlertOut])
def list_alerts(
    who: AssessmentsRead,
    db: Db,
    paging: Paged,
    kind: OfKind = None,
    status: WithStatus = None,
    severity: OfSeverity = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    since_from: SinceFrom = None,
    since_to: SinceTo = None,
    as_of: AsOf = None,
) -> Response:
    """List alerts, resolved ones too unless `status` says otherwise."""
    wanted = AlertFilter(kind, status, severity, contract_id, service_center_id, since_from, since_to)
    if as_of is not None:
        return _past(who, db, paging, wanted, as_of)
    with db.glance() as session:
        page = queries.alerts(session, who.centers, wanted, paging.page)
        calendar = work_calendar(session)
    today = clock.today()
    return paging.answer([_out(row, today, calendar) for row in page.rows], page.next_after)


@router.get("/{alert_id}", response_model=AlertOut)
def read_alert(who: AssessmentsRead, db: Db, alert_id: AlertId) -> Response:
    """Read an alert."""
    with db.glance() as session:
        return _read(session, who, alert_id)


@router.post("/{alert_id}/taking-up", response_model=AlertOut)
@changes(key_required=True, match=True)
def take_up_alert(who: AssessmentsWrite, change: Change, alert_id: AlertId) -> Response:
    """受理: say that somebody is dealing with an alert."""
    service.take_up(change.session, who, alert_id, change.seen)
    return _read(change.session, who, alert_id)


@router.post("/{alert_id}/acceptance", response_model=AlertOut)
@changes(key_required=True, match=True, shown=2)
def accept_alert(who: AssessmentsWrite, change: Change, alert_id: AlertId, body: AcceptanceIn) -> Response:
    """Resolve an alert whose facts are accepted, for a stated reason."""
    service.accept(change.session, who, alert_id, body.reason, change.seen)
    return _read(change.session, who, alert_id)


def _read(session: Session, who: Caller, alert_id: uuid.UUID) -> Response:
    row = queries.alert(session, who.centers, alert_id)
    if row is None:
        raise NotFound("There is no such alert.", pointer="/path/alert_id")
    # The days late of an open alert run with the calendar.
    running = clock.today() if row["until"] is None else None
    return answer(_out(row, clock.today(), work_calendar(session)), headers=etag(row["version"], running))


def _out(row: RowMapping | Mapping[str, Any], as_of: date, calendar: WorkCalendar) -> AlertOut:
    facts = facts_on(row["kind"], row["facts"], row["until"], as_of, calendar)
    return AlertOut.model_construct(
        **{**row, "facts": facts, "text": Text.model_construct(None, **text(row["kind"], facts))}
    )


def _past(who: Caller, db: Db, paging: Paging, wanted: AlertFilter, as_of: date) -> Response:
    """Compute the alerts of a past day; a page is a stretch of the computed list."""
    if as_of > clock.today():
        raise BadRequest(f"{as_of} is after today.", pointer="/query/as_of", remedy="Ask for today or a day before.")
    with db.read() as session:
        states = nightly.past(session, as_of, who.centers, wanted.contract_id)
        ids = queries.ids_by_key(session, {state.contract_id for state in states if state.contract_id})
        calendar = work_calendar(session, as_of)
    found = [state for state in states if _wanted(state, wanted)]
    begin = int(paging.position or 0)
    end = begin + paging.limit
    items = [
        _out({"id": ids.get((state.kind, *state.key)), **_members(state)}, as_of, calendar)
        for state in found[begin:end]
    ]
    return paging.answer(items, end if end < len(found) else None)


def _members(state: AlertState) -> dict[str, Any]:
    names = ("kind", "status", "severity", "service_center_id", "contract_id", "subject", "since", "until", "facts")
    return {name: getattr(state, name) for name in names}


def _wanted(state: AlertState, wanted: AlertFilter) -> bool:
    named = ("kind", "status", "severity", "contract_id", "service_center_id")
    return (
        all(getattr(wanted, name) in (None, getattr(state, name)) for name in named)
        and (wanted.since_from is None or state.since >= wanted.since_from)
        and (wanted.since_to is None or state.since <= wanted.since_to)
    )
