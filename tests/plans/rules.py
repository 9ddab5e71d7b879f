"""What no statement may do: read more, the longer the record is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlmodel import SQLModel

from tests.plans import million
from tests.plans.book import Read
from tests.plans.wide import COST, FILTERS, REASONS

DEARER = 1.5
"""A statement may cost so many times as much over a record that is ten times as long."""
CHEAP = 500
"""Below this cost growth is no matter: as much as reading so many pages in turn, a millisecond or two."""
WIDE = {(by, what) for functions in REASONS.values() for by, excused in functions.items() for what in excused}
"""Functions, each with a table that it may read whole, or with its cost that may grow."""
SEEKING = {filter_ for filters in FILTERS.values() for filter_ in filters}


def grows(table: str) -> bool:
    """Tell whether a table grows with the record."""
    return table in SQLModel.metadata.tables and table not in million.CATALOGUES


@dataclass(frozen=True, slots=True)
class Breach:
    """How a statement breaks the rule: the tables that it reads whole, or else that its cost grows."""

    read: Read
    what: frozenset[str]
    said: str

    @property
    def excused(self) -> set[object]:
        """Give the reasons that are written down for all of it: of its function, or of each filter it is sent for."""
        written = {(self.read.sent.by, what) for what in self.what} & WIDE
        if len(written) == len(self.what):
            return set(written)
        filters = {origin.partition("=")[0] for origin in self.read.origins}
        return set(filters) if filters <= SEEKING else set()


def broken(reads: Iterable[Read]) -> Iterator[Breach]:
    """Give each statement that reads a growing table whole, or that grows dearer with the record."""
    for read in reads:
        page = "LIMIT" in read.sent.text.split() and not read.plan.sorts
        whole = [access for access in read.plan.accesses if not access.narrow and grows(access.table)]
        if whole and not page:
            said = f"reads all of {', '.join(f'{access.table} ({access.index})' for access in whole)}"
            yield Breach(read, frozenset(access.table for access in whole), said)
        elif read.plan.cost > max(CHEAP, DEARER * read.cost):
            said = f"costs {read.plan.cost:.0f} over ten times the record that costs {read.cost:.0f}"
            yield Breach(read, frozenset({COST}), said)


def faults(reads: Iterable[Read]) -> list[str]:
    """Say what breaks the rule without a reason that is written down."""
    found = (
        f"{breach.read.sent.by} {breach.said}, asked by {', '.join(breach.read.origins[:3])}"
        for breach in broken(reads)
        if not breach.excused
    )
    return sorted(set(found))
