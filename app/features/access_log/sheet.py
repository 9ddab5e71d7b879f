"""The access log as a table to be saved."""

import uuid
from collections.abc import Collection

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.documents import csv_sheet
from app.features.access_log import queries
from app.features.access_log.queries import EntryFilter
from app.features.audit.sheet import cell

HEADINGS = (
    "occurred_at",
    "kind",
    "principal",
    "role",
    "method",
    "route",
    "subjects",
    "status",
    "times",
    "code",
    "address",
    "service_center",
    "service_center_id",
    "vendor_id",
    "principal_id",
    "request_id",
    "digested_on",
    "id",
)


def write(session: Session, centers: Collection[uuid.UUID], wanted: EntryFilter) -> bytes:
    """Write what a list with these filters holds, to its end, and the centers' codes; raises ExportTooLarge."""
    # One row more than a file takes tells that there are more.
    rows = queries.first_entries(session, centers, wanted, csv_sheet.MOST_ROWS + 1)
    return csv_sheet.write(HEADINGS, (_cells(row) for row in rows))


def _cells(row: RowMapping) -> list[str | int | None]:
    return [cell(row[name]) for name in HEADINGS]
