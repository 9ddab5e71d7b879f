"""A year's budget in one table: what each line came to on a day, what of it was spent, the rate and its base."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.documents import csv_sheet
from app.features.budgets import queries, reading_queries
from app.features.budgets.lines import known
from app.features.budgets.reading_queries import LineFilter
from app.rules.budgets import Base, Position, Rate, position, rate_of
from app.rules.money import yuan


@dataclass(frozen=True, slots=True)
class LineSummary:
    """A line with its adjustments up to a day, what it came to, and its rate."""

    row: RowMapping
    adjustments: Sequence[RowMapping]
    position: Position
    rate: Rate


@dataclass(frozen=True, slots=True)
class Summary:
    """The lines of a year on a day, and all of them together."""

    year: int
    as_of: date
    lines: Sequence[LineSummary]
    total: Position
    rate: Rate


def summarize(session: Session, centers: Collection[uuid.UUID], wanted: LineFilter, base: Base, as_of: date) -> Summary:
    """Sum up the lines of a year on a day, of the latest that has some where none is asked for.

    The statements do not grow with the lines.
    """
    year = wanted.year or reading_queries.latest_year(session, centers, wanted) or as_of.year
    wanted = replace(wanted, year=year)
    rows = reading_queries.all_lines(session, centers, wanted)
    found = positions(session, rows, as_of)
    contracts = queries.contract_years(session, {row["contract_id"] for row in rows if row["contract_id"]}, year)
    made: dict[uuid.UUID, list[RowMapping]] = {}
    for row in queries.adjustments(session, [row["id"] for row in rows]):
        if row["adjusted_on"] <= as_of:
            made.setdefault(row["budget_line_id"], []).append(row)
    lines = [
        LineSummary(
            row,
            made.get(row["id"], []),
            found[row["id"]],
            rate_of(found[row["id"]], base, contracts.get(row["contract_id"])),
        )
        for row in rows
    ]
    total = reduce(Position.plus, found.values(), Position(0))
    return Summary(year, as_of, lines, total, rate_of(total, base, _together(rows, contracts)))


def positions(session: Session, rows: Sequence[RowMapping], as_of: date) -> dict[uuid.UUID, Position]:
    """Reckon lines on a day."""
    ids = [row["id"] for row in rows]
    made: dict[uuid.UUID, list[RowMapping]] = {}
    for adjustment in queries.adjustments(session, ids):
        made.setdefault(adjustment["budget_line_id"], []).append(adjustment)
    executed = queries.executed(session, ids, as_of)
    wrong = queries.mismatched_sums(session, ids, as_of)
    return {
        row["id"]: position(
            row["initial_fen"], known(made.get(row["id"], ())), executed[row["id"]], wrong.get(row["id"], 0), as_of
        )
        for row in rows
    }


def _together(rows: Sequence[RowMapping], contracts: Mapping[uuid.UUID, int]) -> int | None:
    """Add the contracts' amounts, each once; None where a line has none, so that nothing is left out unseen."""
    named = {row["contract_id"] for row in rows}
    return sum(contracts.values()) if named and named <= contracts.keys() else None


HEADINGS = (
    "project",
    "name",
    "initial",
    "added",
    "taken",
    "moved_in",
    "moved_out",
    "full_year",
    "executed",
    "unspent",
    "base",
    "base_amount",
    "rate_percent",
    "mismatched",
    "unexplained",
)


def sheet(summary: Summary) -> bytes:
    """Write a summary as a table to be saved, its last row the total."""
    rows = [(line.row["project"], line.row["name"], line.position, line.rate) for line in summary.lines]
    return csv_sheet.write(HEADINGS, (_cells(*row) for row in [*rows, ("合计", "", summary.total, summary.rate)]))


def _cells(project: str, name: str, of: Position, rate: Rate) -> list[str | Decimal | None]:
    amounts = (of.initial_fen, of.added_fen, of.taken_fen, of.moved_in_fen, of.moved_out_fen)
    ends = (of.full_year_fen, of.executed_fen, of.unspent_fen)
    base = None if rate.of_fen is None else _number(rate.of_fen)
    percent = rate.percent or (rate.unknown and rate.unknown.value)
    found = [rate.base.value, base, percent, _number(of.mismatched_fen), _number(of.unexplained_fen)]
    return [project, name, *map(_number, amounts), *map(_number, ends), *found]


def _number(fen: int) -> Decimal:
    """Give an amount in yuan as a number, which is none of a formula's beginnings even below 0."""
    return Decimal(yuan(fen))
