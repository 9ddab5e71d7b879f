"""Compares the entries that are kept with the digests in the audit's chains, which are checked before."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from sqlmodel import Session, col

from app.features.access_log import queries
from app.features.access_log.digesting import DIGESTED, FORGOTTEN, digests
from app.features.audit.hashing import HASH_NAME
from app.features.audit.rows import Unreadable, read_rows
from app.features.audit.verify import Bad
from app.models import AccessLogEntry

Key = tuple[date, uuid.UUID | None]
"""The last day of a digest, and its service center."""


def wrong(session: Session) -> Iterator[Bad]:
    """Name the days whose entries are not those that were digested; what was forgotten by its time is not missed."""
    forgotten = max((date.fromisoformat(day) for day, *_ in queries.acts(session, FORGOTTEN)), default=date.min)
    said: dict[Key, Mapping[str, Any]] = {
        (date.fromisoformat(day), center): details for day, center, details in queries.acts(session, DIGESTED)
    }
    expected = {key: details for key, details in said.items() if key[0] > forgotten}
    damaged: list[Bad] = []
    for day, group in groupby(_readable(session, damaged), key=lambda entry: entry["digested_on"]):
        if day is None or day <= forgotten:
            continue
        for made in digests(group, None):
            key = (day, made.service_center_id)
            told = expected.pop(key, None)
            if told is None:
                yield Bad(_place(key), f"{made.rows} entries are marked as digested, and no digest tells of them")
            elif (told["rows"], told[HASH_NAME]) != (made.rows, made.hash):
                yield Bad(_place(key), f"{told['rows']} entries were digested; the {made.rows} there are others")
    for key, told in expected.items():
        yield Bad(_place(key), f"all of its {told['rows']} entries are gone")
    yield from damaged


def _readable(session: Session, damaged: list[Bad]) -> Iterator[dict[str, Any]]:
    """Stream the entries in the order of their digests; those that cannot be read are added to `damaged`."""
    order = (col(AccessLogEntry.digested_on), col(AccessLogEntry.service_center_id), col(AccessLogEntry.id))
    for entry in read_rows(session, AccessLogEntry, *order):
        if isinstance(entry, Unreadable):
            damaged.append(Bad(f"access_log {entry.key}", f"cannot be read: {entry.error}"))
        else:
            yield entry


def _place(key: Key) -> str:
    day, center = key
    return f"access_log {center or 'service'} up to {day}"
