"""投诉线索: complaints and bad reviews that other systems send, proposed to a supervisor as findings."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field, StrictInt, StringConstraints
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, Version, answer, etag
from app.api.auth import SignalsRead, SignalsSend, SignalsWrite
from app.api.changing import Change, changes
from app.api.filters import CounterCode, Month, UpdatedSince
from app.api.ids import INCIDENT, OTHER_SIGNAL, OfCenter, OfContract, SignalId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.signals import deciding, queries, receiving
from app.features.signals.deciding import Acceptance
from app.features.signals.queries import SignalFilter
from app.features.signals.receiving import NewSignal
from app.models.words import Role, SignalStatus
from app.rules.signals import Likeness, MatchedBy, Unmatched
from app.values import Code, Day, ExternalRef, Instant, Name, Note, Out, Points, Reason, Shape, ShortCode, shown

router = centers_room("signals", "/signals")
Source = Annotated[Code, Field(description="The system that it comes from, by a code of the centre's own.")]
Text = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", strip_whitespace=True
    ),
]


class SignalIn(Shape):
    """One complaint or review; `source` and `external_ref` name it for good.

    It has no member for who complained, and must not name them: what looks like a telephone, ID-card or card number,
    a mail address or a labelled name is masked before anything is stored.
    """

    model_config = shown(
        {
            "source": "12345",
            "external_ref": "2023011100427",
            "occurred_at": "2023-01-11T10:05:00+08:00",
            "service_center": "ZW-01",
            "counter": "综合窗口",
            "category": "离岗",
            "text": "上午到综合窗口办理业务，窗口无人值守，等了四十分钟。",
        },
        {
            "source": "good_bad_review",
            "external_ref": "HCP-778120",
            "occurred_at": "2023-01-11T02:31:00Z",
            "counter": "A-07",
            "issue_type": "leaving_post",
            "rating": 1,
        },
    )

    source: Source
    external_ref: Annotated[ExternalRef, Field(description="Its number there. The same one again is the same signal.")]
    occurred_at: Annotated[Instant, Field(description="When it happened; its day and month are those of Shanghai.")]
    service_center: Annotated[
        Name | None, Field(description="`code` or `id` of `GET /v1/me`; needed where the token sees several.")
    ] = None
    counter: Annotated[Name | None, Field(description="`code` of a counter, or its name.")] = None
    issue_type: Annotated[Name | None, Field(description="`code` of an issue type.")] = None
    category: Annotated[
        Name | None, Field(description="What the source calls it; matched where it is an issue type's code or name.")
    ] = None
    text: Annotated[Text | None, Field(description="At most 4000 characters, without personal data.")] = None
    rating: Annotated[
        Annotated[StrictInt, Field(ge=1, le=5)] | None, Field(description="1 (非常不满意) to 5 (非常满意).")
    ] = None


class SignalAcceptanceIn(Shape):
    """What the finding says; what is left out is as the signals say, where they all say the same."""

    model_config = shown({"deduction_points": "0.50", "description": "上午十点窗口无人"})

    contract_id: uuid.UUID | None = None
    issue_type: Code | None = None
    counter: ShortCode | None = None
    occurred_on: Annotated[Day | None, Field(description="Left out: the day of the earliest signal.")] = None
    description: Annotated[
        Note | None, Field(description="The vendor will read it: nothing of the signals' own text goes into a finding.")
    ] = None
    deduction_points: Points | None = None
    level: Annotated[Code | None, Field(description="The contract's own code of severity.", examples=["serious"])] = (
        None
    )
    post: Annotated[Code | None, Field(description="The post that it concerns.", examples=["window_chief"])] = None
    note: Note | None = None


class DismissalIn(Shape):
    """Why no finding is made of it."""

    model_config = shown({"reason": "当日大厅停电，非人员原因"})

    reason: Reason


class RegroupingIn(Shape):
    """With which other signal it tells of one incident; null: with none."""

    model_config = shown({"with_signal": str(OTHER_SIGNAL), "reason": "同一时段、同一窗口"})

    with_signal: uuid.UUID | None
    reason: Reason


class MatchOut(Out):
    """What a part of the signal was matched to and by what, or why to nothing."""

    value: str | None
    by: MatchedBy | None
    why_not: Unmatched | None
    candidates: Annotated[list[str], Field(description="Of what is ambiguous, all that it could be.")]


class MatchesOut(Out):
    """What the signal is about."""

    counter: MatchOut
    issue_type: MatchOut
    contract: MatchOut


class StatedOut(Out):
    """What the sender said, personal data masked."""

    counter: str | None
    issue_type: str | None
    category: str | None


class GroupedOut(Out):
    """Why it stands in its incident."""

    code: Annotated[
        str,
        Field(
            description="`first_of_incident`; `like_the_first`; `not_comparable`, since something is `missing`; or "
            "`by_hand`.",
        ),
    ]
    missing: list[str] = []  # noqa: RUF012 pydantic copies it
    like: Annotated[uuid.UUID | None, Field(description="The signal that it was grouped with.")] = None
    likeness: Likeness | None = None
    days_apart: int | None = None
    wording_percent: int | None = None
    by: str | None = None
    reason: str | None = None


class DecidedOut(Out):
    """Who has decided, and why where it was dismissed."""

    by: str
    at: datetime
    reason: str | None


class SignalOut(Out):
    """A signal; to the system that sent it, without what the centre's people decided."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    source: str
    external_ref: str
    occurred_at: datetime
    occurred_on: Day
    period: str
    status: SignalStatus
    stated: StatedOut
    text: str | None
    rating: int | None
    counter: str | None
    issue_type: str | None
    contract_id: uuid.UUID | None
    matches: MatchesOut
    unmatched: Annotated[list[str], Field(description="Which of counter, issue_type and contract nothing matched.")]
    incident_id: uuid.UUID
    grouped: GroupedOut
    finding_id: uuid.UUID | None
    decided: DecidedOut | None
    version: Version
    created_at: datetime
    updated_at: datetime


class OneSignalOut(SignalOut):
    """A signal with all that tell of the same incident."""

    incident: Annotated[list[SignalOut], Field(description="Itself among them, in the order in which they came.")]


OfSource = Annotated[str | None, Query(max_length=64, description="From which system.", examples=["12345"])]
WithStatus = Annotated[SignalStatus | None, Query(description="What became of it.")]
OfIncident = Annotated[uuid.UUID | None, Query(description="Telling of this incident.", examples=[INCIDENT])]


@router.get("", response_model=PageOf[SignalOut])
def list_signals(
    who: SignalsRead,
    db: Db,
    paging: Paged,
    status: WithStatus = None,
    source: OfSource = None,
    period: Month = None,
    counter: CounterCode = None,
    contract_id: OfContract = None,
    incident_id: OfIncident = None,
    service_center_id: OfCenter = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List signals; another system sees those that it has sent itself, and needs the scope `signals:read`."""
    wanted = SignalFilter(status, source, period, counter, contract_id, incident_id, service_center_id, updated_since)
    with db.read() as session:
        page = queries.signals(session, who, wanted, paging.page)
    return paging.answer([SignalOut.model_validate(_shown(row, who)) for row in page.rows], page.next_after)


@router.post("", status_code=201, response_model=OneSignalOut, responses={200: {"model": OneSignalOut}})
@changes()
def send_signal(who: SignalsSend, change: Change, body: SignalIn) -> Response:
    """Send a signal: 201, or 200 where the same one was sent before; another system needs `signals:write`."""
    found = receiving.receive(change.session, who, NewSignal(**dict(body)))
    status = 201 if found.is_new else 200
    return _read(change.session, who, found.signal_id, status, {"Location": f"/v1/signals/{found.signal_id}"})


@router.get("/{signal_id}", response_model=OneSignalOut)
def read_signal(who: SignalsRead, db: Db, signal_id: SignalId) -> Response:
    """Read a signal, what it was matched to and why, and the other signals of its incident."""
    with db.read() as session:
        return _read(session, who, signal_id)


@router.post("/{signal_id}/acceptance", response_model=OneSignalOut)
@changes(key_required=True, match=True, shown=3)
def accept_signal(who: SignalsWrite, change: Change, signal_id: SignalId, body: SignalAcceptanceIn) -> Response:
    """Make the one finding of its incident, also after a dismissal; every signal of the incident is accepted."""
    deciding.accept(change.session, who, signal_id, Acceptance(**dict(body)), change.seen)
    return _read(change.session, who, signal_id)


@router.post("/{signal_id}/dismissal", response_model=OneSignalOut)
@changes(key_required=True, match=True, shown=2)
def dismiss_signal(who: SignalsWrite, change: Change, signal_id: SignalId, body: DismissalIn) -> Response:
    """Dismiss its incident: no finding is made of any of its signals."""
    deciding.dismiss(change.session, who, signal_id, body.reason, change.seen)
    return _read(change.session, who, signal_id)


@router.post("/{signal_id}/regrouping", response_model=OneSignalOut)
@changes(key_required=True, match=True)
def regroup_signal(who: SignalsWrite, change: Change, signal_id: SignalId, body: RegroupingIn) -> Response:
    """Join it to the incident of another signal, or split it off; from then on only supervisors move its incident."""
    deciding.regroup(change.session, who, signal_id, body.with_signal, body.reason, change.seen)
    return _read(change.session, who, signal_id)


def _read(
    session: Session, who: Caller, signal_id: uuid.UUID, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    row = queries.signal(session, who, signal_id)
    if row is None:
        raise NotFound(pointer="/path/signal_id")
    rows = queries.of_incident(session, who, row["incident_id"])
    incident = [SignalOut.model_validate(_shown(one, who)) for one in rows]
    out = OneSignalOut.model_validate(_shown(row, who) | {"incident": incident})
    return answer(out, status, etag(row["version"]) | (headers or {}))


def _shown(row: RowMapping, who: Caller) -> dict[str, Any]:
    matches, grouped = row["matches"], row["grouped"]
    shown_row = dict(row) | {"unmatched": [part for part in _PARTS if matches[part]["value"] is None]}
    if who.role is Role.INTEGRATION:
        return shown_row | {"finding_id": None, "decided": None, "grouped": _of_rule(grouped)}
    return shown_row | {"decided": _decided(row)}


_PARTS = ("counter", "issue_type", "contract")


def _of_rule(grouped: dict[str, Any]) -> dict[str, Any]:
    """Leave out which person has grouped it, and which signal of others it is like."""
    return {name: value for name, value in grouped.items() if name not in {"by", "reason", "like"}}


def _decided(row: RowMapping) -> DecidedOut | None:
    if row["accepted_at"] is not None:
        return DecidedOut(by=row["accepted_by"], at=row["accepted_at"], reason=None)
    if row["dismissed_at"] is not None:
        return DecidedOut(by=row["dismissed_by"], at=row["dismissed_at"], reason=row["dismissed_reason"])
    return None
