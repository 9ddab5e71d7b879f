"""Finds the key posts (关键岗位) that stayed vacant past their due date: `key_post_vacant`."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.calendar.queries import work_calendar
from app.features.contracts import terms_document
from app.features.contracts.by_contract import evaluate_each
from app.features.contracts.missed import Missed, missed
from app.features.contracts.within import ALL, Within
from app.features.vendor_duties import queries
from app.models.words import AlertKind
from app.rules.key_posts import post_of, since_of

SERVICE_ENDED = "service_ended"
"""Why nobody need be named any more: the contract's last day has passed."""


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which vacant-post alerts the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = queries.vacancies_ever_missed(session, as_of, within)

    def decide(_contract: uuid.UUID, entries: list[RowMapping]) -> Iterator[AlertState]:
        for _subject, of_vacancy in groupby(entries, key=lambda row: row["subject"]):
            known = list(of_vacancy)
            ends_on: date = known[0]["closed_on"] or known[0]["ends_on"]
            found = missed(known, None, {SERVICE_ENDED: ends_on + timedelta(days=1)}, as_of, calendar)
            if found is not None:
                yield _state(found)

    return evaluate_each(rows, decide)


def _state(found: Missed) -> AlertState:
    entry = found.entry
    code = post_of(entry["subject"])
    post = terms_document.read(entry["document"]).rules().key_post(code)
    facts = {
        "post": code,
        "post_name": post.name if post else code,
        "vacant_since": since_of(entry["subject"]).isoformat(),
    }
    return found.alert(AlertKind.KEY_POST_VACANT, facts, "filled_on")
