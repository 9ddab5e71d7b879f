"""Every select of the messenger, who sends what was written."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, exists, or_, select, union_all
from sqlmodel import Session, col

from app.features.webhooks.delivery_queries import database_now
from app.models import Grant, Message, MessageChannel, Principal
from app.models.words import ChannelKind

Rows = Sequence[RowMapping]


def _due(now: datetime) -> ColumnElement[bool]:
    # Only what waits or has failed has a next time.
    return col(Message.next_attempt_at) <= now


def anything_to_do(session: Session, now: datetime) -> bool:
    """Tell whether a message is due, or a worker was stopped at one."""
    due = exists().where(_due(now))
    left = exists().where(col(Message.claimed_until) < database_now(session))
    return bool(session.execute(select(or_(due, left))).scalar_one())


def left_behind(session: Session) -> list[uuid.UUID]:
    """Hold the messages whose worker's lease has expired by the database's clock."""
    statement = select(col(Message.id)).where(col(Message.claimed_until) < database_now(session))
    return list(session.execute(statement.with_for_update(skip_locked=True)).scalars())


def of_removed(session: Session, now: datetime) -> list[uuid.UUID]:
    """List what is due for a channel that was removed."""
    return _due_where(session, now, col(MessageChannel.removed_at).is_not(None))


def of_disabled(session: Session, now: datetime) -> list[uuid.UUID]:
    """List what is due for somebody who may not come in any more."""
    return _due_where(session, now, col(Principal.disabled_at).is_not(None))


def _due_where(session: Session, now: datetime, reason: ColumnElement[bool]) -> list[uuid.UUID]:
    statement = (
        select(col(Message.id))
        .join(MessageChannel, col(MessageChannel.id) == col(Message.channel_id))
        .join(Principal, col(Principal.id) == col(Message.principal_id))
        .where(_due(now), reason)
    )
    return list(session.execute(statement.with_for_update(skip_locked=True, of=Message)).scalars())


def beyond_their_centers(session: Session, message_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """List those of the messages that tell of a service center which their reader may not see any more."""
    statement = (
        select(col(Message.id), col(Message.service_centers), col(Grant.service_center_id))
        .join(Grant, col(Grant.principal_id) == col(Message.principal_id), isouter=True)
        .where(col(Message.id).in_(message_ids))
    )
    lacking: dict[uuid.UUID, set[str]] = {}
    for id_, told, granted in session.execute(statement):
        lacking.setdefault(id_, set(told)).discard(str(granted))
    return [id_ for id_, left in lacking.items() if left]


def next_due(session: Session, now: datetime, room: dict[ChannelKind, tuple[int, int]]) -> list[uuid.UUID]:
    """Hold due messages of each kind of channel, oldest first, but none that another worker holds.

    `room` says how many of each kind are attempted for the first time at most, and how many again.
    """
    parts = []
    for kind, (first, again) in room.items():
        of_kind = exists().where(col(MessageChannel.id) == col(Message.channel_id), col(MessageChannel.kind) == kind)
        for attempted, places in ((col(Message.attempts) == 0, first), (col(Message.attempts) > 0, again)):
            if places > 0:
                own = (
                    select(col(Message.id))
                    .where(_due(now), of_kind, attempted)
                    .order_by(col(Message.next_attempt_at), col(Message.id))
                    .limit(places)
                    .subquery()
                )
                parts.append(select(own.c.id))
    if not parts:
        return []
    listed = list(session.execute(union_all(*parts)).scalars())
    held = select(col(Message.id)).where(col(Message.id).in_(listed), _due(now)).order_by(col(Message.id))
    return list(session.execute(held.with_for_update(skip_locked=True)).scalars())


def contents(session: Session, message_ids: Collection[uuid.UUID]) -> Rows:
    """Give what each message says and where it goes, its address still encrypted."""
    statement = (
        select(
            col(Message.id),
            col(Message.attempts),
            col(Message.subject),
            col(Message.body),
            col(MessageChannel.kind),
            col(MessageChannel.sealed),
        )
        .join(MessageChannel, col(MessageChannel.id) == col(Message.channel_id))
        .where(col(Message.id).in_(message_ids))
        .order_by(col(Message.id))
    )
    return session.execute(statement).mappings().all()
