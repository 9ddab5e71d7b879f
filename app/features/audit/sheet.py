"""The audit's events as a table to be saved."""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.documents import csv_sheet
from app.features.audit import queries
from app.features.audit.hashing import plain
from app.features.audit.queries import EventFilter
from app.models.columns import canonical

HEADINGS = (
    "recorded_at",
    "actor",
    "action",
    "subject_kind",
    "subject_id",
    "details",
    "principal_id",
    "request_id",
    "service_center_id",
    "chain",
    "number",
    "hash",
    "id",
)


def write(session: Session, centers: Collection[uuid.UUID], wanted: EventFilter) -> bytes:
    """Write what a list with these filters holds, to its end; raises ExportTooLarge.

    Which rows an act changed is left out: `hash` covers it, and the chains as JSON lines name it.
    """
    # One row more than a file takes tells that there are more.
    rows = queries.first_events(session, centers, wanted, csv_sheet.MOST_ROWS + 1)
    return csv_sheet.write(HEADINGS, (_cells(row) for row in rows))


def _cells(row: RowMapping) -> list[str | int | None]:
    return [cell(row[name]) for name in HEADINGS]


def cell(value: Any) -> str | int | None:  # noqa: ANN401 a column holds any value
    """Give a column's value as the API writes it: instants in UTC with a Z, lists and objects as JSON."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict | list):
        return canonical(value)
    written: str | int | None = plain(value)
    return written
