"""Notes what came of attempts: outcome, next time, the endpoint's health and what is told of it, in one transaction."""

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, update
from sqlmodel import Session, col

from app import clock
from app.features.audit.actor import DELIVERER
from app.features.audit.service import recording
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.webhooks import delivery_queries as queries
from app.features.webhooks.claiming import drop
from app.features.webhooks.parcels import GONE, Answer, Parcel
from app.models import EndpointHealth, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.models.words import AttemptOutcome, DeliveryStatus, DisabledBecause, EndpointStatus, Stream
from app.rules.webhook_schedule import Health, next_wait

LONGEST_ANSWER = 1000
"""Characters of an answer's body that the log keeps."""

ABOUT_DELIVERING = frozenset({
    EventType.ENDPOINT_FAILING, EventType.ENDPOINT_RECOVERED, EventType.ENDPOINT_DISABLED, EventType.DELIVERY_EXHAUSTED,
})  # fmt: skip
"""What tells of deliveries: how its own delivery fares is noted and told to nobody, or the telling would never end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt, and the random number for the wait after it."""

    parcel: Parcel
    answer: Answer
    at: datetime
    draw: int


@dataclass
class _Notes:
    """What a batch of outcomes comes to."""

    attempts: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    told: list[Happening] = field(default_factory=list)
    given_up: dict[uuid.UUID, DisabledBecause] = field(default_factory=dict)


def note(session: Session, outcomes: Sequence[Outcome], schedule: Sequence[timedelta]) -> None:
    """Note a batch of outcomes; a constant number of statements for any number, but for endpoints that are given up.

    What was claimed anew meanwhile, or dropped, is only completed in the log. An address that the endpoint has left
    meanwhile says nothing of the new one: what arrived there has arrived, what failed there is due at once at the new
    address as if it had not been attempted, and how the endpoint fares does not follow from it.
    """
    if not outcomes:
        return
    endpoints = queries.held_endpoints(session, {outcome.parcel.endpoint_id for outcome in outcomes})
    deliveries = queries.held_deliveries(session, {outcome.parcel.delivery_id for outcome in outcomes})
    # A night may have forgotten an event that was 90 days old, with all of its log, while it was under way.
    outcomes = [outcome for outcome in outcomes if outcome.parcel.delivery_id in deliveries]
    if not outcomes:
        return
    notes = _Notes()
    for outcome in outcomes:
        _note_delivery(notes, outcome, deliveries[outcome.parcel.delivery_id], endpoints, schedule)
    _note_health(session, notes, outcomes, endpoints)
    _write(session, notes)
    _conclude(session, notes, endpoints)


def _note_delivery(
    notes: _Notes,
    outcome: Outcome,
    delivery: RowMapping,
    endpoints: dict[uuid.UUID, RowMapping],
    schedule: Sequence[timedelta],
) -> None:
    parcel, answer = outcome.parcel, outcome.answer
    status, next_at, step = DeliveryStatus.DELIVERED, None, parcel.step
    if answer.error is not None and not _at_present_address(outcome, endpoints):
        status, next_at = DeliveryStatus.PENDING, outcome.at
    elif answer.error is not None:
        step += 1
        wait = next_wait(schedule, step, outcome.draw, answer.retry_after)
        status = DeliveryStatus.EXHAUSTED if wait is None else DeliveryStatus.PENDING
        next_at = None if wait is None else outcome.at + wait
    own = delivery["claimed_until"] is not None and delivery["attempts"] == parcel.number
    if own and delivery["status"] is DeliveryStatus.PENDING:
        finished_at = None if status is DeliveryStatus.PENDING else outcome.at
        notes.deliveries.append({
            "of": parcel.delivery_id, "to_status": status, "to_step": step, "to_next": next_at, "to_end": finished_at,
        })  # fmt: skip
        if status is DeliveryStatus.EXHAUSTED and parcel.event_type not in ABOUT_DELIVERING:
            endpoint = endpoints[parcel.endpoint_id]
            happening = _happening(EventType.DELIVERY_EXHAUSTED, endpoint, parcel.delivery_id, parcel.number)
            notes.told.append(replace(happening, more={"endpoint_id": str(parcel.endpoint_id)}))
    else:
        next_at = None
    notes.attempts.append({
        "of": parcel.attempt_id,
        "to_outcome": AttemptOutcome.SUCCEEDED if answer.error is None else AttemptOutcome.FAILED,
        "to_status": answer.status,
        "to_error": answer.error,
        "to_answer": _readable(answer.body),
        "to_next": next_at,
        "to_end": outcome.at,
    })  # fmt: skip


def _at_present_address(outcome: Outcome, endpoints: dict[uuid.UUID, RowMapping]) -> bool:
    """Tell whether it was sent to where the endpoint is now; the vendor may have moved it while it was under way."""
    present: str = endpoints[outcome.parcel.endpoint_id]["url"]
    return outcome.parcel.url == present


def _readable(body: bytes) -> str | None:
    """Keep the beginning of an answer as text; what cannot be shown becomes a blank."""
    text = body[: 4 * LONGEST_ANSWER].decode(errors="replace")[:LONGEST_ANSWER]
    return "".join(sign if sign.isprintable() else " " for sign in text) or None


def _note_health(
    session: Session, notes: _Notes, outcomes: Sequence[Outcome], endpoints: dict[uuid.UUID, RowMapping]
) -> None:
    """Let each endpoint's record follow from the outcomes in their order, and find what is to be told of it."""
    members = ("verified_at", "failing_since", "last_failed_at", "last_succeeded_at", "runs")
    before = {id_: Health(**{name: row[name] for name in members}) for id_, row in endpoints.items()}
    now = dict(before)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.at):
        if not _at_present_address(outcome, endpoints):
            continue
        endpoint = endpoints[outcome.parcel.endpoint_id]
        was = now[endpoint["id"]]
        health = now[endpoint["id"]] = _after(was, outcome)
        if health.runs > was.runs:
            notes.told.append(_happening(EventType.ENDPOINT_FAILING, endpoint, endpoint["id"], health.runs))
        if was.failing_since is not None and health.failing_since is None:
            notes.told.append(_happening(EventType.ENDPOINT_RECOVERED, endpoint, endpoint["id"], health.runs))
        if endpoint["status"] is EndpointStatus.ENABLED and outcome.answer.error is not None:
            if outcome.answer.status == GONE:
                notes.given_up[endpoint["id"]] = DisabledBecause.GONE
            elif health.given_up(outcome.at):
                notes.given_up.setdefault(endpoint["id"], DisabledBecause.FAILING)
    changed = [
        {"of": id_, **{f"to_{k}": v for k, v in asdict(now[id_]).items()}} for id_ in now if now[id_] != before[id_]
    ]
    if changed:
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in members}
        statement = update(EndpointHealth).where(col(EndpointHealth.endpoint_id) == bindparam("of")).values(values)
        session.connection().execute(statement, changed)


def _after(health: Health, outcome: Outcome) -> Health:
    if outcome.answer.ours:
        return health
    told_to_nobody = outcome.parcel.event_type in ABOUT_DELIVERING
    if outcome.answer.error is None:
        after = health.succeeded(outcome.at)
        return replace(after, failing_since=health.failing_since) if told_to_nobody else after
    if told_to_nobody:
        return health if health.failing_since is None else replace(health, last_failed_at=outcome.at)
    return health.failed(outcome.at)


def _happening(type_: EventType, endpoint: RowMapping, subject_id: uuid.UUID, version: int) -> Happening:
    return Happening(
        type=type_,
        service_center_id=endpoint["service_center_id"],
        vendor_id=endpoint["vendor_id"],
        subject_id=subject_id,
        version=version,
        streams=frozenset(Stream),
    )


def _write(session: Session, notes: _Notes) -> None:
    session.connection().execute(
        update(WebhookAttempt)
        .where(col(WebhookAttempt.id) == bindparam("of"), col(WebhookAttempt.outcome).is_(None))
        .values(
            outcome=bindparam("to_outcome"),
            status_code=bindparam("to_status"),
            error=bindparam("to_error"),
            answer=bindparam("to_answer"),
            next_attempt_at=bindparam("to_next"),
            finished_at=bindparam("to_end"),
        ),
        notes.attempts,
    )
    if notes.deliveries:
        session.connection().execute(
            update(WebhookDelivery)
            .where(col(WebhookDelivery.id) == bindparam("of"))
            .values(
                status=bindparam("to_status"),
                step=bindparam("to_step"),
                next_attempt_at=bindparam("to_next"),
                finished_at=bindparam("to_end"),
                claimed_until=None,
            ),
            notes.deliveries,
        )


def _conclude(session: Session, notes: _Notes, endpoints: dict[uuid.UUID, RowMapping]) -> None:
    """Disable who is given up, each as an act of its own, and tell everything that there is to tell."""
    with ExitStack() as acts:
        for endpoint_id, because in sorted(notes.given_up.items(), key=lambda item: str(item[0])):
            endpoint = endpoints[endpoint_id]
            own = col(WebhookEndpoint.id) == endpoint_id
            act = recording(
                session,
                DELIVERER,
                endpoint["service_center_id"],
                "webhook_endpoint.disabled",
                endpoint_id,
                (WebhookEndpoint, own),
                details={"because": because},
            )
            acts.enter_context(act)
            now = clock.now()
            session.execute(
                update(WebhookEndpoint)
                .where(own, col(WebhookEndpoint.status) == EndpointStatus.ENABLED)
                .values(
                    status=EndpointStatus.DISABLED,
                    disabled_because=because,
                    disabled_at=now,
                    updated_at=now,
                    version=col(WebhookEndpoint.version) + 1,
                )
            )
            drop(session, col(WebhookDelivery.endpoint_id) == endpoint_id)
            told = _happening(EventType.ENDPOINT_DISABLED, endpoint, endpoint_id, endpoint["version"] + 1)
            notes.told.append(replace(told, more={"because": because}))
        record(session, *notes.told)
