"""Finds the payment periods that were not paid in time: `payment_behind`."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.calendar.queries import work_calendar
from app.features.contracts.by_contract import evaluate_each
from app.features.contracts.missed import missed
from app.features.contracts.within import ALL, Within
from app.features.settlements.payments import queries as payment_queries
from app.models.words import AlertKind
from app.rules.money import yuan
from app.rules.payments import Payment, fully_paid_on, paid_by
from app.rules.working_days import WorkCalendar


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which payment-behind alerts the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = payment_queries.periods_ever_behind(session, as_of, within)
    paid: defaultdict[uuid.UUID, list[Payment]] = defaultdict(list)
    for row in payment_queries.payments_of_periods_ever_behind(session, as_of, within):
        paid[row["settlement_id"]].append(Payment(row["amount_fen"], row["paid_on"], row["voided_on"]))

    def decide(_contract: uuid.UUID, entries: list[RowMapping]) -> Iterator[AlertState]:
        for _period, of_period in groupby(entries, key=lambda row: row["subject"]):
            known = list(of_period)
            state = _of_period(known, paid[known[0]["settlement_id"]], as_of, calendar)
            if state is not None:
                yield state

    return evaluate_each(rows, decide)


def _of_period(
    entries: Sequence[RowMapping], payments: Sequence[Payment], as_of: date, calendar: WorkCalendar
) -> AlertState | None:
    """Judge a payment period by its payments as they stood on `as_of`, whatever the register has noted since."""
    payable = entries[0]["payable_fen"]
    paid_on = fully_paid_on(payments, payable, as_of)
    found = missed([{**entry, "met_on": paid_on} for entry in entries], paid_on, {}, as_of, calendar)
    if found is None:
        return None
    facts = {
        "payment_period": found.entry["subject"],
        "payable": yuan(payable),
        "paid": yuan(paid_by(payments, found.until or as_of)),
    }
    return found.alert(AlertKind.PAYMENT_BEHIND, facts, "paid_on")
