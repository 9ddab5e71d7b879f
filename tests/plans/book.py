"""The book of plans: by which index each function of the program reads each table, and how many statements there are.

`expected.yaml` is made of it by `python -m tests.plans`, and is read by people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.plans import million
from tests.plans.explaining import OfPostgres, OfSqlite, Plan, planned
from tests.plans.hearing import Heard, Sent

EXPECTED = Path(__file__).with_name("expected.yaml")
LONGER = 10
"""So many times as long is the record in ten times the time, or with ten times as many contracts."""
ONCE_A_PROCESS = {"calendar.queries.covered_years", "calendar.queries._load"}
"""Asked when a process first needs it and after each notice: no request's own."""

Indexes = dict[str, dict[str, list[str]]]
"""Of each function: the indexes by which it reads a table."""


@dataclass(frozen=True, slots=True)
class Read:
    """A statement with its plan where the record is long, the cost where it is shorter, and who asked for it."""

    sent: Sent
    plan: Plan
    cost: float
    origins: tuple[str, ...]


def distinct(heard: Heard) -> Iterator[tuple[Sent, tuple[str, ...]]]:
    """Give each statement once for each function that asks for it, with the operations and jobs that do."""
    origins: dict[tuple[str, str], list[str]] = defaultdict(list)
    first: dict[tuple[str, str], Sent] = {}
    for origin, sent in heard.sent.items():
        for one in sent:
            if planned(one):
                first.setdefault((one.by, one.shape), one)
                origins[one.by, one.shape].append(origin)
    for key in sorted(first):
        yield first[key], tuple(dict.fromkeys(origins[key]))


def of_sqlite(heard: Heard, asked: OfSqlite) -> list[Read]:
    """Read the plans of SQLite, which plans alike however long a record is."""
    return [Read(sent, asked.plan(sent), 0, origins) for sent, origins in distinct(heard)]


def of_postgres(heard: Heard, asked: OfPostgres) -> list[Read]:
    """Read the plans of PostgreSQL over a database that was filled, at both lengths."""
    each = list(distinct(heard))
    million.swell(asked.connection, 1)
    costs = [asked.plan(sent).cost for sent, _ in each]
    million.swell(asked.connection, LONGER)
    return [Read(sent, asked.plan(sent), cost, origins) for (sent, origins), cost in zip(each, costs, strict=True)]


def indexes(reads: Iterable[Read]) -> Indexes:
    """Give the indexes by which each function reads each table."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for read in reads:
        for access in read.plan.accesses:
            found[read.sent.by][access.table].add(access.index)
    return {by: {table: sorted(names) for table, names in sorted(of.items())} for by, of in sorted(found.items())}


def counts(heard: Heard, *, narrowed: bool = False) -> dict[str, int]:
    """Count the statements of each operation as it is documented, and of each job; of lists also as `narrowed`."""
    each = {origin: sent for origin, sent in sorted(heard.sent.items()) if narrowed or "?" not in origin}
    return {origin: sum(one.by not in ONCE_A_PROCESS for one in sent) for origin, sent in each.items()}


def repeated(heard: Heard) -> set[tuple[str, str]]:
    """Give what asks the same more than once within one operation: the function, and the operation or job."""
    found = set()
    for origin, sent in heard.sent.items():
        times = Counter((one.by, one.shape) for one in sent)
        found |= {(by, origin.partition("?")[0]) for (by, _), count in times.items() if count > 1}
    return found


def differences(written: Indexes, found: Indexes) -> list[str]:
    """Say of which function and table the indexes are not those that are written down."""
    said = []
    for by in sorted(written.keys() | found.keys()):
        was, is_ = written.get(by, {}), found.get(by, {})
        said += [
            f"{by}: {table} by {is_.get(table)} instead of {was.get(table)}"
            for table in sorted(was.keys() | is_.keys())
            if was.get(table) != is_.get(table)
        ]
    return said


def expected(dialect: str) -> tuple[dict[str, int], Indexes]:
    """Read what is written down of one database: the numbers of statements, and the indexes."""
    written = yaml.safe_load(EXPECTED.read_text())
    statements = {origin: _of(value, dialect) for origin, value in written["statements"].items()}
    read_by = {
        by: {table: _of(names, dialect) for table, names in tables.items() if _of(names, dialect)}
        for by, tables in written["indexes"].items()
    }
    return statements, {by: tables for by, tables in read_by.items() if tables}


def _of(value: Any, dialect: str) -> Any:  # noqa: ANN401 a figure or a list
    return value.get(dialect) if isinstance(value, dict) else value


def write(statements: dict[str, dict[str, int]], found: dict[str, Indexes]) -> None:
    """Write the book anew; what is the same on both databases stands once."""
    by_origin = {
        origin: _once({dialect: of.get(origin, 0) for dialect, of in statements.items()}) for origin in _all(statements)
    }
    by_function = {
        by: {
            table: _once({dialect: of.get(by, {}).get(table, []) for dialect, of in found.items()})
            for table in _all({dialect: of.get(by, {}) for dialect, of in found.items()})
        }
        for by in _all(found)
    }
    EXPECTED.write_text(
        _HEAD
        + yaml.safe_dump({"statements": by_origin}, sort_keys=False)
        + yaml.safe_dump({"indexes": by_function}, sort_keys=False, width=120, default_flow_style=None)
    )


def _all(by_dialect: dict[str, Any]) -> list[str]:
    return sorted(set().union(*by_dialect.values()))


def _once(by_dialect: dict[str, Any]) -> Any:  # noqa: ANN401 a figure or a list
    first, *others = by_dialect.values()
    return first if all(other == first for other in others) else by_dialect


_HEAD = """\
# Made by `python -m tests.plans`, to be looked through before it is committed.
#
# statements: how many an operation sends as it is documented, and a job over the documented service center.
# indexes: by which each function of the program reads each table. "the whole table" is for catalogues, and for what
# tests/plans/wide.py gives a reason for.
"""
