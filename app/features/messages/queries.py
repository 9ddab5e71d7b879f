"""Every select over a person's own channels, wishes and messages."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, SQLColumnExpression, func, select
from sqlmodel import Session, col

from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Message, MessageChannel, MessageSettings, Principal, ReminderDays, ServiceCenter, User
from app.models.words import Language, MessageKind, MessageStatus

_SENT_AT: SQLColumnExpression[Any] = col(Message.sent_at)


def language(session: Session, principal_id: uuid.UUID) -> Language:
    """Give in which language a principal is written to; who is no user is written to in Chinese."""
    statement = select(col(User.language)).where(col(User.principal_id) == principal_id)
    return session.execute(statement).scalar_one_or_none() or Language.CHINESE


def hold_principal(session: Session, principal_id: uuid.UUID) -> None:
    """Hold a principal's row, so that two changes of what is theirs come one after the other."""
    session.execute(select(col(Principal.id)).where(col(Principal.id) == principal_id).with_for_update()).all()


def hold_center(session: Session, center: uuid.UUID) -> None:
    """Hold a service center's row for the same reason."""
    session.execute(select(col(ServiceCenter.id)).where(col(ServiceCenter.id) == center).with_for_update()).all()


def settings(session: Session, principal_id: uuid.UUID) -> RowMapping | None:
    """Read what a principal wants to be told; None where nothing was said."""
    statement = select(col(MessageSettings.digest), col(MessageSettings.reminders), col(MessageSettings.version))
    return session.execute(statement.where(col(MessageSettings.principal_id) == principal_id)).mappings().one_or_none()


def reminder_days(session: Session, center: uuid.UUID) -> RowMapping | None:
    """Read on which days a service center reminds; None where it has not chosen."""
    statement = select(col(ReminderDays.days), col(ReminderDays.version)).where(
        col(ReminderDays.service_center_id) == center
    )
    return session.execute(statement).mappings().one_or_none()


def _channels(principal_id: uuid.UUID) -> Listing:
    """Select a principal's channels, each with how it fares by the messages that went there."""
    return select(
        col(MessageChannel.id),
        col(MessageChannel.kind),
        col(MessageChannel.name),
        col(MessageChannel.hint),
        col(MessageChannel.created_at),
        col(MessageChannel.removed_at),
        _of_messages(func.min(_SENT_AT), "verified_at"),
        _of_messages(func.max(_SENT_AT), "last_sent_at"),
        _last(col(Message.status), "last_status"),
        _last(col(Message.last_error), "last_error"),
    ).where(col(MessageChannel.principal_id) == principal_id)


def _of_messages(figure: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    there = col(Message.channel_id) == col(MessageChannel.id)
    return select(figure).where(there).correlate(MessageChannel).scalar_subquery().label(name)


def _last(column: SQLColumnExpression[Any], name: str) -> ColumnElement[Any]:
    """Give a column of the last message of a channel that was attempted at all."""
    there = col(Message.channel_id) == col(MessageChannel.id), col(Message.attempts) > 0
    newest = select(column).where(*there).order_by(col(Message.id).desc()).limit(1)
    return newest.correlate(MessageChannel).scalar_subquery().label(name)


def channels(session: Session, principal_id: uuid.UUID, page: PageRequest, *, removed: bool | None) -> Page:
    """List a principal's channels; `removed` asks for those alone that were removed, or that were not."""
    statement = _channels(principal_id)
    if removed is not None:
        at = col(MessageChannel.removed_at)
        statement = statement.where(at.is_not(None) if removed else at.is_(None))
    return fetch(session, statement, col(MessageChannel.id), page)


def channel(session: Session, principal_id: uuid.UUID, channel_id: uuid.UUID) -> RowMapping | None:
    """Read one of a principal's channels."""
    statement = _channels(principal_id).where(col(MessageChannel.id) == channel_id)
    return session.execute(statement).mappings().one_or_none()


def channel_for_update(session: Session, principal_id: uuid.UUID, channel_id: uuid.UUID) -> RowMapping | None:
    """Read one of a principal's channels and hold it to the end of the transaction."""
    statement = select(col(MessageChannel.kind), col(MessageChannel.name), col(MessageChannel.removed_at)).where(
        col(MessageChannel.id) == channel_id, col(MessageChannel.principal_id) == principal_id
    )
    return session.execute(statement.with_for_update()).mappings().one_or_none()


def live_channels(session: Session, principal_id: uuid.UUID) -> Sequence[RowMapping]:
    """List a principal's channels that are not removed, with their sealed addresses, the oldest first."""
    own = col(MessageChannel.principal_id) == principal_id, col(MessageChannel.removed_at).is_(None)
    columns = (col(MessageChannel.id), col(MessageChannel.kind), col(MessageChannel.name), col(MessageChannel.sealed))
    return session.execute(select(*columns).where(*own).order_by(col(MessageChannel.id))).mappings().all()


def tested_since(session: Session, channel_id: uuid.UUID, since: datetime) -> bool:
    """Tell whether a test message was written for a channel after an instant."""
    tests = col(Message.channel_id) == channel_id, col(Message.kind) == MessageKind.TEST
    statement = select(col(Message.id)).where(*tests, col(Message.created_at) > since).limit(1)
    return session.execute(statement).first() is not None


def _messages(principal_id: uuid.UUID) -> Listing:
    return select(
        col(Message.id),
        col(Message.channel_id),
        col(Message.kind),
        col(Message.business_date),
        col(Message.subject),
        col(Message.body),
        col(Message.status),
        col(Message.attempts),
        col(Message.next_attempt_at),
        col(Message.sent_at),
        col(Message.last_error),
        col(Message.created_at),
    ).where(col(Message.principal_id) == principal_id)


def message(session: Session, principal_id: uuid.UUID, message_id: uuid.UUID) -> RowMapping:
    """Read one of a principal's messages, which is there."""
    return session.execute(_messages(principal_id).where(col(Message.id) == message_id)).mappings().one()


def messages(
    session: Session,
    principal_id: uuid.UUID,
    page: PageRequest,
    *,
    kind: MessageKind | None = None,
    status: MessageStatus | None = None,
) -> Page:
    """List what was written to a principal, oldest first."""
    statement = _messages(principal_id)
    if kind is not None:
        statement = statement.where(col(Message.kind) == kind)
    if status is not None:
        statement = statement.where(col(Message.status) == status)
    return fetch(session, statement, col(Message.id), page)
