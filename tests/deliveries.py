"""Endpoints of vendors, events for them, and a deliverer that may reach receivers on this machine."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from app import clock
from app.database import Database
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.parties import service as parties
from app.features.webhooks import signing
from app.features.webhooks.delivering import Plan, deliver
from app.features.webhooks.sealing import Sealer
from app.features.webhooks.sending import Sender
from app.models import EndpointHealth, Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookSecret
from app.models.columns import new_id
from app.rules.destinations import UrlPolicy
from tests.office import Office
from tests.receivers import LOOPBACK, Receiver

_Row = TypeVar("_Row", bound=SQLModel)

SEALER = Sealer(["a key for tests"])


async def loopback(_host: str, _port: int) -> Sequence[str]:
    """Find every name on this machine."""
    return [LOOPBACK]


def anywhere(_address: str, _lifted: object) -> None:
    """Let every address be dialled: a test's receivers live where production never sends."""


def plan(*receivers: Receiver, seconds: float = 5, **changes: Any) -> Plan:
    """Give a plan that reaches receivers on this machine."""
    policy = UrlPolicy(frozenset(receiver.port for receiver in receivers), http=True)
    sender = Sender(policy, SEALER, seconds, changes.pop("resolve", loopback), changes.pop("check", anywhere))
    return Plan(sender, **({"lease": timedelta(seconds=30)} | changes))


@dataclass
class Vendors:
    """What the vendors of an office receive."""

    office: Office
    database: Database
    secrets: dict[uuid.UUID, list[str]] = field(default_factory=dict)

    def vendor(self, name: str) -> uuid.UUID:
        """Register another vendor."""
        with self.database.write() as session:
            return parties.create_vendor(session, self.office.clerk, self.office.center, name)

    def endpoint(self, url: str, vendor_id: uuid.UUID | None = None, secrets: int = 1, **more: Any) -> uuid.UUID:
        """Register an endpoint with so many live secrets."""
        now, owner = clock.now(), vendor_id or self.office.vendor
        endpoint = WebhookEndpoint(
            service_center_id=self.office.center, vendor_id=owner, url=url, created_at=now, updated_at=now, **more
        )
        plain = self.secrets[endpoint.id] = [signing.new_secret() for _ in range(secrets)]
        touched = (WebhookEndpoint, col(WebhookEndpoint.id) == endpoint.id)
        secret_rows = (WebhookSecret, col(WebhookSecret.endpoint_id) == endpoint.id)
        act = ("webhook_endpoint.registered", endpoint.id, touched, secret_rows)
        with self.database.write() as session, recording(session, OPERATOR, self.office.center, *act):
            session.add(endpoint)
            session.flush()
            for number, secret in enumerate(plain):
                expires_at = now + timedelta(days=number) if number else None
                session.add(
                    WebhookSecret(
                        endpoint_id=endpoint.id, sealed=SEALER.seal(secret), created_at=now, expires_at=expires_at
                    )
                )
        return endpoint.id

    def tell(self, number: int = 1, vendor_id: uuid.UUID | None = None, **more: Any) -> list[uuid.UUID]:
        """Let so many things happen to a vendor, and give the events' ids."""
        happenings = [
            Happening(
                type=more.get("type", EventType.PAYOUT_APPROVED),
                service_center_id=self.office.center,
                vendor_id=vendor_id or self.office.vendor,
                subject_id=new_id(),
            )
            for _ in range(number)
        ]
        with self.database.write() as session:
            told = set(record(session, *happenings))
            statement = select(col(Event.id)).where(col(Event.id).in_(told), col(Event.stream) == "vendor")
            return list(session.execute(statement.order_by(col(Event.sequence))).scalars())

    def deliver(self, chosen: Plan) -> int:
        """Deliver until nothing is due."""
        return deliver(self.database, chosen)

    def deliveries(self) -> list[WebhookDelivery]:
        """List every delivery, in the order of their making."""
        return self._all(WebhookDelivery)

    def attempts(self) -> list[WebhookAttempt]:
        """List every attempt, in the order of their making."""
        return self._all(WebhookAttempt)

    def endpoint_now(self, endpoint_id: uuid.UUID) -> WebhookEndpoint:
        """Give an endpoint as it stands."""
        return next(row for row in self._all(WebhookEndpoint) if row.id == endpoint_id)

    def health(self) -> list[EndpointHealth]:
        """Give how the endpoints fare."""
        return self._all(EndpointHealth)

    def told(self, *types: EventType, stream: str = "vendor") -> int:
        """Count the events of some types in the vendors' streams."""
        statement = select(func.count()).where(col(Event.type).in_(types), col(Event.stream) == stream)
        with self.database.read() as session:
            return int(session.execute(statement).scalar_one())

    def _all(self, table: type[_Row]) -> list[_Row]:
        key = table.__table__.primary_key  # type: ignore[attr-defined]
        with self.database.read() as session:
            return list(session.execute(select(table).order_by(*key)).scalars())


def rows(session: Session, table: type[SQLModel]) -> int:
    """Count a table's rows."""
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())
