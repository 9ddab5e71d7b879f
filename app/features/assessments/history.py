"""Revised months as they stood on a day, and alerts replayed over the days on which a revision changed them."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState
from app.features.assessments.narrowing import versions_of_revised
from app.features.contracts.within import Within

Month = RowMapping | dict[str, Any]
"""A month's row; of a revised one, as it stood on some day."""

_ONE_DAY = timedelta(days=1)


class History:
    """The versions of the months that were revised; every other month has only ever been what it is."""

    def __init__(self, versions: Iterable[Month]) -> None:
        """Group the versions by their month."""
        self._versions: dict[uuid.UUID, list[Month]] = {}
        for version in versions:
            self._versions.setdefault(version["assessment_id"], []).append(version)

    def on(self, month: Month, day: date) -> Month:
        """Give a month as it stood at the end of a day."""
        version = next((v for v in reversed(self._of(month)) if v["number"] == 0 or v["revised_on"] <= day), None)
        return month if version is None else {**month, **version, "id": month["id"]}

    def stood_since(self, month: Month, day: date, same: Callable[[Month], bool]) -> date:
        """Give the first day of the stretch, up to `day`, over which what `same` asks held of a month's versions."""
        since: date = month["final_on"]
        held = False
        for version in self._of(month):
            if version["number"] > 0 and version["revised_on"] > day:
                break
            if same(version) and not held:
                since = month["final_on"] if version["number"] == 0 else version["revised_on"]
            held = same(version)
        return since

    def days(self, months: Iterable[Month]) -> list[date]:
        """List the days on which months were revised."""
        return sorted({v["revised_on"] for month in months for v in self._of(month) if v["number"] > 0})

    def _of(self, month: Month) -> Sequence[Month]:
        return self._versions.get(month["id"], ()) if month["revision"] else ()


def read_history(session: Session, within: Within) -> History:
    """Read what was revised, in one statement."""
    return History(versions_of_revised(session, within))


def replay(
    days: Sequence[date], as_of: date, states_on: Callable[[date], Iterable[AlertState]]
) -> Iterator[AlertState]:
    """Give the alerts that stand on `as_of`, and those that a revision undid, resolved on its day at the latest.

    `days` are those of the revisions in their order; `states_on` says what the versions of a day demand. So nights in
    turn and one run after them all find the same.
    """
    known: dict[str, AlertState] = {}
    for day in (day for day in days if day <= as_of):
        known |= {state.subject: state for state in states_on(day - _ONE_DAY)}
        after = {state.subject for state in states_on(day)}
        known |= {subject: _undone(state, day) for subject, state in known.items() if subject not in after}
    known |= {state.subject: state for state in states_on(as_of)}
    yield from known.values()


def _undone(state: AlertState, day: date) -> AlertState:
    if state.facts.get("undone"):
        return state
    return replace(state, until=state.until or day, facts=state.facts | {"undone": True})
