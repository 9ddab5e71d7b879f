"""Records what is paid on approved settlements and payouts, and voids what was paid by mistake; both post at once."""

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from sqlalchemy import RowMapping, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.contracts import register
from app.features.contracts.service import lock
from app.features.contracts.within import Within
from app.features.events import service as events
from app.features.events.service import Happening
from app.features.events.types import EventType
from app.features.seen import Seen, check_seen
from app.features.settlements.errors import AlreadyVoided, NotApproved, PaymentExceedsPayable, VoucherTaken
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger.posting import Cause
from app.features.settlements.payments import behind as payments_behind
from app.features.settlements.payments import queries as payment_queries
from app.models import Alert, Contract, DueDate, LedgerEntry, LedgerLine, Payment, Payout, Settlement
from app.models.words import AlertKind, DueKind, LedgerCause, MoneyStatus
from app.rules import payments as rules
from app.rules.faults import Fault
from app.rules.ledger import of_payment
from app.rules.money import yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """What was paid, in fen, on exactly one settlement or payout, by which voucher (凭证号) and invoice (发票号)."""

    settlement_id: uuid.UUID | None = None
    payout_id: uuid.UUID | None = None
    amount_fen: int
    paid_on: date
    voucher_no: str
    invoice_no: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Owed:
    """What a payment is made on: an approved settlement or payout, with the payments on it so far."""

    id: uuid.UUID
    is_settlement: bool
    subject: str
    """The payment period, by which a settlement's due date is found; of a payout what it is for."""
    payable_fen: int
    paid_fen: int
    approved_on: date
    due_on: date | None
    """By when it is to be paid, where that is owed."""
    payments: tuple[rules.Payment, ...]
    vouchers: frozenset[str]
    """Of the payments that stand."""


def record(session: Session, caller: Caller, contract_id: uuid.UUID, new: NewPayment) -> uuid.UUID:
    """Record a payment, post it, and give its id; paid in full, the due date is met and its alert resolved.

    Refuses more than is left, on the day of the payment and on every later one, so that no day is ever overpaid.
    """
    contract = lock(session, caller, contract_id)
    _check_said(new)
    owed = _owed(session, contract_id, new.settlement_id, new.payout_id)
    _check(owed, new)
    paid, met_on = _row(contract, caller, owed, new), _met_on(owed, new)
    with _recording(session, caller, "payment.recorded", contract, paid.id, owed, met_on):
        _raise(session, owed, new.amount_fen)
        session.add(paid)
        session.flush()
        _post(session, caller, contract, LedgerCause.PAYMENT, paid.id, new.paid_on, new.amount_fen)
        if met_on is not None:
            register.meet(session, contract_id, DueKind.PAYMENT, owed.subject, met_on)
            _settle_alert(session, contract_id, owed, met_on)
        _tell(session, EventType.PAYMENT_RECORDED, contract, paid.id, owed)
    return paid.id


def void(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    payment_id: uuid.UUID,
    voided_on: date,
    reason: str,
    seen: Seen = None,
) -> None:
    """Void a payment by a counter-entry: it stays readable, and what it paid is owed again from that day."""
    contract = lock(session, caller, contract_id)
    paid = payment_queries.payment(session, caller.centers, contract_id, payment_id)
    if paid is None:
        raise NotFound("There is no such payment of the contract.", pointer="/path/payment_id")
    _refuse_future("/voided_on", voided_on)
    if voided_on < paid["paid_on"]:
        detail = f"{voided_on} lies before {paid['paid_on']}, when it was paid."
        _refuse("/voided_on", "before-it-was-paid", detail)
    check_seen(seen, paid["version"])
    owed = _owed(session, contract_id, paid["settlement_id"], paid["payout_id"])
    reopens = owed.due_on is not None and owed.payable_fen == owed.paid_fen
    today = clock.today()
    with _recording(session, caller, "payment.voided", contract, payment_id, owed, today if reopens else None):
        _set_voided(session, caller, paid, voided_on, reason)
        _lower(session, owed, paid["amount_fen"])
        _post(session, caller, contract, LedgerCause.PAYMENT_VOID, payment_id, voided_on, paid["amount_fen"])
        if reopens:
            register.reopen(session, contract_id, DueKind.PAYMENT, owed.subject)
            _settle_alert(session, contract_id, owed, today)
        _tell(session, EventType.PAYMENT_VOIDED, contract, payment_id, owed)


def _tell(session: Session, type_: EventType, contract: Contract, payment_id: uuid.UUID, owed: _Owed) -> None:
    happening = Happening(
        type=type_,
        service_center_id=contract.service_center_id,
        vendor_id=contract.vendor_id,
        subject_id=payment_id,
        contract_id=contract.id,
        more={"settlement_id" if owed.is_settlement else "payout_id": str(owed.id)},
    )
    events.record(session, happening)


def _owed(
    session: Session, contract_id: uuid.UUID, settlement_id: uuid.UUID | None, payout_id: uuid.UUID | None
) -> _Owed:
    """Read what a payment names; 404 where the contract has no such thing, 409 where nobody has approved it."""
    found: RowMapping | None = None
    pointer = "/payout_id" if settlement_id is None else "/settlement_id"
    if settlement_id is not None:
        found = payment_queries.settlement(session, contract_id, settlement_id)
    elif payout_id is not None:
        found = payment_queries.payout(session, contract_id, payout_id)
    if found is None:
        raise NotFound("The contract has no such settlement or payout.", pointer=pointer)
    if found["status"] is not MoneyStatus.APPROVED:
        raise NotApproved(f"{found['subject']} is {found['status']}.", pointer=pointer)
    made = payment_queries.payments_on(session, contract_id, found["id"])
    return _Owed(
        found["id"],
        settlement_id is not None,
        found["subject"],
        found["payable_fen"],
        found["paid_fen"],
        found["approved_on"],
        found["due_on"],
        tuple(rules.Payment(row["amount_fen"], row["paid_on"], row["voided_on"]) for row in made),
        frozenset(row["voucher_no"] for row in made if row["voided_on"] is None),
    )


def _check_said(new: NewPayment) -> None:
    """Refuse what no state of the books could make right."""
    _refuse_future("/paid_on", new.paid_on)
    if new.amount_fen <= 0:
        _refuse("/amount", "amount-not-positive", "Nothing would be paid.", "State what was paid, above 0.00.")
    if (new.settlement_id is None) == (new.payout_id is None):
        detail = "A payment names either the settlement or the payout that it pays."
        _refuse("/settlement_id", "one-thing-paid", detail, "Name exactly one; one voucher may pay several things.")


def _check(owed: _Owed, new: NewPayment) -> None:
    """Refuse a payment before the approval, by a voucher that has paid the same, or of more than is left."""
    if new.paid_on < owed.approved_on:
        detail = f"{new.paid_on} lies before {owed.approved_on}, when it was approved."
        _refuse("/paid_on", "before-it-was-approved", detail)
    if new.voucher_no in owed.vouchers:
        raise VoucherTaken(f"Voucher '{new.voucher_no}' has paid {owed.subject}.", pointer="/voucher_no")
    left = owed.payable_fen - max(owed.paid_fen, rules.most_paid_from(owed.payments, new.paid_on))
    if new.amount_fen > left:
        raise _exceeds(owed, left)


def _exceeds(owed: _Owed, left: int) -> PaymentExceedsPayable:
    detail = f"Of {owed.subject} {yuan(left)} of {yuan(owed.payable_fen)} is left to pay."
    return PaymentExceedsPayable(detail, pointer="/amount")


def _row(contract: Contract, caller: Caller, owed: _Owed, new: NewPayment) -> Payment:
    now = clock.now()
    return Payment(
        service_center_id=contract.service_center_id,
        vendor_id=contract.vendor_id,
        contract_id=contract.id,
        settlement_id=new.settlement_id,
        payout_id=new.payout_id,
        subject_id=owed.id,
        amount_fen=new.amount_fen,
        paid_on=new.paid_on,
        voucher_no=new.voucher_no,
        invoice_no=new.invoice_no,
        note=new.note,
        recorded_by=caller.name,
        created_at=now,
        updated_at=now,
    )


def _raise(session: Session, owed: _Owed, fen: int) -> None:
    """Compare and set: of two who pay at once, no more than what is payable is paid."""
    table = Settlement if owed.is_settlement else Payout
    payable = col(Settlement.payable_fen) if owed.is_settlement else col(Payout.amount_fen)
    statement = (
        update(table)
        .where(
            col(table.id) == owed.id,
            col(table.status) == MoneyStatus.APPROVED,
            col(table.paid_fen) + fen <= payable,
        )
        .values(paid_fen=col(table.paid_fen) + fen, version=col(table.version) + 1, updated_at=clock.now())
        .returning(col(table.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise _exceeds(owed, owed.payable_fen - owed.paid_fen)


def _lower(session: Session, owed: _Owed, fen: int) -> None:
    table = Settlement if owed.is_settlement else Payout
    session.execute(
        update(table)
        .where(col(table.id) == owed.id)
        .values(paid_fen=col(table.paid_fen) - fen, version=col(table.version) + 1, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _set_voided(session: Session, caller: Caller, paid: RowMapping, voided_on: date, reason: str) -> None:
    """Compare and set: of two who void at once, one voids and the other is told so."""
    statement = (
        update(Payment)
        .where(col(Payment.id) == paid["id"], col(Payment.voided_on).is_(None))
        .values(
            voided_on=voided_on,
            voided_by=caller.name,
            voided_reason=reason,
            version=col(Payment.version) + 1,
            updated_at=clock.now(),
        )
        .returning(col(Payment.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise AlreadyVoided(f"It was voided on {paid['voided_on']}.", pointer="/path/payment_id")


def _post(
    session: Session, caller: Caller, contract: Contract, kind: LedgerCause, id_: uuid.UUID, on: date, fen: int
) -> None:
    cause = Cause(contract.service_center_id, contract.id, kind, id_, on, caller.name)
    ledger.post(session, cause, of_payment(fen, voided=kind is LedgerCause.PAYMENT_VOID))


def _met_on(owed: _Owed, new: NewPayment) -> date | None:
    """Give the day from which all is paid, where something is owed by a date and this payment is its last."""
    if owed.due_on is None or owed.paid_fen + new.amount_fen != owed.payable_fen:
        return None
    payments = (*owed.payments, rules.Payment(new.amount_fen, new.paid_on))
    return rules.fully_paid_on(payments, owed.payable_fen, clock.today())


def _is_late(owed: _Owed, on: date) -> bool:
    return owed.due_on is not None and owed.due_on < on


def _settle_alert(session: Session, contract_id: uuid.UUID, owed: _Owed, on: date) -> None:
    """Bring the alert to what the payments say on `on`; what is in time then has none to bring."""
    if not _is_late(owed, on):
        return
    found = payments_behind.evaluate(session, clock.today(), Within(contract_id=contract_id))
    states = [state for state in found.states if state.subject == owed.subject]
    alerts.settle(session, AlertKind.PAYMENT_BEHIND, contract_id, states)


def _recording(
    session: Session,
    caller: Caller,
    action: str,
    contract: Contract,
    payment_id: uuid.UUID,
    owed: _Owed,
    moved: date | None,
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the payment: what it pays, what it posts, the due date that it moves.

    `moved` is the day on which the due date is met or owed again; None where the payment does not move it.
    """
    table = Settlement if owed.is_settlement else Payout
    touched: list[Touched] = [
        (Payment, col(Payment.id) == payment_id),
        (table, col(table.id) == owed.id),
        (LedgerEntry, col(LedgerEntry.cause_id) == payment_id),
        (LedgerLine, col(LedgerLine.entry_id).in_(payment_queries.entries_of(payment_id))),
    ]
    if moved is not None:
        due = (col(DueDate.contract_id) == contract.id) & (col(DueDate.kind) == DueKind.PAYMENT)
        touched.append((DueDate, due & (col(DueDate.subject) == owed.subject)))
    if moved is not None and _is_late(owed, moved):
        behind = (col(Alert.contract_id) == contract.id) & (col(Alert.kind) == AlertKind.PAYMENT_BEHIND)
        touched.append((Alert, behind & (col(Alert.subject) == owed.subject)))
    details = {"contract_id": str(contract.id), "of": owed.subject}
    return recording(session, caller.actor, contract.service_center_id, action, payment_id, *touched, details=details)


def _refuse_future(pointer: str, day: date) -> None:
    if day > clock.today():
        _refuse(pointer, "date-in-future", f"{day} is after today, {clock.today()}.")


def _refuse(pointer: str, code: str, detail: str, remedy: str = "State the day on which it happened.") -> NoReturn:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
