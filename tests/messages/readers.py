"""People who are written to, alerts to tell them of, and nights that write."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import time_machine
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from app import clock, nightly
from app.database import Database
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.audit.actor import OPERATOR
from app.features.messages.channels import add
from app.features.messages.messenger import send
from app.features.webhooks.sealing import sealer
from app.models import Alert, Contract, Message, Principal, User
from app.models.columns import new_id
from app.models.words import AlertKind, AlertStatus, AskedBy, ChannelKind, Language, Role, Severity
from app.settings import Settings
from tests.office import Office
from tests.robots import address

NIGHT = "2024-03-06"
"""A Wednesday, and a working day like those around it."""


@contextmanager
def night_of(day: str, at: str = "00:30") -> Iterator[None]:
    """Let it be a time of a day in Asia/Shanghai."""
    with time_machine.travel(datetime.fromisoformat(f"{day}T{at}:00+08:00"), tick=False):
        yield


def write(database: Database, day: str = NIGHT) -> nightly.JobResult:
    """Have the night of a day write its messages, on that very day."""
    with night_of(day):
        return nightly.run(database, "write_messages", date.fromisoformat(day), AskedBy.COMMAND)


def deliver(database: Database, config: Settings, day: str = NIGHT, at: str = "00:31") -> int:
    """Send what is due at a time of a day, and give how many attempts that took."""
    with night_of(day, at):
        done = send(database, config)
        return done.sent + done.failed


def reader(
    session: Session,
    office: Office,
    number: int,
    kind: ChannelKind,
    config: Settings,
    language: Language | None = None,
    role: Role = Role.SUPERVISOR,
) -> uuid.UUID:
    """Make somebody with one channel, a user of a language where one is named, and give the channel."""
    name = f"reader{number}"
    principal = access.create_principal(session, OPERATOR, name, role, [office.center])
    if language is not None:
        now = clock.now()
        values: dict[str, Any] = {"principal_id": principal, "display_name": name, "language": language}
        session.add(User(**values, must_change=False, created_at=now, updated_at=now))
    caller = Caller(principal, name, role, (office.center,))
    return add(session, caller, sealer(config), kind, "本人", address(kind, number))


def principal_of(session: Session, name: str) -> uuid.UUID:
    """Find somebody by name."""
    return session.exec(select(Principal.id).where(col(Principal.name) == name)).one()


def open_alerts(
    database: Database, office: Office, subjects: Sequence[str], severity: Severity = Severity.WARNING
) -> list[uuid.UUID]:
    """Open an alert for each month of the office's one contract, as a night would."""
    with database.write() as session:
        contract = session.exec(select(Contract.id).where(col(Contract.service_center_id) == office.center)).first()
        now = clock.now()
        rows: list[dict[str, Any]] = [
            {
                "id": new_id(),
                "service_center_id": office.center,
                "contract_id": contract,
                "kind": AlertKind.BELOW_PASS_MARK,
                "subject": subject,
                "status": AlertStatus.OPEN,
                "severity": severity,
                "since": date(2023, 2, 1),
                "facts": {"period": subject[:7], "score": {"exact": "85.00"}, "pass_mark": "90.00", "grade": None},
                "version": 1,
                "recorded_at": now,
                "updated_at": now,
            }
            for subject in subjects
        ]
        session.connection().execute(insert(Alert), rows)
    return [row["id"] for row in rows]


def change(database: Database, alert: uuid.UUID, **values: object) -> None:
    """Have something become of an alert."""
    with database.write() as session:
        session.execute(update(Alert).where(col(Alert.id) == alert).values(**values))


def resolve(database: Database, alert: uuid.UUID, on: str) -> None:
    """Have an alert resolved by a fact of a day."""
    change(database, alert, status=AlertStatus.RESOLVED, until=date.fromisoformat(on))


def written(database: Database) -> list[Message]:
    """Read all messages."""
    with database.read() as session:
        found = list(session.exec(select(Message).order_by(col(Message.id))))
        session.expunge_all()
    return found
