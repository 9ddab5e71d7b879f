"""Drafts a settlement (费用结算) from the record, and approves it: what is approved posts to the ledger at once."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.audit.actor import Actor
from app.features.audit.changes import Reach, Touched, write_new
from app.features.audit.changes import write as audited_write
from app.features.audit.service import recording
from app.features.calendar.queries import work_calendar
from app.features.contracts import register
from app.features.contracts.service import lock
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.seen import Seen, check_seen
from app.features.settlements import facts, queries
from app.features.settlements.errors import (
    AlreadyApproved,
    ApproverIsDrafter,
    DraftStale,
    HeldBelowNothing,
    NothingToSettle,
    OpeningTaken,
    PeriodNotEnded,
    SettlementIncomplete,
)
from app.features.settlements.facts import ContractBooks
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.ledger.posting import Cause
from app.features.settlements.opening.queries import OPENING
from app.features.settlements.opening.service import opening_posting
from app.features.settlements.rows import Rows, digest_of, rows_of
from app.models import Contract, DueDate, LedgerEntry, LedgerLine, Settlement, SettlementLine
from app.models.words import DueKind, LedgerCause, MoneyStatus
from app.rules.clauses import Fund
from app.rules.deadlines import due_date
from app.rules.faults import Fault
from app.rules.ledger import Account, Posting, of_settlement
from app.rules.lines import Component
from app.rules.missing import Missing
from app.rules.money import yuan
from app.rules.periods import Period
from app.rules.settling import PaymentPeriod


def draft(
    session: Session, caller: Caller, contract_id: uuid.UUID, payment_period: str, on: date | None = None
) -> uuid.UUID:
    """Draft the settlement of a payment period from what is on record now; an earlier draft of it is superseded.

    `on` is the day of the draft, today where it is left out. Refuses, and names, whatever the terms or the record do
    not decide.
    """
    contract = lock(session, caller, contract_id)
    on = on or clock.today()
    books = facts.read(session, contract_id, on)
    period = _period(books, payment_period)
    former = books.live.get(payment_period)
    if former is not None and former["status"] is MoneyStatus.APPROVED:
        raise AlreadyApproved(f"{payment_period} is settled.", pointer="/payment_period")
    rows = reckon(books, period, caller.actor, on)
    values = {"settlement": rows.id, "former": former["id"] if former is not None else None}
    touched: list[Touched] = [(table, which, values) for table, which in _DRAFT_TOUCHES]
    with _recording(session, caller, "settlement.drafted", contract, rows.id, *touched):
        if former is not None:
            supersede(session, former["id"])
        write(session, [rows])
    return rows.id


# Made once: a condition that is made anew takes longer than the statement that asks by it.
_DRAFT_TOUCHES: tuple[Reach, ...] = (
    (Settlement, (col(Settlement.id) == bindparam("settlement")) | (col(Settlement.id) == bindparam("former"))),
    (SettlementLine, col(SettlementLine.settlement_id) == bindparam("settlement")),
)


def _period(books: ContractBooks, key: str) -> PaymentPeriod:
    payable = (*books.periods, *([books.supplement] if books.supplement else []))
    found = next((period for period in payable if period.key == key), None)
    if found is None:
        keys = ", ".join(period.key for period in payable) or "none: the terms state no payment schedule"
        raise NothingToSettle(f"{key} is not among the contract's payment periods: {keys}.", pointer="/payment_period")
    return found


def reckon(books: ContractBooks, period: PaymentPeriod, actor: Actor, on: date) -> Rows:
    """Reckon a payment period that has ended; refuses what is missing by its names."""
    ends_on = books.ends_on(period)
    if ends_on >= on:
        raise PeriodNotEnded(f"{period.key} runs to {ends_on}.", pointer="/payment_period")
    made = books.draft(period)
    if made.missing:
        faults = [fault_of(entry) for entry in made.missing]
        raise SettlementIncomplete(faults[0].detail, faults=faults)
    if not made.lines:
        raise NothingToSettle("What is posted is what is on record.", pointer="/payment_period")
    return rows_of(books, period, made, actor, on)


_REMEDIES = {
    "decision": "Record it with POST …/decisions: its `clause` is the pointer's end, as in /money/0.",
    "metric": "Record it with PUT …/metrics/{period}.",
    "assessment": "Finalize the month's assessment.",
}


def fault_of(missing: Missing) -> Fault:
    """Say what is missing as a problem does."""
    of = f" ({missing.period})" if missing.period else ""
    detail = f"Not known: {missing.label.en}{of}. {missing.label.zh}。"
    if missing.pointer.startswith("/terms"):
        return Fault(missing.pointer, f"incomplete-{missing.name}", detail, "Record the answer by an amendment.")
    remedy = _REMEDIES.get(missing.name, "Record the fact that is missing.")
    return Fault(missing.pointer, f"incomplete-{missing.name}", detail, remedy)


def supersede(session: Session, settlement_id: uuid.UUID) -> None:
    """Take a draft out of force; it stays readable."""
    session.execute(
        update(Settlement)
        .where(col(Settlement.id) == settlement_id, col(Settlement.status) == MoneyStatus.DRAFT)
        .values(status=MoneyStatus.SUPERSEDED, version=col(Settlement.version) + 1, updated_at=clock.now())
    )


def write(session: Session, rows: list[Rows]) -> None:
    """Write settlements with their lines, two statements for any number."""
    write_new(session, _WRITE, [entry.settlement for entry in rows])
    write_new(session, _WRITE_LINES, [line for entry in rows for line in entry.lines])


_WRITE, _WRITE_LINES = insert(Settlement), insert(SettlementLine)


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved, as `queries.settlement` and `queries.lines` give it; nobody has objected to it yet."""

    settlement: Mapping[str, Any]
    lines: Sequence[RowMapping]


def approve(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    settlement_id: uuid.UUID,
    seen: Seen = None,
    on: date | None = None,
) -> Approved:
    """Approve a draft of another person's, and post it, in one transaction; a stale one is refused."""
    contract = lock(session, caller, contract_id)
    found = queries.for_update(session, contract_id, settlement_id)
    if found is None:
        raise NotFound("There is no such settlement of the contract.", pointer="/path/settlement_id")
    if found.drafted_by_id == caller.principal_id:
        raise ApproverIsDrafter(f"{found.drafted_by} drafted it.", pointer="/path/settlement_id")
    check_seen(seen, found.version)
    if found.status is MoneyStatus.SUPERSEDED:
        raise DraftStale(f"{found.payment_period} was drafted anew since.", pointer="/path/settlement_id")
    if found.status is MoneyStatus.APPROVED:
        raise AlreadyApproved(f"It was approved on {found.approved_on}.", pointer="/path/settlement_id")
    on = on or clock.today()
    books = facts.read(session, contract_id, on)
    lines = queries.lines(session, settlement_id)
    posting = _posting(session, books, found, lines)
    _refuse_below_nothing(session, contract_id, posting)
    values = {"settlement": settlement_id, "contract": contract_id, "period": found.payment_period}
    touched: list[Touched] = [(table, which, values) for table, which in _APPROVAL_TOUCHES]
    with _recording(session, caller, "settlement.approved", contract, settlement_id, *touched):
        stored = _set_approved(session, found, caller, on)
        kind = LedgerCause.OPENING if found.payment_period == OPENING else LedgerCause.SETTLEMENT
        cause = Cause(contract.service_center_id, contract_id, kind, settlement_id, on, caller.name)
        ledger.post(session, cause, posting)
        _owe_payment(session, contract, books, found, on)
        _tell_approved(session, contract, found)
    return Approved({**stored, "contract_number": contract.number}, lines)


_APPROVAL_TOUCHES: tuple[Reach, ...] = (
    (Settlement, col(Settlement.id) == bindparam("settlement")),
    (LedgerEntry, col(LedgerEntry.cause_id) == bindparam("settlement")),
    (LedgerLine, col(LedgerLine.entry_id).in_(queries.entries_of(bindparam("settlement")))),
    (
        DueDate,
        (col(DueDate.contract_id) == bindparam("contract"))
        & (col(DueDate.kind) == DueKind.PAYMENT)
        & (col(DueDate.subject) == bindparam("period")),
    ),
)
"""What an approval may write to: the settlement, what it posts, its due date."""


def _tell_approved(session: Session, contract: Contract, found: Settlement) -> None:
    happening = Happening(
        type=EventType.SETTLEMENT_APPROVED,
        service_center_id=contract.service_center_id,
        vendor_id=contract.vendor_id,
        subject_id=found.id,
        contract_id=contract.id,
        more={"payment_period": found.payment_period},
    )
    record(session, happening)


def _posting(session: Session, books: ContractBooks, found: Settlement, lines: Sequence[RowMapping]) -> Posting:
    if found.payment_period == OPENING:
        if ledger_queries.last_number(session, books.id):
            raise OpeningTaken("Something of the contract is approved and posted.")
        return opening_posting([(row["component"], row["amount_fen"]) for row in lines])
    period = _period(books, found.payment_period)
    if is_stale(books, period, found.digest):
        detail = f"{found.payment_period} was drafted on {found.drafted_on}; what it rests on has changed."
        raise DraftStale(detail, pointer="/path/settlement_id")
    return of_settlement([(Component(row["component"]), row["period"], row["amount_fen"]) for row in lines])


def is_stale(books: ContractBooks, period: PaymentPeriod, digest: str) -> bool:
    """Tell whether a draft of that digest would come out otherwise now."""
    made = books.draft(period)
    return bool(made.missing) or digest_of(books, period, made) != digest


def _refuse_below_nothing(session: Session, contract_id: uuid.UUID, posting: Posting) -> None:
    for fund in Fund:
        taken = sum(fen for place, fen in posting.items() if place.account is Account.HELD and place.fund is fund)
        if taken > 0 and taken > ledger_queries.held(session, contract_id, fund):
            detail = f"Its adjustments would take {yuan(taken)} out of the fund '{fund}'."
            raise HeldBelowNothing(detail, pointer="/path/settlement_id")


def _set_approved(session: Session, found: Settlement, caller: Caller, on: date) -> RowMapping:
    """Compare and set: of two who approve at once, one approves and the other is told so."""
    by = {"by": caller.name, "by_id": caller.principal_id, "on": on, "now": clock.now()}
    # Its version says that the settlement still is as it was read.
    approval = {"approved": found.id, "seen": found.version, **by}
    stored = audited_write(session, _APPROVE, approval, before=found.model_dump())
    if stored is None:
        raise AlreadyApproved("Somebody else approved it.")
    return stored


_APPROVE = (
    update(Settlement)
    .where(
        col(Settlement.id) == bindparam("approved"),
        col(Settlement.status) == MoneyStatus.DRAFT,
        col(Settlement.version) == bindparam("seen"),
    )
    .values(
        status=MoneyStatus.APPROVED,
        approved_by=bindparam("by"),
        approved_by_id=bindparam("by_id"),
        approved_on=bindparam("on"),
        version=col(Settlement.version) + 1,
        updated_at=bindparam("now"),
    )
    .returning(*Settlement.__table__.columns)  # type: ignore[attr-defined]
)


def _owe_payment(session: Session, contract: Contract, books: ContractBooks, found: Settlement, on: date) -> None:
    """Enter by when the approved amount is to be paid, where the terms say so and there is anything to pay."""
    version = books.versions.get(Period.of(found.ends_on))
    rule = version.terms.payment_due if version else None
    opening = found.payment_period == OPENING
    if version is None or rule is None or opening or found.payable_fen == 0:
        return
    event_on = found.ends_on if rule.after == "period_end" else on
    due = due_date(rule, event_on, work_calendar(session))
    values: dict[str, Any] = {
        "terms_version_id": version.id,
        "event_on": event_on,
        "due_on": due.on,
        "provisional": due.provisional,
        "steps": list(due.steps),
    }
    owner = register.Owner(contract.service_center_id, contract.id)
    register.enter(session, owner, {(DueKind.PAYMENT, found.payment_period): values}, on)


def _recording(
    session: Session,
    caller: Caller,
    action: str,
    contract: Contract,
    settlement_id: uuid.UUID,
    *touched: Touched,
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the settlement."""
    details = {"contract_id": str(contract.id), "number": contract.number}
    return recording(
        session, caller.actor, contract.service_center_id, action, settlement_id, *touched, details=details
    )
