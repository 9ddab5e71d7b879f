"""Which tables the audit answers for, row by row."""

from collections.abc import Iterator

from sqlmodel import Session, SQLModel

from app.errors import Conflict
from app.features.audit import queries
from app.features.audit.actor import OPERATOR
from app.features.audit.changes import Change, key_of
from app.features.audit.hashing import row_hash
from app.features.audit.rows import BATCH, Unreadable, read_rows
from app.features.audit.service import Act, append
from app.models import (
    AccessLogEntry,
    AlertNote,
    AuditEvent,
    AuditHead,
    ChangedContract,
    EndpointHealth,
    Event,
    EventHead,
    Gathering,
    IdempotencyKey,
    JobRun,
    Message,
    MessageNight,
    NightContract,
    NightTurn,
    SignInFailures,
    Trial,
    UserSession,
    WebhookAttempt,
    WebhookDelivery,
    WorkCalendarDay,
    WorkCalendarYear,
)

NOT_AUDITED: dict[type[SQLModel], str] = {
    AccessLogEntry: "who saw what, digested into the chains every night; forgotten after its time",
    AlertNote: "what the last night saw of an alert, to tell what is new; the alerts themselves are audited",
    AuditEvent: "guarded by its own chain",
    AuditHead: "compared with the chain's end",
    ChangedContract: "which contracts the next night looks at; gathered and forgotten by nights",
    EndpointHealth: "how deliveries fared, noted with each of them; enabling and disabling are acts",
    Event: "tells of acts that are audited themselves, and is forgotten after 90 days",
    EventHead: "the last number of each stream of events",
    Gathering: "counts how often nights gathered marks",
    IdempotencyKey: "answers for retries, forgotten after 35 days",
    JobRun: "the clock's own notes; the alerts that a run writes are audited",
    Message: "the messenger's own notes, like deliveries; channels and settings are audited",
    MessageNight: "the nights' own notes: whose messages were written",
    NightContract: "as the marks that it was gathered from",
    NightTurn: "the nights' own notes: when to look at a contract again",
    SignInFailures: "counts of what failed; the access log tells of each",
    Trial: "what would be under other terms, kept 30 days; nothing of the record rests on it",
    UserSession: "noted by requests; sign-ins are in the access log, and what ends sessions is an act",
    WebhookAttempt: "the deliverer's own log",
    WebhookDelivery: "the deliverer's own notes; what it tells of is audited",
    WorkCalendarDay: "shipped with the program; an import is an act that names the hash of its file",
    WorkCalendarYear: "as above",
}
"""The tables whose rows are not in the audit, and why; every other table's are."""


class RowsUnreadable(Conflict):
    """A row that no audit can vouch for."""

    code = "rows-unreadable"
    title = "The record has damaged rows"
    remedy = "Put the row right, or restore a backup, before the audit begins."


def audited() -> list[type[SQLModel]]:
    """List the audited tables in a fixed order, parents first."""
    by_name = {
        mapper.class_.__tablename__: mapper.class_
        for mapper in SQLModel._sa_registry.mappers  # noqa: SLF001 the one list of all tables
    }
    tables = (by_name[table.name] for table in SQLModel.metadata.sorted_tables)
    return [table for table in tables if table not in NOT_AUDITED]


def rows_of(session: Session, table: type[SQLModel]) -> Iterator[Change | Unreadable]:
    """Stream a table, each row by its key and its hash."""
    for row in read_rows(session, table, *table.__table__.primary_key):  # type: ignore[attr-defined]
        if isinstance(row, Unreadable):
            yield row
        else:
            yield Change(str(table.__tablename__), key_of(table, row), None, row_hash(row))


def take_in(session: Session) -> int:
    """Vouch for the rows of a database that is older than the audit, as they stand now, and give their number.

    Done once, by the operator's `kaohe migrate`: what was changed before is not known.
    """
    if queries.heads(session):
        return 0
    rows = [row for table in audited() for row in rows_of(session, table)]
    unreadable = [row for row in rows if isinstance(row, Unreadable)]
    if unreadable:
        raise RowsUnreadable(f"Row {unreadable[0].key} cannot be read: {unreadable[0].error}")
    known = [row for row in rows if isinstance(row, Change)]
    parts = [known[start : start + BATCH] for start in range(0, len(known), BATCH)]
    append(session, [Act(OPERATOR, None, "record.taken_in", "record", part) for part in parts])
    return len(known)
