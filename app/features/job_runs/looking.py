"""Decides which contracts a run looks at: those of which something changed, those that time moves, or all."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.nights import queries as nights
from app.features.nights.queries import Among
from app.health import head
from app.models.words import RunStatus
from app.rules.working_days import next_notice_reaches_from

FULL_WEEKDAY = 6
"""Sunday: the night on which every job looks at all contracts, and so finds what no mark has named."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a run looks at; `among` selects its contracts, and is None where it is all of them.

    `since` is the date of the run before, by which everything else has been judged; None where there is none to rely
    on. `expected` selects what a run over all contracts should have to correct at most; None where nobody can say.
    """

    gathered: int
    among: Among | None = None
    expected: Among | None = None
    since: date | None = None

    def overlooked(self, session: Session, seen: Iterable[uuid.UUID]) -> Callable[[Iterable[uuid.UUID]], int]:
        """Prepare to count, of contracts that are about to be judged, those corrected though nothing named them."""
        if self.expected is None:
            return lambda _corrected: 0
        named = nights.named(session, list(seen), self.expected)
        return lambda corrected: len(set(corrected) - named)


def look(job: str, as_of: date, standing: RowMapping, moved: Among, *, full: bool) -> Look:
    """Say what a run for a date looks at, by how the job stands; `moved` selects what time alone moves.

    All contracts, where there is none, where another program made it, where it failed when it was run again, where
    something has changed that concerns all, where the calendar's own year turns, on Sundays, and where `full` asks.
    """
    gathered, since = standing["last_gathering"], standing["business_date"]
    if full or standing["gathered"] is None or standing["concerns_all"] or _turns(since, as_of):
        return Look(gathered)
    if standing["program"] != program() or standing["status"] is not RunStatus.SUCCEEDED:
        return Look(gathered)
    named = nights.looked_at(job, as_of, standing["gathered"], since, _broken(standing)).plus(moved)
    if as_of.weekday() == FULL_WEEKDAY:
        # What was marked since the gathering may have been seen by the run, and is no fault.
        return Look(gathered, expected=named.plus(nights.MARKED))
    return Look(gathered, among=named, since=since)


def _broken(before: RowMapping) -> list[uuid.UUID]:
    """Give the contracts that could not be read: whoever repairs one may leave no mark."""
    return [uuid.UUID(failure["contract_id"]) for failure in before["failures"]]


def _turns(since: date, as_of: date) -> bool:
    """Tell whether a day lies between on which open alerts may come to rest on a notice of holidays to come."""
    turns = [day for year in range(since.year, as_of.year + 1) for day in (date(year, 1, 1), _reach(year))]
    return any(since < day <= as_of for day in turns)


def _reach(year: int) -> date:
    return next_notice_reaches_from(year)


@lru_cache
def program() -> str:
    """Name this program by its version and its newest migration: another one may judge the same facts otherwise."""
    try:
        number = version("kaohe")
    except PackageNotFoundError:
        number = ""
    return f"{number}/{head()}"
