"""Every select of the night that writes messages: each for all people at once."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import RowMapping, Select, and_, case, func, literal, or_, select
from sqlmodel import Session, col

from app.features.paging import Listing
from app.models import (
    Alert,
    AlertNote,
    Contract,
    DueDate,
    Grant,
    MessageChannel,
    MessageNight,
    MessageSettings,
    Principal,
    ReminderDays,
    User,
    Vendor,
)
from app.models.words import AlertNews, AlertStatus, Role, Severity

Rows = Sequence[RowMapping]

AT_ONCE = 1000
"""Alerts that are held while they are read."""


_IS_OPEN = col(Alert.status) != AlertStatus.RESOLVED
"""An alert that was taken up is open still."""


def unnoted_alerts(on: date) -> Select[uuid.UUID, bool, Severity, AlertNews | None, date]:
    """Select of the alerts that no night has seen what is noted of each, in the order of the columns of a note."""
    news = case((_IS_OPEN, AlertNews.OPENED.value), else_=None)
    return (
        select(col(Alert.id), _IS_OPEN, col(Alert.severity), news, literal(on))
        .join(AlertNote, col(AlertNote.alert_id) == col(Alert.id), isouter=True)
        .where(col(AlertNote.alert_id).is_(None))
        .order_by(col(Alert.id))
    )


def changed_alerts(session: Session) -> Rows:
    """List the alerts that are not as the last night that saw them noted, each with what that was."""
    statement: Listing = (
        select(
            col(Alert.id),
            _IS_OPEN.label("is_open"),
            col(Alert.severity),
            col(AlertNote.is_open).label("was_open"),
            col(AlertNote.severity).label("was_severity"),
            col(AlertNote.news),
        )
        .join(AlertNote, col(AlertNote.alert_id) == col(Alert.id))
        .where(or_(col(AlertNote.is_open) != _IS_OPEN, col(AlertNote.severity) != col(Alert.severity)))
        .order_by(col(Alert.id))
    )
    return session.execute(statement).mappings().all()


def untold(session: Session) -> Iterable[RowMapping]:
    """Give the alerts of which something is to be told, one by one: of a first night they are many."""
    statement: Listing = (
        select(
            col(AlertNote.news),
            col(Alert.id),
            col(Alert.service_center_id),
            col(Alert.contract_id),
            col(Alert.kind),
            col(Alert.severity),
            col(Alert.since),
            col(Alert.until),
            col(Alert.facts),
            col(Contract.number),
            col(Vendor.name).label("vendor"),
        )
        .join(Alert, col(Alert.id) == col(AlertNote.alert_id))
        .join(Contract, col(Contract.id) == col(Alert.contract_id), isouter=True)
        .join(Vendor, col(Vendor.id) == col(Contract.vendor_id), isouter=True)
        .where(col(AlertNote.news).is_not(None))
    )
    return session.execute(statement.execution_options(yield_per=AT_ONCE)).mappings()


def last_night(session: Session, before: date) -> date | None:
    """Give the last business date before another whose digests were written."""
    statement = select(func.max(col(MessageNight.business_date))).where(col(MessageNight.business_date) < before)
    found: date | None = session.execute(statement).scalar_one()
    return found


def reminding_centers(session: Session) -> Rows:
    """List the service centers that remind, and on which days."""
    return session.execute(select(col(ReminderDays.service_center_id), col(ReminderDays.days))).mappings().all()


def due_within(session: Session, first: date, days: int) -> Rows:
    """List what is owed at the service centers that remind, due from a day on and so many days ahead."""
    statement: Listing = (
        select(
            col(DueDate.id),
            col(DueDate.service_center_id),
            col(DueDate.kind),
            col(DueDate.subject),
            col(DueDate.due_on),
            col(DueDate.provisional),
            col(Contract.number),
            col(Vendor.name).label("vendor"),
        )
        .join(ReminderDays, col(ReminderDays.service_center_id) == col(DueDate.service_center_id))
        .join(Contract, col(Contract.id) == col(DueDate.contract_id))
        .join(Vendor, col(Vendor.id) == col(Contract.vendor_id))
        .where(
            col(DueDate.met_on).is_(None),
            col(DueDate.superseded_on).is_(None),
            col(DueDate.due_on).between(first, first + timedelta(days=days)),
        )
    )
    return session.execute(statement).mappings().all()


def addressees(session: Session, roles: Collection[Role]) -> Rows:
    """List every live channel of people of some roles, once for each service center that they may see.

    `center` is None for who may see none: alerts of the service itself are theirs too.
    """
    theirs = col(MessageChannel.principal_id)
    statement: Listing = (
        select(
            col(MessageChannel.id),
            col(MessageChannel.principal_id),
            col(MessageChannel.kind),
            col(User.language),
            col(MessageSettings.digest),
            col(MessageSettings.reminders),
            col(Grant.service_center_id).label("center"),
        )
        .join(
            Principal,
            and_(col(Principal.id) == theirs, col(Principal.disabled_at).is_(None), col(Principal.role).in_(roles)),
        )
        .join(User, col(User.principal_id) == theirs, isouter=True)
        .join(MessageSettings, col(MessageSettings.principal_id) == theirs, isouter=True)
        .join(Grant, col(Grant.principal_id) == theirs, isouter=True)
        .where(col(MessageChannel.removed_at).is_(None))
        .order_by(col(MessageChannel.id))
    )
    return session.execute(statement).mappings().all()
