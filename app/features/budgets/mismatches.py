"""Finds what was spent for another purpose than its line's: `budget_line_mismatch`."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping
from sqlmodel import Session, col

from app import clock
from app.features.alerts import service as alerts
from app.features.alerts.state import AlertState, Evaluation
from app.features.audit.changes import Touched
from app.features.budgets import queries
from app.features.contracts.within import ALL, Within
from app.models import Alert, Expenditure
from app.models.words import AlertKind, ExpenditureDecisionKind, Severity
from app.rules.money import yuan

_KIND = AlertKind.BUDGET_LINE_MISMATCH


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which expenditures up to `as_of` were of another purpose than their line, and which of them were settled.

    One is settled on the day on which it was charged to a line that is for it, accepted with a reason, or reversed.
    """
    return _evaluate(session, as_of, within.whose(Expenditure))


def about(expenditure_id: uuid.UUID) -> Touched:
    """Name the alert about an expenditure among what an act may touch."""
    return Alert, (col(Alert.kind) == _KIND) & (col(Alert.subject) == str(expenditure_id))


def settle(session: Session, spent: Expenditure) -> None:
    """Bring the alert about an expenditure, where it is on record, to what was decided about it today."""
    found = _evaluate(session, clock.today(), [col(Expenditure.id) == spent.id])
    alerts.settle(session, _KIND, spent.contract_id, found.states)


def _evaluate(session: Session, as_of: date, which: Sequence[ColumnElement[bool]]) -> Evaluation:
    rows = queries.mismatched(session, as_of, *which)
    settled = _first_of_each(queries.settled_mismatches(session, as_of, *which))
    undone = queries.reversed_mismatches(session, as_of, *which)
    states = [_state(row, settled.get(row["id"]), undone.get(row["id"])) for row in rows]
    return Evaluation(states, rows_read=len(rows))


def _first_of_each(decisions: Iterable[RowMapping]) -> dict[uuid.UUID, RowMapping]:
    first: dict[uuid.UUID, RowMapping] = {}
    for decision in decisions:
        first.setdefault(decision["expenditure_id"], decision)
    return first


def _state(row: RowMapping, decision: RowMapping | None, reversed_on: date | None) -> AlertState:
    facts: dict[str, Any] = {
        "expenditure_id": str(row["id"]),
        "external_ref": row["external_ref"],
        "amount": yuan(row["amount_fen"]),
        "spent_on": row["spent_on"].isoformat(),
        "project": row["project"],
        "project_name": row["line_name"],
        "purpose": row["purpose"],
        "purpose_name": row["purpose_name"] or row["purpose"],
        "allowed": [purpose["name"] for purpose in row["purposes"]],
    }
    until = None
    if decision is not None:
        # Nothing is decided about what was reversed, so that a decision is always the earlier one.
        until = decision["decided_on"]
        facts |= _decided(decision)
    elif reversed_on is not None:
        until = reversed_on
        facts["reversed_on"] = reversed_on.isoformat()
    return AlertState(
        _KIND,
        row["contract_id"],
        row["service_center_id"],
        str(row["id"]),
        Severity.WARNING,
        row["spent_on"],
        until,
        facts,
    )


def _decided(decision: RowMapping) -> dict[str, Any]:
    day = decision["decided_on"].isoformat()
    if decision["kind"] is ExpenditureDecisionKind.RECLASSIFIED:
        charged = {"charged_to": decision["charged_to"], "charged_to_name": decision["charged_to_name"]}
        return {"reclassified_on": day} | charged
    return {"accepted_on": day, "accepted_because": decision["reason"]}
