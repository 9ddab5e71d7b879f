"""Records what a person decided about a clause in a month; a later decision takes its place, and both stay readable."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from sqlalchemy import insert
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.contracts import queries as contract_queries
from app.features.contracts.service import lock, require_month
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.settlements.decisions import queries
from app.features.settlements.decisions.pointers import by_pointer, open_shares
from app.models import ClauseDecision
from app.models.columns import new_id
from app.rules.clauses import MoneyClause
from app.rules.faults import Fault
from app.rules.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which share, 0 to 1, a person decided on for a clause in a month, why, and in which paper."""

    period: Period
    clause: str
    share: Decimal
    reason: str
    reference: Mapping[str, str]
    decided_on: date


def record(session: Session, caller: Caller, contract_id: uuid.UUID, decision: Decision) -> uuid.UUID:
    """Put a decision on record and give its id; of several about one clause in one month the last one governs.

    A month that is settled may be decided upon as well: the next settlement reckons it again and adjusts.
    """
    contract = lock(session, caller, contract_id)
    require_month(session, contract, decision.period, "/period")
    today = clock.today()
    if decision.decided_on > today:
        detail = f"{decision.decided_on} is after today, {today}."
        _refuse("/decided_on", "date-in-future", detail, "State the day on which it was decided.")
    version = _version(session, contract_id, decision)
    row: dict[str, Any] = {
        "id": new_id(),
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract_id,
        "number": queries.last_number(session, contract_id) + 1,
        "period": str(decision.period),
        "clause": decision.clause,
        "terms_version_id": version.id,
        "share": f"{decision.share:f}",
        "reason": decision.reason,
        "reference": dict(decision.reference),
        "decided_on": decision.decided_on,
        "recorded_by": caller.name,
        "recorded_by_id": caller.principal_id,
        "recorded_at": clock.now(),
    }
    id_: uuid.UUID = row["id"]
    touched = (ClauseDecision, col(ClauseDecision.id) == id_)
    details = {"contract_id": str(contract_id), "period": str(decision.period), "clause": decision.clause}
    center = contract.service_center_id
    with recording(session, caller.actor, center, "decision.recorded", id_, touched, details=details):
        session.connection().execute(insert(ClauseDecision), [row])
    return id_


def _version(session: Session, contract_id: uuid.UUID, decision: Decision) -> Version:
    """Give the terms in force for the month, which must have the clause."""
    versions = read_versions(contract_queries.versions(session, contract_id))
    version = version_for(versions, decision.period, clock.today())
    known = by_pointer(version.terms.money) if version else {}
    if version is None or decision.clause not in known:
        detail = f"The terms in force for {decision.period} have no clause about money at '{decision.clause}'."
        remedy = f"Name one of: {', '.join(known)}." if known else "They have none: record the clause by an amendment."
        _refuse("/clause", "unknown-clause", detail, remedy)
    _require_open(known[decision.clause], decision)
    return version


def _require_open(clause: MoneyClause, decision: Decision) -> None:
    """Refuse a decision where the clause leaves nothing to decide, and one above what its open bands allow."""
    opened = open_shares(clause)
    if not opened:
        detail = f"The clause at {decision.clause} leaves no share to a person."
        _refuse("/clause", "nothing-to-decide", detail, "Name a clause with a band whose share is decided.")
    if decision.share > max(opened):
        detail = f"The open bands of {decision.clause} allow at most {max(opened)}, not {decision.share}."
        _refuse("/share", "share-above-band", detail, "State a share that the band allows.")


def _refuse(pointer: str, code: str, detail: str, remedy: str) -> NoReturn:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
