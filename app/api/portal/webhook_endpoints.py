"""Where a vendor receives its events: registering an address, changing it, rotating its secret, trying it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import Field, StrictInt
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, Version, answer, etag, etag_of, shown_once
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.ids import EndpointId, OldEndpointId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.events.types import EventType
from app.features.webhooks import deliveries, endpoints, queries
from app.features.webhooks.destinations import Deployment, LookedUp, look_up
from app.features.webhooks.endpoints import GRACE_HOURS, MOST_GRACE_HOURS, Registered, Rotation, Settled
from app.models.words import DisabledBecause, EndpointStatus
from app.rules.destinations import LONGEST_URL
from app.values import Instant, Name, Out, Shape, shown

ADDRESS = "/webhook-endpoints"
router = vendors_room("portal webhooks", ADDRESS)
WithStatus = Annotated[EndpointStatus | None, Query(description="Whether events are sent there.")]
Since = Annotated[
    Instant | None,
    Query(description="The window's beginning, at most 14 days back.", examples=["2024-01-19T00:00:00+08:00"]),
]
Until = Annotated[
    Instant | None, Query(description="The window's end, left out of it.", examples=["2024-01-20T00:00:00+08:00"])
]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_URL,
        examples=["https://vendor.example/kaohe"],
        description="An https address with a host name; user info, fragment, IP address and other ports are refused.",
    ),
]
Types = Annotated[
    list[EventType] | None,
    Field(min_length=1, max_length=50, description="Of `GET /v1/portal/event-types`; left out or null, all."),
]
Secret = Annotated[
    str | None,
    Field(
        max_length=200,
        description="One's own: `whsec_` and 24 to 64 random bytes in base64; left out, one is made and shown once.",
    ),
]


class EndpointIn(Shape):
    """An address and what is sent there."""

    model_config = shown(
        {
            "url": "https://vendor.example/kaohe",
            "description": "考核系统",
            "event_types": ["assessment.notified", "settlement.approved"],
        }
    )

    url: Url
    description: Name | None = None
    event_types: Types = None

    def settled(self) -> Settled:
        """Give it as the service takes it."""
        return Settled(url=self.url, description=self.description, event_types=self.event_types)


class NewEndpointIn(EndpointIn):
    """A new address, what is sent there, and one's own secret if it is not to be made."""

    model_config = shown(
        {"url": "https://vendor.example/kaohe", "description": "考核系统"},
        {"url": "https://vendor.example/kaohe", "event_types": ["assessment.notified", "appeal.decided"]},
    )

    secret: Secret = None


class RotationIn(Shape):
    """For how long the older secrets sign beside the new one."""

    model_config = shown({"grace_hours": 24}, {})

    grace_hours: Annotated[
        StrictInt,
        Field(ge=0, le=MOST_GRACE_HOURS, description="No older secret outlives it; 0 ends them all at once."),
    ] = GRACE_HOURS
    secret: Secret = None


class RecoveryIn(Shape):
    """The window whose events are sent again; its end is left out, and is now where it is not stated."""

    model_config = shown({"since": "2024-01-19T00:00:00+08:00", "until": "2024-01-20T00:00:00+08:00"})

    since: Annotated[Instant, Field(description="At most 14 days back.")]
    until: Instant | None = None


class EndpointSecret(Out):
    """An endpoint and its secret, which is shown this once: a retry is given null in its place."""

    id: uuid.UUID
    secret: Annotated[
        str | None,
        Field(
            description="Null where one's own was given, and in the answer to a retry: rotate, if the first one was "
            "lost.",
            examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        ),
    ]


class SecretOut(Out):
    """A secret that signs, without itself."""

    created_at: datetime
    expires_at: Annotated[datetime | None, Field(description="Null of the current one.")]


class EndpointOut(Out):
    """An endpoint and how it fares."""

    id: uuid.UUID
    url: str
    description: str | None
    event_types: list[EventType] | None
    status: EndpointStatus
    disabled_because: DisabledBecause | None
    disabled_at: datetime | None
    verified: Annotated[bool, Field(description="Whether it has ever answered 2xx at this address.")]
    verified_at: datetime | None
    failing_since: Annotated[datetime | None, Field(description="The first failure since its last success.")]
    last_failed_at: datetime | None
    last_succeeded_at: datetime | None
    secrets: Annotated[list[SecretOut], Field(description="Those that sign now, the current one first.")]
    version: Version
    created_at: datetime
    updated_at: datetime


class TestOut(Out):
    """A test event, and its delivery to this endpoint alone."""

    event_id: uuid.UUID
    delivery_id: uuid.UUID


class RecoveryOut(Out):
    """How many events are sent again."""

    count: int


class StatisticsOut(Out):
    """What became of the events of a window at an endpoint."""

    since: datetime
    until: datetime
    delivered: int
    pending: int
    exhausted: int
    dropped: int
    missed: Annotated[int, Field(description="Events that came while it was disabled; a recovery sends them.")]
    attempts: Annotated[int, Field(description="Attempts that were begun within the window.")]


async def _deployment(request: Request) -> Deployment:
    deployment: Deployment = request.app.state.webhooks
    return deployment


By = Annotated[Deployment, Depends(_deployment)]


async def _looked_up(who: VendorWrite, by: By, body: EndpointIn) -> LookedUp:
    return await look_up(by, company(who), body.url)


async def _looked_up_new(who: VendorWrite, by: By, body: NewEndpointIn) -> LookedUp:
    return await look_up(by, company(who), body.url)


# Looked up before the change's transaction begins: a slow name service must not hold other writers up.
Found = Annotated[LookedUp, Depends(_looked_up)]
FoundNew = Annotated[LookedUp, Depends(_looked_up_new)]


@router.get("", response_model=PageOf[EndpointOut])
def list_webhook_endpoints(who: Vendor, db: Db, paging: Paged, status: WithStatus = None) -> Response:
    """List the vendor's own endpoints, the deleted ones left out."""
    with db.read() as session:
        page = queries.endpoints(session, company(who), paging.page, status)
        secrets = queries.live_secrets(session, [row["id"] for row in page.rows], clock.now())
    return paging.answer([_out(row, secrets) for row in page.rows], page.next_after)


@router.post("", response_model=EndpointSecret, status_code=201)
@changes(key_required=True)
def register_webhook_endpoint(
    who: VendorWrite, change: Change, body: NewEndpointIn, found: FoundNew, by: By
) -> Response:
    """Register an address; its secret is in this answer alone, and it is unverified until it answers 2xx."""
    made = endpoints.register(change.session, who, company(who), body.settled(), found, by, body.secret)
    headers = {"Location": f"/v1/portal{ADDRESS}/{made.id}"} | etag(1)
    return _once(made, body.secret, 201, headers)


@router.get("/{endpoint_id}", response_model=EndpointOut)
def read_webhook_endpoint(who: Vendor, db: Db, endpoint_id: EndpointId) -> Response:
    """Read an endpoint and how it fares."""
    with db.read() as session:
        return _read(session, who, endpoint_id)


@router.put("/{endpoint_id}", response_model=EndpointOut)
@changes(key_required=True, match=True)
def change_webhook_endpoint(
    who: VendorWrite, change: Change, endpoint_id: EndpointId, body: EndpointIn, found: Found
) -> Response:
    """Change address, description and types; a new address is unverified again. What is under way goes there.

    What comes of an attempt that had begun at the old address says nothing of the new one; if it fails, the event is
    sent to the new one at once.
    """
    endpoints.change(change.session, who, company(who), endpoint_id, body.settled(), found, change.seen)
    return _read(change.session, who, endpoint_id)


@router.post("/{endpoint_id}/secret-rotation", response_model=EndpointSecret)
@changes(key_required=True, match=True, shown=2)
def rotate_webhook_secret(
    who: VendorWrite, change: Change, endpoint_id: EndpointId, body: RotationIn, by: By
) -> Response:
    """Give the endpoint a new secret, shown in this answer alone; the older ones sign beside it for the grace."""
    rotation = Rotation(timedelta(hours=body.grace_hours), body.secret)
    made = endpoints.rotate(change.session, who, company(who), endpoint_id, by, rotation, change.seen)
    row = _row(change.session, who, endpoint_id)
    return _once(made, body.secret, 200, etag(row["version"]))


@router.post("/{endpoint_id}/test-event", response_model=TestOut, status_code=201)
@changes(key_required=True)
def send_test_event(who: VendorWrite, change: Change, endpoint_id: EndpointId) -> Response:
    """Send the event `webhook.test` to this endpoint alone, whatever types it takes."""
    sent = deliveries.send_test(change.session, who, company(who), endpoint_id)
    headers = {"Location": f"/v1/portal/webhook-deliveries/{sent.delivery_id}"}
    return answer(TestOut(event_id=sent.event_id, delivery_id=sent.delivery_id), 201, headers)


@router.post("/{endpoint_id}/enabling", response_model=EndpointOut)
@changes(key_required=True, match=True, shown=4)
def enable_webhook_endpoint(who: VendorWrite, change: Change, endpoint_id: EndpointId) -> Response:
    """Send events to it again; those that it missed are sent by a recovery."""
    endpoints.enable(change.session, who, company(who), endpoint_id, change.seen)
    return _read(change.session, who, endpoint_id)


@router.post("/{endpoint_id}/disabling", response_model=EndpointOut)
@changes(key_required=True, match=True, shown=3)
def disable_webhook_endpoint(who: VendorWrite, change: Change, endpoint_id: EndpointId) -> Response:
    """Send nothing to it until it is enabled again; what is under way is dropped."""
    endpoints.disable(change.session, who, company(who), endpoint_id, change.seen)
    return _read(change.session, who, endpoint_id)


@router.post("/{endpoint_id}/deletion", status_code=204)
@changes(key_required=True, match=True)
def delete_webhook_endpoint(who: VendorWrite, change: Change, endpoint_id: OldEndpointId) -> Response:
    """Delete it: nothing is sent there any more and its secrets are destroyed; its deliveries stay readable."""
    endpoints.remove(change.session, who, company(who), endpoint_id, change.seen)
    return Response(status_code=204)


@router.post("/{endpoint_id}/recovery", response_model=RecoveryOut)
@changes(key_required=True)
def recover_webhook_deliveries(who: VendorWrite, change: Change, endpoint_id: EndpointId, body: RecoveryIn) -> Response:
    """Send each event of a window that did not arrive once more: exhausted, dropped, or come while it was disabled.

    Neither what has arrived nor what is under way is sent, so that the same window twice sends nothing again.
    """
    count = deliveries.recover(change.session, who, company(who), endpoint_id, body.since, body.until)
    return answer(RecoveryOut(count=count))


@router.get("/{endpoint_id}/statistics", response_model=StatisticsOut)
def read_webhook_statistics(
    who: Vendor, db: Db, endpoint_id: EndpointId, since: Since = None, until: Until = None
) -> Response:
    """Count what became of the events that were recorded within a window; left out, within the last 14 days."""
    with db.read() as session:
        found = deliveries.statistics(session, company(who), endpoint_id, since, until)
    return answer(
        StatisticsOut(
            since=found.window.since,
            until=found.window.until,
            delivered=found.delivered,
            pending=found.pending,
            exhausted=found.exhausted,
            dropped=found.dropped,
            missed=found.missed,
            attempts=found.attempts,
        )
    )


def _once(made: Registered, own: str | None, status: int, headers: dict[str, str]) -> Response:
    """Show a secret that was made here, this once; one's own is not repeated."""
    secret = made.secret if own is None else None
    return shown_once(
        EndpointSecret(id=made.id, secret=secret), EndpointSecret(id=made.id, secret=None), status, headers
    )


def _row(session: Session, who: Caller, endpoint_id: uuid.UUID) -> RowMapping:
    row = queries.endpoint(session, company(who), endpoint_id)
    if row is None:
        raise NotFound(pointer="/path/endpoint_id")
    return row


def _read(session: Session, who: Caller, endpoint_id: uuid.UUID) -> Response:
    row = _row(session, who, endpoint_id)
    body = _out(row, queries.live_secrets(session, [endpoint_id], clock.now()))
    return answer(body, headers=etag_of(row["version"], body))


def _out(row: RowMapping, secrets: Sequence[RowMapping]) -> EndpointOut:
    own = [
        SecretOut(created_at=secret["created_at"], expires_at=secret["expires_at"])
        for secret in secrets
        if secret["endpoint_id"] == row["id"]
    ]
    return EndpointOut(**row, verified=row["verified_at"] is not None, secrets=own)
