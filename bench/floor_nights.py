"""The floor of a night: for each job the select that one writes by hand, and the night's own rows by the driver."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import SQLModel

from app.models import JobRun
from bench.drivers import Driver

Found = Sequence[Sequence[object]]
_PRICED = "('issue-01', 'issue-02', 'issue-03')"

_MISSED = """
    SELECT d.contract_id, d.subject, d.due_on, d.met_on, d.provisional FROM due_dates d
    WHERE d.kind = ? AND d.due_on < ? AND (d.met_on IS NULL OR d.met_on > d.due_on)
      AND (d.superseded_on IS NULL OR d.superseded_on > d.due_on)
    ORDER BY d.contract_id, d.subject
"""
_LATE_NOTICES = """
    SELECT a.contract_id, a.period, d.due_on, a.notified_on, d.provisional, a.stage FROM due_dates d
    JOIN assessments a ON a.contract_id = d.contract_id AND a.period = d.subject
    WHERE d.kind = 'notice' AND d.due_on < ? AND (d.met_on IS NULL OR d.met_on > d.due_on)
      AND (d.superseded_on IS NULL OR d.superseded_on > d.due_on)
    ORDER BY a.contract_id, a.period
"""
_OVERDUE = """
    SELECT d.contract_id, d.subject, d.due_on, d.met_on, f.period, f.occurred_on, f.counter, t.code, t.name_zh
    FROM due_dates d JOIN findings f ON f.id = {finding} JOIN issue_types t ON t.id = f.issue_type_id
    WHERE d.kind = 'rectification' AND d.due_on < ? AND (d.met_on IS NULL OR d.met_on > d.due_on)
      AND (d.superseded_on IS NULL OR d.superseded_on > d.due_on)
    ORDER BY d.contract_id, d.subject
"""
_REPEATED = """
    WITH near AS (
        SELECT contract_id, issue_type_id, {year} AS year FROM findings WHERE occurred_on <= ?
        GROUP BY contract_id, issue_type_id, {year} HAVING count(*) >= 7
    )
    SELECT f.contract_id, f.issue_type_id, f.occurred_on, f.counter, t.code, t.name_zh, n.year FROM near n
    JOIN findings f ON f.contract_id = n.contract_id AND f.issue_type_id = n.issue_type_id AND {of_year} = n.year
    JOIN issue_types t ON t.id = f.issue_type_id
    ORDER BY f.contract_id, f.issue_type_id, f.occurred_on
"""
_FAILED = """
    SELECT contract_id, period, score_hundredths, pass_mark_hundredths, grade, final_on FROM assessments
    WHERE verdict = 'below' AND final_on <= ? ORDER BY contract_id, period
"""
_MONEY = """
    WITH settled AS (SELECT contract_id, max(ends_on) AS ends_on FROM settlements GROUP BY contract_id)
    SELECT a.contract_id, a.period, t.code, count(*) FROM assessments a
    JOIN settled s ON s.contract_id = a.contract_id AND s.ends_on < a.served_to
    JOIN findings f ON f.contract_id = a.contract_id AND f.period = a.period
    JOIN issue_types t ON t.id = f.issue_type_id
    WHERE a.final_on IS NOT NULL AND a.served_to < ?
      AND t.code IN {priced} AND f.withdrawn_on IS NULL
    GROUP BY a.contract_id, a.period, t.code
"""


@dataclass(frozen=True, slots=True)
class FloorJob:
    """What a job took by hand: finding, and writing what the night wrote."""

    job: str
    seconds: float
    found: int


def selects(driver: Driver, day: date) -> list[FloorJob]:
    """Find by hand what the jobs find, and time each select with the fetching of its rows."""
    year = "substr({}, 1, 4)" if driver.sqlite else "extract(year FROM {})"
    finding = "replace(d.subject, '-', '')" if driver.sqlite else "d.subject::uuid"
    asked: list[tuple[str, str, tuple[object, ...]]] = [
        ("flag_late_notices", _LATE_NOTICES, (day,)),
        ("flag_overdue_rectifications", _OVERDUE.format(finding=finding), (day,)),
        (
            "flag_repeat_offences",
            _REPEATED.format(year=year.format("occurred_on"), of_year=year.format("f.occurred_on")),
            (day,),
        ),
        ("flag_below_pass_mark", _FAILED, (day,)),
        ("flag_consecutive_fails", _FAILED, (day,)),
        *(
            (job, _MISSED, (kind, day))
            for job, kind in (
                ("flag_missing_annual_assessments", "annual_assessment"),
                ("flag_missing_monthly_reports", "monthly_report"),
                ("flag_missing_metrics", "metrics"),
                ("flag_vacant_key_posts", "key_post"),
                ("flag_payments_behind", "payment"),
            )
        ),
        ("draft_due_settlements", _MONEY.format(priced=_PRICED), (day,)),
    ]
    return [_timed(driver, job, statement, values) for job, statement, values in asked]


def _timed(driver: Driver, job: str, statement: str, values: tuple[object, ...]) -> FloorJob:
    began = time.perf_counter()
    given = [str(value) if isinstance(value, date) and driver.sqlite else value for value in values]
    rows = driver.read(statement, *given)
    return FloorJob(job, time.perf_counter() - began, len(rows))


def written_by(ours: Driver, before: Driver) -> dict[str, tuple[list[str], Found]]:
    """Give the rows that a night has added to a database, by table in the order in which they can be inserted.

    `before` is a copy of the database from before the night.
    """
    added: dict[str, tuple[list[str], Found]] = {}
    for table in SQLModel.metadata.sorted_tables:
        if table.name == JobRun.__tablename__:
            continue
        keys = [column.name for column in table.primary_key]
        known = {tuple(row) for row in before.read(f"SELECT {', '.join(keys)} FROM {table.name}")}  # noqa: S608 own names
        count = ours.read(f"SELECT count(*) FROM {table.name}")[0][0]  # noqa: S608 own names
        if count == len(known):
            continue
        names = [*keys, *(column.name for column in table.columns if column.name not in keys)]
        rows = ours.read(f"SELECT {', '.join(names)} FROM {table.name}")  # noqa: S608 own names
        added[table.name] = (names, [row for row in rows if tuple(row[: len(keys)]) not in known])
    return added


def insert(driver: Driver, added: dict[str, tuple[list[str], Found]]) -> dict[str, float]:
    """Insert a night's rows table by table in one transaction each, and give the seconds of each."""
    return {name: _seconds(lambda name=name: _insert(driver, name, *added[name])) for name in added}  # type: ignore[misc]


def _insert(driver: Driver, table: str, names: list[str], rows: Found) -> None:
    with driver.write() as transaction:
        transaction.add_rows(table, names, rows)


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
