"""What people want to be told, and on which days a service center reminds."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.messages import queries
from app.features.seen import Seen, check_seen
from app.features.upserts import upsert
from app.models import MessageSettings, ReminderDays

NEVER_SET = 0
"""The version of what nobody has set yet."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants to be told, and its version."""

    digest: bool = True
    reminders: bool = True
    version: int = NEVER_SET


@dataclass(frozen=True, slots=True)
class Reminding:
    """On which days before a due date a service center reminds, the earliest first, and its version."""

    days: tuple[int, ...] = ()
    version: int = NEVER_SET


def wishes(session: Session, caller: Caller) -> Wishes:
    """Give what the caller wants to be told; everything, until something else is said."""
    row = queries.settings(session, caller.principal_id)
    return Wishes() if row is None else Wishes(row["digest"], row["reminders"], row["version"])


def change_wishes(session: Session, caller: Caller, *, digest: bool, reminders: bool, seen: Seen = None) -> None:
    """Set what the caller wants to be told, from the next night on."""
    queries.hold_principal(session, caller.principal_id)
    before = wishes(session, caller)
    check_seen(seen, before.version)
    values = {"digest": digest, "reminders": reminders, "version": before.version + 1, "updated_at": clock.now()}
    own = (MessageSettings, col(MessageSettings.principal_id) == caller.principal_id)
    said = {"digest": digest, "reminders": reminders}
    with recording(session, caller.actor, None, "message_settings.changed", caller.principal_id, own, details=said):
        session.execute(
            upsert(session, MessageSettings)
            .values(principal_id=caller.principal_id, **values)
            .on_conflict_do_update(index_elements=["principal_id"], set_=values)
        )


def reminding(session: Session, center: uuid.UUID) -> Reminding:
    """Give on which days a service center reminds; on none, until it has chosen some."""
    row = queries.reminder_days(session, center)
    return Reminding() if row is None else Reminding(tuple(row["days"]), row["version"])


def change_reminding(
    session: Session, caller: Caller, center: uuid.UUID, days: Sequence[int], seen: Seen = None
) -> None:
    """Set on which days before a due date a service center's people are reminded; none at all is a choice as well."""
    if center not in caller.centers:
        raise NotFound(pointer="/path/service_center_id")
    queries.hold_center(session, center)
    before = reminding(session, center)
    check_seen(seen, before.version)
    chosen = sorted(set(days), reverse=True)
    values = {"days": chosen, "version": before.version + 1, "updated_at": clock.now()}
    own = (ReminderDays, col(ReminderDays.service_center_id) == center)
    with recording(session, caller.actor, center, "reminders.changed", center, own, details={"days": chosen}):
        session.execute(
            upsert(session, ReminderDays)
            .values(service_center_id=center, **values)
            .on_conflict_do_update(index_elements=["service_center_id"], set_=values)
        )
