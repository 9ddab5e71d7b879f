"""Finds the years whose holiday notice is not in the calendar when they are about to begin: `calendar_missing`."""

from datetime import date

from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.calendar import queries
from app.models.words import AlertKind, Severity


def evaluate(session: Session, as_of: date) -> Evaluation:
    """Say which years lack their notice since 1 December before them, and since when they have it.

    Never a year that came with the database, nor one before the first of those.
    """
    years = queries.covered_years(session)
    shipped = {year.year for year in years if year.shipped}
    imported = {year.year: year.recorded_on for year in years if not year.shipped}
    evaluation = Evaluation(rows_read=len(years))
    for year in range(min(shipped, default=as_of.year + 2), as_of.year + 2):
        state = None if year in shipped else _missing(year, imported.get(year), as_of)
        if state:
            evaluation.states.append(state)
    return evaluation


def _missing(year: int, imported_on: date | None, as_of: date) -> AlertState | None:
    since = date(year - 1, 12, 1)
    if as_of < since or (imported_on is not None and imported_on < since):
        return None
    until = imported_on if imported_on is not None and imported_on <= as_of else None
    facts = {"year": year} | ({"imported_on": until.isoformat()} if until else {})
    return AlertState(AlertKind.CALENDAR_MISSING, None, None, str(year), Severity.WARNING, since, until, facts)
