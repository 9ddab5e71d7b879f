"""Compares what a month brought to the halls and counters of a contract's center, by its figures on record."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.calendar.queries import work_calendar
from app.features.metrics import queries
from app.rules.loads import READ, Comparison, Place, compare
from app.rules.periods import Period
from app.rules.working_days import WorkCalendar

UNREGISTERED = "unregistered"
"""The level of places that the center has not entered among its halls and counters."""


@dataclass(frozen=True, slots=True)
class Loads:
    """A month's loads: halls beside halls, counters beside counters, for a hall's figures hold its counters'."""

    working_days: int
    provisional: bool
    comparisons: Mapping[str, Comparison]


def loads(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, over_at: Fraction, under_at: Fraction
) -> Loads:
    """Compare the places of a month; 404 where the contract or the month is not the caller's."""
    served = queries.served(session, caller.centers, contract_id, str(period))
    if served is None:
        raise NotFound(f"{period} is not a recorded service month of the contract.", pointer="/path/period")
    calendar = work_calendar(session)
    first, last = served["served_from"], served["served_to"]
    row = queries.month(session, caller.centers, contract_id, str(period))
    of_site: dict[str, dict[str, Fraction]] = {}
    for entry in row["figures"] if row else ():
        if entry["site"] is not None and entry["code"] in READ:
            of_site.setdefault(entry["site"], {})[entry["code"]] = Fraction(entry["value"])
    levels: dict[str, list[Place]] = {}
    for level, place in _places(session, served["service_center_id"], of_site):
        levels.setdefault(level, []).append(place)
    days = _working_days(calendar, first, last)
    compared = {level: compare(places, days, over_at, under_at) for level, places in levels.items()}
    return Loads(
        days, calendar.is_provisional(first, last), {level: one for level, one in compared.items() if one.loads}
    )


def _places(
    session: Session, center: uuid.UUID, figures: Mapping[str, Mapping[str, Fraction]]
) -> Iterator[tuple[str, Place]]:
    """Give the center's own places, counters first, and then those that only the figures name."""
    rows = sorted(queries.places(session, center), key=lambda row: (row["level"], row["code"]))
    known = set()
    for row in rows:
        # A code that a hall and a counter share is taken for the counter's, once.
        if row["code"] not in known:
            yield row["level"], Place(row["code"], row["name"], figures.get(row["code"], {}))
        known.add(row["code"])
    for site in sorted(figures.keys() - known):
        yield UNREGISTERED, Place(site, site, figures[site])


def _working_days(calendar: WorkCalendar, first: Any, last: Any) -> int:  # noqa: ANN401 dates of a row
    """Count the working days of a stretch, its first day with them."""
    return calendar.working_days_after(first, last) + calendar.is_working_day(first)
