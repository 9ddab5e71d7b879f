"""Digests each finished day's entries into the audit's chains, and forgets what is past its time."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import CursorResult, RowMapping, delete, select, update
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.features.access_log import queries
from app.features.audit.actor import Actor
from app.features.audit.hashing import HASH_NAME, plain
from app.features.audit.service import Act, append
from app.models import AccessLogEntry
from app.models.columns import canonical

DIGESTED = "access_log.digested"
FORGOTTEN = "access_log.forgotten"
_DAY = timedelta(days=1)
_FORGOTTEN_AT_ONCE = 5000
"""Short enough a transaction for everybody who waits to write."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one service center's entries of a digest come to; None is the service itself."""

    service_center_id: uuid.UUID | None
    rows: int
    late: int
    """How many of them came when the digest of their own day had been made."""
    first_id: str
    last_id: str
    hash: str

    def details(self) -> dict[str, Any]:
        """Give it as the audit keeps it."""
        named = {"rows": self.rows, "late": self.late, "first_id": self.first_id, "last_id": self.last_id}
        return {**named, HASH_NAME: self.hash}


def digest(session: Session, actor: Actor, today: date) -> int:
    """Chain what was seen up to the end of yesterday and is in no digest yet, once a day; gives the number of entries.

    An entry that is written later, though it tells of a day that was digested, is in the next digest and counted there
    as late. Which entries a digest vouches for is marked in them before they are read, so that one that is being
    written meanwhile is in this digest or the next, never in both or neither.
    """
    day = today - _DAY
    last = queries.last_digested(session)
    if last is not None and last >= day:
        return 0
    open_ = (col(AccessLogEntry.digested_on).is_(None), col(AccessLogEntry.occurred_at) < clock.midnight(today))
    session.execute(update(AccessLogEntry).where(*open_).values(digested_on=day))
    found = list(digests(queries.digested(session, day), last))
    append(session, [Act(actor, made.service_center_id, DIGESTED, str(day), (), made.details()) for made in found])
    return sum(made.rows for made in found)


def digests(entries: Iterable[RowMapping | dict[str, Any]], last: date | None) -> Iterator[Digest]:
    """Digest entries that come service center by service center; `last` is the last day that was digested before.

    What is hashed is a line of canonical JSON for each, without what is NULL and without the mark itself.
    """
    for center, group in groupby(entries, key=lambda entry: entry["service_center_id"]):
        hashed = hashlib.sha256()
        rows = late = 0
        first_id = last_id = ""
        for entry in group:
            hashed.update(f"{_line(entry)}\n".encode())
            last_id = str(entry["id"])
            first_id = first_id or last_id
            rows += 1
            late += last is not None and clock.business_date(entry["occurred_at"]) <= last
        yield Digest(center, rows, late, first_id, last_id, hashed.hexdigest())


def _line(entry: RowMapping | dict[str, Any]) -> str:
    said = {name: plain(value) for name, value in entry.items() if value is not None and name != "digested_on"}
    return canonical(said)


def forget(database: Database, actor: Actor, today: date, days: int) -> int:
    """Delete the entries of digests that are older than so many days, and give their number.

    The act is written first, so that `kaohe verify` knows what may be gone; then they go in batches, each in its own
    transaction.
    """
    through = today - timedelta(days=days)
    with database.write() as session:
        if not queries.is_kept(session, through):
            return 0
        append(session, [Act(actor, None, FORGOTTEN, str(through), (), {"days": days})])
    forgotten = 0
    while gone := _forget_some(database, through):
        forgotten += gone
    return forgotten


def _forget_some(database: Database, through: date) -> int:
    old = select(col(AccessLogEntry.id)).where(col(AccessLogEntry.digested_on) <= through).limit(_FORGOTTEN_AT_ONCE)
    with database.write() as session:
        done = session.execute(delete(AccessLogEntry).where(col(AccessLogEntry.id).in_(old)))
        assert isinstance(done, CursorResult)  # noqa: S101 as every delete gives
        return done.rowcount
