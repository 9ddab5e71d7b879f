"""Finds the triggers of contracts that were reached, each with the months and sums that did: `clause_trigger`."""

import uuid
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments.history import replay
from app.features.contracts.by_contract import evaluate_each
from app.features.contracts.within import ALL, Within
from app.features.settlements.triggers.record import read_record
from app.models.words import AlertKind, Severity
from app.rules.clauses import DeductionTotal, DemeritPoints, RenewalGate, Trigger, WarningLadder
from app.rules.money import exact, yuan
from app.rules.triggering import Raised


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which clause-trigger alerts the facts dated up to `as_of` demand.

    What was revised, withdrawn or amended counts from its own day on, so that nights in turn end where one run does.
    """
    record = read_record(session, as_of, within)
    if record is None:
        return Evaluation()

    def decide(contract_id: uuid.UUID, months: list[RowMapping]) -> Iterator[AlertState]:
        own = record.of(contract_id, months)

        def states_on(day: date) -> Iterator[AlertState]:
            for found in own.raised(day):
                yield trigger_state(found, months[0])

        yield from replay(own.days(), as_of, states_on)

    return evaluate_each(record.months, decide)


def trigger_state(found: Raised, of: RowMapping) -> AlertState:
    """Give the alert about what was reached, of the contract that a row of a month names."""
    return AlertState(
        AlertKind.CLAUSE_TRIGGER,
        of["contract_id"],
        of["service_center_id"],
        found.key,
        _severity(found),
        found.since,
        None,
        _facts(found),
    )


def _severity(found: Raised) -> Severity:
    """Say how grave it is: a step that another one follows warns, what only an answer would decide informs."""
    if found.missing is not None:
        return Severity.INFO
    ladder = found.trigger
    if isinstance(ladder, WarningLadder) and found.step != ladder.steps[-1]:
        return Severity.WARNING
    return Severity.CRITICAL


def _facts(found: Raised) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "trigger": _kind(found.trigger),
        "clause": found.pointer,
        "window": found.window,
        "consequence": found.consequence,
        "completed_by": found.completed_by,
        "counted": [{"period": period, "counts": _said(found, worth)} for period, worth in found.counted],
        "total": _said(found, found.total),
        "needed": _said(found, found.needed),
        **_particulars(found.trigger),
    }
    if found.step is not None and found.step.fen is not None:
        facts["amount"] = yuan(found.step.fen)
    if found.missing is not None:
        label = found.missing.label
        facts["undecided"] = {
            "name": found.missing.name,
            "pointer": found.missing.pointer,
            "needed": {"zh": label.zh, "en": label.en},
        }
    return facts


def _kind(trigger: Trigger) -> str:
    match trigger:
        case WarningLadder():
            return "warning_ladder"
        case DeductionTotal():
            return "deduction_total"
        case DemeritPoints():
            return "demerit_points"
        case RenewalGate():
            return "renewal_gate"


def _particulars(trigger: Trigger) -> dict[str, Any]:
    """Give what the clause says beside its consequence, as far as a reader of the alert needs it."""
    match trigger:
        case WarningLadder():
            edge = {"below": str(trigger.below)} if trigger.at_most is None else {"at_most": str(trigger.at_most)}
            return {**edge, "within": trigger.within}
        case DeductionTotal():
            share = None if trigger.share is None else str(trigger.share)
            return {"per": str(trigger.window), "base": str(trigger.base), "share": share}
        case DemeritPoints():
            return {"within": trigger.window.months if trigger.window else None}
        case RenewalGate():
            return {"years": trigger.years}


def _said(found: Raised, worth: Fraction) -> str:
    """Write what is counted: yuan to two places, or the exact number of months or points."""
    return exact(worth / 100, 2) if isinstance(found.trigger, DeductionTotal) else exact(worth)
