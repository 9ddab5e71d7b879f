"""Writes the figures of months: as one act, with the days since which codes are on record, due dates and alerts.

However many months are written, the statements are as many.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.clock import BUSINESS_ZONE
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.contracts import register, terms_document
from app.features.contracts.service import enter_figures_owed
from app.features.contracts.within import Within
from app.features.metrics import missing, queries
from app.models import Alert, Contract, DueDate, MonthMetricCodes, MonthMetrics
from app.models.columns import new_id
from app.models.words import AlertKind, DueKind
from app.rules.owed_figures import OnRecord, complete_since

Figures = list[dict[str, str | None]]
"""What a month has, as it is stored: each code, its site and its value."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a month is to have from now on: all of its figures, and its note."""

    figures: Figures
    note: str | None


def write(
    session: Session,
    caller: Caller,
    action: str,
    contract: Contract,
    stored: Mapping[str, MonthMetrics],
    months: Mapping[str, Written],
    details: Mapping[str, Any],
) -> None:
    """Put what the months are to have in the place of what they had; `stored` is what they had."""
    periods = sorted(months)
    first = stored.get(periods[0])
    # The act is about the month where there is one, and about the contract where there are several.
    subject = contract.id if len(periods) > 1 else first.id if first else new_id()
    with _recording(session, caller, action, contract, subject, periods, details):
        lost = _note_codes(session, contract, stored, months)
        changed = [(stored[period], months[period]) for period in periods if period in stored]
        _change(session, changed)
        new = [period for period in periods if period not in stored]
        ids = {period: subject if len(periods) == 1 else new_id() for period in new}
        _insert(session, contract, {period: months[period] for period in new}, ids)
        _owe_again(session, contract, lost)
        _bring_in_line(session, contract, periods)


def codes_of(figures: Sequence[Mapping[str, str | None]]) -> frozenset[str]:
    """Give the codes that some figures are of."""
    return frozenset(str(entry["code"]) for entry in figures)


def _insert(session: Session, contract: Contract, months: Mapping[str, Written], ids: Mapping[str, uuid.UUID]) -> None:
    now = clock.now()
    rows = [
        {
            "id": ids[period],
            **_whose(contract),
            "period": period,
            "figures": written.figures,
            "note": written.note,
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        for period, written in months.items()
    ]
    if rows:
        session.connection().execute(insert(MonthMetrics), rows)


def _change(session: Session, changed: Sequence[tuple[MonthMetrics, Written]]) -> None:
    statement = (
        update(MonthMetrics)
        .where(col(MonthMetrics.id) == bindparam("month"))
        .values(
            figures=bindparam("new_figures"),
            note=bindparam("new_note"),
            version=col(MonthMetrics.version) + 1,
            updated_at=clock.now(),
        )
    )
    rows = [{"month": row.id, "new_figures": written.figures, "new_note": written.note} for row, written in changed]
    if rows:
        session.connection().execute(statement, rows)
        for row, _ in changed:
            session.expire(row)


def _note_codes(
    session: Session, contract: Contract, stored: Mapping[str, MonthMetrics], months: Mapping[str, Written]
) -> list[str]:
    """Note from today on which codes the months have, where they are others than before; give those that lost some."""
    last = {row["period"]: row for row in queries.codes_recorded(session, contract.id, list(months))}
    rows = []
    lost = []
    for period, written in months.items():
        number = last[period]["number"] if period in last else 0
        before = frozenset(last[period]["codes"]) if period in last else frozenset[str]()
        if period in stored and period not in last and (older := codes_of(stored[period].figures)):
            # An older Kaohe noted no day: what it recorded was there when it was last written.
            number, before = 1, older
            rows.append(_codes(contract, period, 1, older, stored[period].updated_at.astimezone(BUSINESS_ZONE).date()))
        codes = codes_of(written.figures)
        if before - codes:
            lost.append(period)
        if codes != before:
            rows.append(_codes(contract, period, number + 1, codes, clock.today()))
    if rows:
        session.connection().execute(insert(MonthMetricCodes), rows)
    return lost


def _codes(contract: Contract, period: str, number: int, codes: frozenset[str], on: date) -> dict[str, Any]:
    return {
        "id": new_id(),
        **_whose(contract),
        "period": period,
        "number": number,
        "codes": sorted(codes),
        "recorded_on": on,
        "recorded_at": clock.now(),
    }


def _owe_again(session: Session, contract: Contract, lost: Sequence[str]) -> None:
    """Have months owe what was taken off the record, though the terms came when they had all: nothing was owed then."""
    unowed = set(lost) - {entry["subject"] for entry in queries.owed(session, contract.id, lost)} if lost else set()
    if unowed:
        enter_figures_owed(session, contract, unowed)


def _bring_in_line(session: Session, contract: Contract, periods: Sequence[str]) -> None:
    """Meet the due dates of the months that now have all that is asked for, reopen the others, settle their alerts."""
    states: dict[str, list[OnRecord]] = {}
    for row in queries.codes_recorded(session, contract.id, periods):
        states.setdefault(row["period"], []).append(OnRecord(row["recorded_on"], frozenset(row["codes"])))
    today = clock.today()
    met: dict[str, date] = {}
    reopened = []
    owed = queries.owed(session, contract.id, periods)
    for entry in owed:
        clause = terms_document.read(entry["document"]).rules().metrics
        done_on = complete_since(states.get(entry["subject"], ()), clause.required if clause else (), today)
        if done_on is not None and entry["met_on"] is None:
            met[entry["subject"]] = done_on
        elif done_on is None and entry["met_on"] is not None:
            reopened.append(entry["subject"])
    register.meet_all(session, contract.id, DueKind.METRICS, met)
    register.reopen_all(session, contract.id, DueKind.METRICS, reopened)
    # Which codes are missing may be others now, even where some still are.
    if owed:
        found = missing.evaluate(session, today, Within(contract_id=contract.id))
        of_months = [state for state in found.states if state.subject in periods]
        alerts.settle(session, AlertKind.MISSING_METRICS, contract.id, of_months)


def _whose(contract: Contract) -> dict[str, uuid.UUID]:
    return {
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract.id,
    }


def _recording(
    session: Session,
    caller: Caller,
    action: str,
    contract: Contract,
    subject: uuid.UUID,
    periods: Sequence[str],
    details: Mapping[str, Any],
) -> AbstractContextManager[None]:
    """Record what is done inside as one act: figures, the days of their codes, due dates, alerts."""
    due = (col(DueDate.contract_id) == contract.id) & (col(DueDate.kind) == DueKind.METRICS)
    flagged = (col(Alert.contract_id) == contract.id) & (col(Alert.kind) == AlertKind.MISSING_METRICS)
    touched: tuple[Touched, ...] = (
        (MonthMetrics, (col(MonthMetrics.contract_id) == contract.id) & col(MonthMetrics.period).in_(periods)),
        (
            MonthMetricCodes,
            (col(MonthMetricCodes.contract_id) == contract.id) & col(MonthMetricCodes.period).in_(periods),
        ),
        (DueDate, due & col(DueDate.subject).in_(periods)),
        (Alert, flagged & col(Alert.subject).in_(periods)),
    )
    center = contract.service_center_id
    return recording(session, caller.actor, center, action, subject, *touched, details=dict(details))
