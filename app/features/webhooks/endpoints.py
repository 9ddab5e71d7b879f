"""Registers a vendor's endpoints, changes them, and rotates the secrets that sign what is sent there."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.events.service import Happening, record
from app.features.events.types import TOLD, EventType
from app.features.seen import Seen, check_seen
from app.features.webhooks import flags, queries
from app.features.webhooks.claiming import drop
from app.features.webhooks.destinations import Deployment, LookedUp, require_destination
from app.features.webhooks.errors import EndpointDisabled, EndpointEnabled, TooManyEndpoints, TooManySecrets
from app.features.webhooks.signing import FEWEST_BYTES, MOST_BYTES, PREFIX, key_of, new_secret
from app.models import Alert, EndpointHealth, WebhookDelivery, WebhookEndpoint, WebhookSecret
from app.models.words import DisabledBecause, EndpointStatus
from app.rules.faults import Fault

MOST_ENDPOINTS = 10
"""How many endpoints a vendor may have."""
MOST_OLD_SECRETS = 5
"""How many secrets may sign beside the current one."""
GRACE_HOURS = 24
MOST_GRACE_HOURS = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a vendor says of an endpoint; `event_types` None takes all."""

    url: str
    description: str | None = None
    event_types: Sequence[EventType] | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """For how long older secrets sign beside the new one, and the vendor's own one if it is not to be made."""

    grace: timedelta
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """An endpoint, and a secret of it that is shown this once."""

    id: uuid.UUID
    secret: str


def register(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    wanted: Settled,
    looked_up: LookedUp,
    deployment: Deployment,
    secret: str | None = None,
) -> Registered:
    """Register an endpoint with its first secret, the vendor's own or a new one; it is unverified until it answers."""
    _check_types(wanted.event_types)
    own = None if secret is None else _checked(secret)
    center = queries.center_of_vendor_for_update(session, vendor_id)
    if center is None:
        raise NotFound
    url = require_destination(session, vendor_id, looked_up)
    if queries.endpoints_of(session, vendor_id) >= MOST_ENDPOINTS:
        raise TooManyEndpoints(f"The vendor has {MOST_ENDPOINTS} endpoints.")
    now = clock.now()
    endpoint = WebhookEndpoint(
        service_center_id=center,
        vendor_id=vendor_id,
        url=url,
        description=wanted.description,
        event_types=_stored(wanted.event_types),
        created_at=now,
        updated_at=now,
    )
    with _recording(session, caller, "webhook_endpoint.registered", endpoint):
        session.add(endpoint)
        session.flush()
        session.add(EndpointHealth(endpoint_id=endpoint.id))
        given = own or new_secret()
        sealed = deployment.sealer.seal(given)
        session.add(WebhookSecret(endpoint_id=endpoint.id, sealed=sealed, created_at=now))
    return Registered(endpoint.id, given)


def change(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    endpoint_id: uuid.UUID,
    wanted: Settled,
    looked_up: LookedUp,
    seen: Seen = None,
) -> None:
    """Change the address, its description or the types that it takes; a new address is unverified again."""
    _check_types(wanted.event_types)
    endpoint = _hold(session, vendor_id, endpoint_id, seen)
    url = require_destination(session, vendor_id, looked_up)
    moved = url != endpoint.url
    with _recording(session, caller, "webhook_endpoint.changed", endpoint):
        _set(session, endpoint, url=url, description=wanted.description, event_types=_stored(wanted.event_types))
        if moved:
            _forget_health(session, endpoint_id)


def enable(session: Session, caller: Caller, vendor_id: uuid.UUID, endpoint_id: uuid.UUID, seen: Seen = None) -> None:
    """Send to an endpoint again; what it missed meanwhile is sent by a recovery, and what it failed at is forgotten."""
    endpoint = _hold(session, vendor_id, endpoint_id, seen)
    if endpoint.status is EndpointStatus.ENABLED:
        raise EndpointEnabled
    with _recording(session, caller, "webhook_endpoint.enabled", endpoint):
        _set(session, endpoint, status=EndpointStatus.ENABLED, disabled_because=None, disabled_at=None)
        own = col(EndpointHealth.endpoint_id) == endpoint_id
        session.execute(update(EndpointHealth).where(own).values(failing_since=None))
        flags.settle(session, endpoint_id, "enabled_on")


def disable(session: Session, caller: Caller, vendor_id: uuid.UUID, endpoint_id: uuid.UUID, seen: Seen = None) -> None:
    """Send nothing to an endpoint until it is enabled again; what is under way is dropped."""
    endpoint = _hold(session, vendor_id, endpoint_id, seen)
    if endpoint.status is EndpointStatus.DISABLED:
        raise EndpointDisabled
    because, now, version = DisabledBecause.BY_VENDOR, clock.now(), endpoint.version + 1
    with _recording(session, caller, "webhook_endpoint.disabled", endpoint):
        _set(session, endpoint, status=EndpointStatus.DISABLED, disabled_because=because, disabled_at=now)
        drop(session, col(WebhookDelivery.endpoint_id) == endpoint_id)
        record(session, _disabled(endpoint, version))


def remove(session: Session, caller: Caller, vendor_id: uuid.UUID, endpoint_id: uuid.UUID, seen: Seen = None) -> None:
    """Delete an endpoint: nothing is sent there any more, its secrets are destroyed, its deliveries stay readable."""
    endpoint = _hold(session, vendor_id, endpoint_id, seen)
    with _recording(session, caller, "webhook_endpoint.deleted", endpoint):
        _set(session, endpoint, status=EndpointStatus.DELETED, disabled_because=None, disabled_at=None)
        session.execute(delete(WebhookSecret).where(col(WebhookSecret.endpoint_id) == endpoint_id))
        drop(session, col(WebhookDelivery.endpoint_id) == endpoint_id)
        flags.settle(session, endpoint_id, "deleted_on")


def rotate(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    endpoint_id: uuid.UUID,
    deployment: Deployment,
    rotation: Rotation,
    seen: Seen = None,
) -> Registered:
    """Give an endpoint a new secret, the vendor's own or one made for it; older ones sign beside it for the grace.

    No older one outlives the grace, so that a grace of nothing ends them all.
    """
    given = new_secret() if rotation.secret is None else _checked(rotation.secret)
    endpoint = _hold(session, vendor_id, endpoint_id, seen)
    now = clock.now()
    ends = now + rotation.grace
    live = queries.live_secrets(session, [endpoint_id], now)
    if rotation.grace and len(live) > MOST_OLD_SECRETS:
        raise TooManySecrets(f"{len(live) - 1} old secrets are live beside the current one, the limit.")
    own = col(WebhookSecret.endpoint_id) == endpoint_id
    over = col(WebhookSecret.expires_at)
    with _recording(session, caller, "webhook_endpoint.secret_rotated", endpoint):
        session.execute(update(WebhookSecret).where(own, over.is_(None) | (over > ends)).values(expires_at=ends))
        session.execute(delete(WebhookSecret).where(own, over <= now))
        sealed = deployment.sealer.seal(given)
        session.add(WebhookSecret(endpoint_id=endpoint_id, sealed=sealed, created_at=now))
        _set(session, endpoint)
    return Registered(endpoint_id, given)


def _hold(session: Session, vendor_id: uuid.UUID, endpoint_id: uuid.UUID, seen: Seen) -> WebhookEndpoint:
    endpoint = queries.endpoint_for_update(session, vendor_id, endpoint_id)
    if endpoint is None:
        raise NotFound(pointer="/path/endpoint_id")
    check_seen(seen, endpoint.version)
    return endpoint


def _set(session: Session, endpoint: WebhookEndpoint, **values: Any) -> None:
    own = col(WebhookEndpoint.id) == endpoint.id
    stamp = {"updated_at": clock.now(), "version": col(WebhookEndpoint.version) + 1}
    session.execute(update(WebhookEndpoint).where(own).values(**values, **stamp))


def _disabled(endpoint: WebhookEndpoint, version: int) -> Happening:
    return Happening(
        type=EventType.ENDPOINT_DISABLED,
        service_center_id=endpoint.service_center_id,
        vendor_id=endpoint.vendor_id,
        subject_id=endpoint.id,
        version=version,
        more={"because": DisabledBecause.BY_VENDOR},
    )


def _forget_health(session: Session, endpoint_id: uuid.UUID) -> None:
    columns = ("verified_at", "failing_since", "last_failed_at", "last_succeeded_at")
    own = col(EndpointHealth.endpoint_id) == endpoint_id
    session.execute(update(EndpointHealth).where(own).values(**dict.fromkeys(columns)))


@contextmanager
def _recording(session: Session, caller: Caller, action: str, endpoint: WebhookEndpoint) -> Iterator[None]:
    """Record what is done inside as one act: the endpoint, its secrets, the alert about it."""
    id_ = endpoint.id
    touched: tuple[Touched, ...] = (
        (WebhookEndpoint, col(WebhookEndpoint.id) == id_),
        (WebhookSecret, col(WebhookSecret.endpoint_id) == id_),
        (Alert, flags.about(id_)),
    )
    with recording(session, caller.actor, endpoint.service_center_id, action, id_, *touched):
        yield


def _checked(secret: str) -> str:
    """Refuse a secret that cannot sign; what was sent is never repeated."""
    try:
        key_of(secret)
    except ValueError:
        detail = f"A secret is {PREFIX} and {FEWEST_BYTES} to {MOST_BYTES} bytes in base64."
        fault = Fault("/secret", "wrong-secret", detail, "Send such a secret, or leave it out to be given one.")
        raise Invalid(detail, faults=[fault]) from None
    return secret


def _check_types(types: Sequence[EventType] | None) -> None:
    """Refuse types that no vendor is told, and the test, which is sent to whoever asks for it."""
    faults = [
        Fault(
            f"/event_types/{place}",
            "not-for-vendors",
            f"'{type_}' is not told to vendors.",
            "Choose among those of GET /v1/portal/event-types, or leave event_types out to take all.",
        )
        for place, type_ in enumerate(types or ())
        if TOLD[type_].vendor is None or type_ is EventType.WEBHOOK_TEST
    ]
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def _stored(types: Sequence[EventType] | None) -> list[str] | None:
    return None if types is None else sorted({type_.value for type_ in types})
