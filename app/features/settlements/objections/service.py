"""Files a vendor's objection, and answers it: no figure changes by either, and nothing is kept from being paid."""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.contracts.service import lock, lock_own, require_month
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.evidence.service import attach, uses_of
from app.features.seen import Seen, check_seen
from app.features.settlements.objections import queries
from app.features.settlements.objections.errors import (
    AnsweredAlready,
    AnswererIsApprover,
    ObjectedAlready,
    PaidInFull,
)
from app.models import Contract, Objection
from app.models.columns import new_id
from app.models.words import ObjectionRemedy, ObjectionState
from app.rules.faults import Fault
from app.rules.money import yuan
from app.rules.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why a vendor objects, and the files that show it."""

    text: str
    evidence: Sequence[uuid.UUID] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service center says; accepted, by which act it is put right, and the month whose record that is."""

    accepted: bool
    reason: str
    remedy: ObjectionRemedy | None = None
    period: Period | None = None


def object_to_line(
    session: Session, caller: Caller, vendor_id: uuid.UUID, settlement_id: uuid.UUID, line: int, grounds: Grounds
) -> uuid.UUID:
    """Object to a line of an approved settlement that is not paid in full, once, and give the objection's id.

    Where nothing is payable, nothing is ever paid: then the line may be objected to at any time.
    """
    found = queries.approved_settlement(session, vendor_id, settlement_id)
    if found is None:
        raise NotFound(pointer="/path/settlement_id")
    contract = lock_own(session, vendor_id, found.contract_id)
    # Read again under the contract's lock: a payment may have come in between.
    found = queries.approved_settlement(session, vendor_id, settlement_id) or found
    if line not in queries.line_numbers(session, settlement_id):
        detail = f"The settlement of {found.payment_period} has no line {line}."
        remedy = "Name a line of the settlement by its number."
        raise Invalid(detail, faults=[Fault("/line", "unknown-line", detail, remedy)])
    _refuse_paid(found.payment_period, found.payable_fen, found.paid_fen)
    row = _row(caller, contract, grounds, settlement_id=settlement_id, line=line)
    return _file(session, caller, contract, row, grounds)


def object_to_payout(
    session: Session, caller: Caller, vendor_id: uuid.UUID, payout_id: uuid.UUID, grounds: Grounds
) -> uuid.UUID:
    """Object to an approved payout that is not paid in full, once, and give the objection's id."""
    found = queries.approved_payout(session, vendor_id, payout_id)
    if found is None:
        raise NotFound(pointer="/path/payout_id")
    contract = lock_own(session, vendor_id, found.contract_id)
    found = queries.approved_payout(session, vendor_id, payout_id) or found
    _refuse_paid(found.subject, found.amount_fen or 0, found.paid_fen)
    return _file(session, caller, contract, _row(caller, contract, grounds, payout_id=payout_id), grounds)


def _refuse_paid(subject: str, payable: int, paid: int) -> None:
    if payable > 0 and paid == payable:
        raise PaidInFull(f"The {yuan(payable)} of {subject} are paid.")


def _row(caller: Caller, contract: Contract, grounds: Grounds, **of: Any) -> Objection:
    now = clock.now()
    return Objection(
        id=new_id(),
        service_center_id=contract.service_center_id,
        vendor_id=contract.vendor_id,
        contract_id=contract.id,
        grounds=grounds.text,
        filed_on=clock.today(),
        filed_by=caller.name,
        created_at=now,
        updated_at=now,
        **of,
    )


def _file(session: Session, caller: Caller, contract: Contract, row: Objection, grounds: Grounds) -> uuid.UUID:
    """Write an objection; the contract is held, so that of two who file the same the second sees the first."""
    for known in queries.against(session, row.settlement_id or row.payout_id or row.id):
        if known["line"] == row.line:
            raise ObjectedAlready(f"It was filed on {known['filed_on']}.")
    with _recording(session, caller, "objection.filed", contract, row.id):
        session.add(row)
        session.flush()
        attach(session, contract.vendor_id, grounds.evidence, "objection", row.id)
        _tell(session, EventType.OBJECTION_FILED, contract, row.id, 1)
    return row.id


def answer(session: Session, caller: Caller, objection_id: uuid.UUID, said: Answer, seen: Seen = None) -> None:
    """Answer an objection, once, by somebody who did not approve what it is about.

    Accepted, it names the act that puts things right; that act is done by itself, and adjusts as it always does.
    """
    found = queries.objection(session, caller.centers, objection_id)
    if found is None:
        raise NotFound("There is no such objection.", pointer="/path/objection_id")
    contract = lock(session, caller, found["contract_id"])
    found = queries.objection(session, caller.centers, objection_id) or found
    if queries.approver(session, found["settlement_id"], found["payout_id"]) == caller.principal_id:
        raise AnswererIsApprover(f"{caller.name} approved it.", pointer="/path/objection_id")
    check_seen(seen, found["version"])
    if found["state"] is not ObjectionState.FILED:
        raise AnsweredAlready(f"It was {found['state']} on {found['answered_on']}.", pointer="/path/objection_id")
    if said.period is not None:
        require_month(session, contract, said.period, "/remedy/period")
    with _recording(session, caller, "objection.answered", contract, objection_id):
        _set_answered(session, caller, objection_id, said)
        _tell(session, EventType.OBJECTION_ANSWERED, contract, objection_id, found["version"] + 1)


def _set_answered(session: Session, caller: Caller, objection_id: uuid.UUID, said: Answer) -> None:
    """Compare and set: of two who answer at once, one answers and the other is told so."""
    statement = (
        update(Objection)
        .where(col(Objection.id) == objection_id, col(Objection.state) == ObjectionState.FILED)
        .values(
            state=ObjectionState.ACCEPTED if said.accepted else ObjectionState.REJECTED,
            answered_on=clock.today(),
            answered_by=caller.name,
            answered_by_id=caller.principal_id,
            reason=said.reason,
            remedy=said.remedy,
            remedy_period=None if said.period is None else str(said.period),
            version=col(Objection.version) + 1,
            updated_at=clock.now(),
        )
        .returning(col(Objection.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise AnsweredAlready("Somebody else answered it.")


def _tell(session: Session, type_: EventType, contract: Contract, objection_id: uuid.UUID, version: int) -> None:
    happening = Happening(
        type=type_,
        service_center_id=contract.service_center_id,
        vendor_id=contract.vendor_id,
        subject_id=objection_id,
        contract_id=contract.id,
        version=version,
    )
    record(session, happening)


def _recording(
    session: Session, caller: Caller, action: str, contract: Contract, objection_id: uuid.UUID
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the objection: its row and its files."""
    own = (Objection, col(Objection.id) == objection_id)
    details = {"contract_id": str(contract.id), "number": contract.number}
    center = contract.service_center_id
    return recording(session, caller.actor, center, action, objection_id, own, uses_of(objection_id), details=details)
