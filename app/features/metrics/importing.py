"""Takes a file of monthly figures onto the record: all of it or nothing, beside what is there."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sqlmodel import Session

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.contracts.service import lock
from app.features.metrics import queries
from app.features.metrics.catalogue import by_name, standard_codes
from app.features.metrics.files import open_table
from app.features.metrics.writing import Figures, Written, write
from app.models import Contract, MonthMetrics
from app.rules import metric_tables
from app.rules.faults import Fault
from app.rules.metric_tables import Entry, Known, Layout, pointer_of

MOST_FAULTS = 200
"""Faults that one answer names; a table that is wrong throughout has one in every cell."""

Key = tuple[str, str | None]
"""What finds a figure of a month: its code and its site."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that the file changes, or adds where `old` is None, and the cell that says so."""

    code: str
    site: str | None
    old: str | None
    new: str
    cell: str


@dataclass(frozen=True, slots=True)
class MonthImport:
    """What a file does to a month: `version` is the one after it, or the one that stands where nothing changes."""

    period: str
    version: int
    changes: tuple[Changed, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file did, or would do."""

    read_as: str
    layout: Layout
    sheet: str | None
    ignored: tuple[str, ...]
    own_codes: tuple[str, ...]
    months: tuple[MonthImport, ...]


def take_in(session: Session, caller: Caller, contract_id: uuid.UUID, content: bytes, *, dry_run: bool) -> Imported:
    """Put the figures that the file names on record, and leave every other one as it is; a dry run writes nothing.

    Raises Invalid with every fault by its cell.
    """
    contract = lock(session, caller, contract_id)
    file = open_table(content)
    known = Known(by_name(), _places(session, contract))
    table = metric_tables.read(file.table, known)
    months = {row["period"] for row in contract_queries.months(session, contract.id)}
    _refuse([*table.faults, *_of_months(table.entries, months)])
    by_month = _by_month(table.entries)
    stored = queries.for_update(session, contract.id, list(by_month))
    found = [_month(period, stored.get(period), entries) for period, entries in by_month.items()]
    if not dry_run:
        _write(session, caller, contract, stored, found)
    own = sorted({entry.code for entry in table.entries} - standard_codes().keys())
    sheet = file.table.name or None
    return Imported(file.read_as, table.layout, sheet, table.ignored, tuple(own), tuple(found))


def _places(session: Session, contract: Contract) -> dict[str, str]:
    """Give the codes of halls and counters by code and by name; a name that two of them have finds neither."""
    rows = queries.places(session, contract.service_center_id)
    names = [row["name"] for row in rows]
    unique = {row["name"]: row["code"] for row in rows if names.count(row["name"]) == 1}
    return unique | {row["code"]: row["code"] for row in rows}


def _of_months(entries: Sequence[Entry], months: set[str]) -> Iterator[Fault]:
    today = clock.today()
    for entry in {entry.month_cell: entry for entry in entries}.values():
        pointer, cell, period = pointer_of(entry.month_cell), entry.month_cell, entry.period
        if period.first_day > today:
            detail = f"{cell}: {period} has not begun."
            yield Fault(pointer, "month-not-begun", detail, "Record what was measured, once it was.")
        elif str(period) not in months:
            detail = f"{cell}: {period} is not a recorded service month of the contract."
            yield Fault(pointer, "period-outside-service", detail, "Leave it out, or check the contract.")


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        more = len(faults) - MOST_FAULTS
        detail = faults[0].detail + (f" {more} more faults than the {MOST_FAULTS} named." if more > 0 else "")
        raise Invalid(detail, faults=faults[:MOST_FAULTS])


def _by_month(entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    ordered = sorted(entries, key=lambda entry: (entry.period, entry.code, entry.site or ""))
    return {str(period): list(of_month) for period, of_month in groupby(ordered, key=lambda entry: entry.period)}


def _month(period: str, row: MonthMetrics | None, entries: Sequence[Entry]) -> MonthImport:
    before = _figures(row)
    changes = []
    for entry in entries:
        old = before.get((entry.code, entry.site))
        # 97.40% and 0.974 are one figure: what is on record stays as it was written.
        if old is None or Decimal(old) != entry.value:
            changes.append(Changed(entry.code, entry.site, old, f"{entry.value:f}", entry.cell))
    version = (row.version if row else 0) + bool(changes)
    return MonthImport(period, version, tuple(changes), len(entries) - len(changes))


def _figures(row: MonthMetrics | None) -> dict[Key, str]:
    figures = row.figures if row else []
    return {(str(entry["code"]), entry["site"]): str(entry["value"]) for entry in figures}


def _write(
    session: Session,
    caller: Caller,
    contract: Contract,
    stored: Mapping[str, MonthMetrics],
    found: Sequence[MonthImport],
) -> None:
    months = {month.period: _merged(stored.get(month.period), month) for month in found if month.changes}
    if months:
        details = {"contract_id": str(contract.id), "periods": sorted(months)}
        write(session, caller, "metrics.imported", contract, stored, months, details)


def _merged(row: MonthMetrics | None, month: MonthImport) -> Written:
    merged = _figures(row) | {(change.code, change.site): change.new for change in month.changes}
    ordered = sorted(merged.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    figures: Figures = [{"code": code, "site": site, "value": value} for (code, site), value in ordered]
    return Written(figures, row.note if row else None)
