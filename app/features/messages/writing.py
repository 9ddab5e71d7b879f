"""The night's messages: what has become of alerts, what is due soon, one message a person and channel."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.features.alerts.reading import facts_on
from app.features.alerts.state import Broken, Tally
from app.features.alerts.texts import text
from app.features.calendar.queries import work_calendar
from app.features.messages import night_queries as queries
from app.features.messages.texts import RANKS, AlertLine, DueLine, due_order, order, written
from app.models import AlertNote, Message, MessageNight
from app.models.columns import new_id
from app.models.words import AlertNews, ChannelKind, Language, MessageKind, MessageStatus, Role
from app.rules.working_days import WorkCalendar

log = logging.getLogger(__name__)

WRITTEN_TO = (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR)
"""The roles that read alerts and due dates of their service centers (docs/api.md, Roles), and so are told of them."""

BATCH = 1000
"""Rows a write carries, so that a night's statements do not depend on how many people there are."""

ONE_DAY = timedelta(days=1)


def write_messages(session: Session, on: date, address: str) -> Tally:
    """Note what has become of the alerts, and on a working day write to everybody what there is to tell them.

    A date is written for once, on its own day: a run for another day, or a second one, writes to nobody, and what it
    finds new waits for the next working day. `address` is named at the end of each message where it is not empty.
    """
    noted = _note(session, on)
    calendar = work_calendar(session)
    if on != clock.today() or not calendar.is_working_day(on) or not _begun(session, on):
        return Tally(noted, 0, noted, [])
    readers = _readers(queries.addressees(session, WRITTEN_TO))
    news = _News()
    _read_alerts(session, news, readers, on, calendar)
    _read_due(session, news, on)
    rows = list(_messages(readers, news, on, address))
    for start in range(0, len(rows), BATCH):
        session.connection().execute(insert(Message), rows[start : start + BATCH])
    told = update(AlertNote).where(col(AlertNote.news).is_not(None)).values(news=None)
    session.execute(told.execution_options(synchronize_session=False))
    return Tally(noted, len(rows), 0, news.broken)


def _begun(session: Session, on: date) -> bool:
    """Begin the night of a date; False where its messages were written before."""
    if session.get(MessageNight, on) is not None:
        return False
    session.add(MessageNight(business_date=on, written_at=clock.now()))
    session.flush()
    return True


# ---------------------------------------------------------------- what has become of the alerts


def _note(session: Session, on: date) -> int:
    """Compare every alert with what the last night saw, note what there is to tell, and give how many differ."""
    names = ("alert_id", "is_open", "severity", "news", "noted_on")
    # The changed first: what is new is as it is noted.
    changed = [
        {"of": row["id"], "to_open": row["is_open"], "to_severity": row["severity"], "to_news": _news(row)}
        for row in queries.changed_alerts(session)
    ]
    statement = (
        update(AlertNote)
        .where(col(AlertNote.alert_id) == bindparam("of"))
        .values(is_open=bindparam("to_open"), severity=bindparam("to_severity"), news=bindparam("to_news"), noted_on=on)
    )
    if changed:
        session.connection().execute(statement, changed)
    # The database carries them over by itself: of a first night they are many.
    noting = insert(AlertNote).from_select(names, queries.unnoted_alerts(on))
    noted = session.connection().execute(noting, execution_options={"preserve_rowcount": True})
    return len(changed) + noted.rowcount


def _news(row: RowMapping) -> AlertNews | None:
    """Say what has become of an alert that was seen before; what is not told yet is not told twice."""
    untold: AlertNews | None = row["news"]
    if row["is_open"] and not row["was_open"]:
        return AlertNews.OPENED
    if row["was_open"] and not row["is_open"]:
        return AlertNews.RESOLVED
    worse = row["is_open"] and RANKS[row["severity"]] > RANKS[row["was_severity"]]
    return AlertNews.WORSENED if worse and untold is None else untold


# ---------------------------------------------------------------- what there is to tell


@dataclass(frozen=True, slots=True)
class _Reader:
    """What decides what somebody is told; who is alike in all of it is told the same."""

    centers: frozenset[uuid.UUID | None]
    language: Language
    kind: ChannelKind
    digest: bool
    reminders: bool


_Readers = Mapping[uuid.UUID, tuple[uuid.UUID, _Reader]]
"""Who reads by each channel: the principal's id and the reader."""


@dataclass
class _News:
    """What there is to tell of each service center; None is the service itself, which concerns everybody."""

    alerts: dict[uuid.UUID | None, list[AlertLine]] = field(default_factory=lambda: defaultdict(list))
    due: dict[uuid.UUID | None, list[DueLine]] = field(default_factory=lambda: defaultdict(list))
    broken: list[Broken] = field(default_factory=list)


def _read_alerts(session: Session, news: _News, readers: _Readers, on: date, calendar: WorkCalendar) -> None:
    """Collect what there is to tell of alerts; of a center of which nobody is told, nothing is put into words."""
    read = {center for _, reader in readers.values() if reader.digest for center in reader.centers}
    for row in queries.untold(session):
        if row["service_center_id"] not in read:
            continue
        try:
            said = text(row["kind"], facts_on(row["kind"], row["facts"], row["until"], on, calendar))
        except (KeyError, TypeError, ValueError) as error:
            # One that cannot be said must not keep the others from being told.
            log.exception("alert %s cannot be said", row["id"])
            if row["contract_id"] is not None:
                news.broken.append(Broken(row["contract_id"], f"{type(error).__name__}: {error}"))
            continue
        news.alerts[row["service_center_id"]].append(
            AlertLine(row["news"], row["severity"], row["since"], row["number"], row["vendor"], said["zh"], said["en"])
        )


def _read_due(session: Session, news: _News, on: date) -> None:
    """Collect what is due in exactly as many days as its center chose, on this day or a quiet one before it."""
    chosen = {row["service_center_id"]: row["days"] for row in queries.reminding_centers(session)}
    furthest = max((max(days, default=0) for days in chosen.values()), default=0)
    if not furthest:
        return
    after = queries.last_night(session, on) or on - ONE_DAY
    for row in queries.due_within(session, on, furthest):
        if any(after < row["due_on"] - timedelta(days=days) <= on for days in chosen[row["service_center_id"]]):
            news.due[row["service_center_id"]].append(
                DueLine(row["kind"], row["subject"], row["due_on"], row["provisional"], row["number"], row["vendor"])
            )


# ---------------------------------------------------------------- to whom


def _messages(readers: _Readers, news: _News, on: date, address: str) -> Iterator[dict[str, Any]]:
    """Write the rows of all messages; each text is made once, however many people read it."""
    now = clock.now()
    texts: dict[_Reader, _Text | None] = {}
    for channel_id, (principal_id, reader) in readers.items():
        if reader not in texts:
            texts[reader] = _text(reader, news, on, address)
        said = texts[reader]
        if said is None:
            continue
        yield {
            "id": new_id(),
            "principal_id": principal_id,
            "channel_id": channel_id,
            "kind": said.kind,
            "business_date": on,
            "service_centers": said.centers,
            "subject": said.subject,
            "body": said.body,
            "status": MessageStatus.WAITING,
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
        }


def _readers(rows: Sequence[RowMapping]) -> _Readers:
    """Put the rows of a channel together: one for each service center that its owner may see."""
    centers: dict[uuid.UUID, set[uuid.UUID | None]] = defaultdict(lambda: {None})
    channels: dict[uuid.UUID, RowMapping] = {}
    for row in rows:
        centers[row["id"]].add(row["center"])
        channels[row["id"]] = row
    return {
        channel_id: (
            row["principal_id"],
            _Reader(
                frozenset(centers[channel_id]),
                row["language"] or Language.CHINESE,
                row["kind"],
                row["digest"] is not False,
                row["reminders"] is not False,
            ),
        )
        for channel_id, row in channels.items()
    }


@dataclass(frozen=True, slots=True)
class _Text:
    """What readers who are alike are told; `centers` are those that it tells of."""

    kind: MessageKind
    centers: list[str]
    subject: str
    body: str


def _text(reader: _Reader, news: _News, on: date, address: str) -> _Text | None:
    """Give what a reader is told, or None where there is nothing."""
    alerts = [line for center in reader.centers for line in news.alerts.get(center, ())] if reader.digest else []
    due = [line for center in reader.centers for line in news.due.get(center, ())] if reader.reminders else []
    if not alerts and not due:
        return None
    told = {center for center in reader.centers if reader.digest and news.alerts.get(center)}
    told |= {center for center in reader.centers if reader.reminders and news.due.get(center)}
    subject, body = written(
        reader.language, reader.kind, sorted(alerts, key=order), sorted(due, key=due_order), on, address
    )
    kind = MessageKind.DIGEST if alerts else MessageKind.REMINDER
    return _Text(kind, sorted(str(center) for center in told if center), subject, body)
