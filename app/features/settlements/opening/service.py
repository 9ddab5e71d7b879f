"""The balance that a contract has when it is taken over in mid-life: drafted like a settlement, approved like one."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from sqlalchemy import RowMapping, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.audit.changes import Touched
from app.features.audit.hashing import row_hash
from app.features.audit.service import recording
from app.features.contracts.service import lock
from app.features.settlements.errors import OpeningTaken
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.opening import queries as opening_queries
from app.features.settlements.opening.queries import OPENING
from app.models import Contract, Settlement, SettlementLine
from app.models.columns import new_id
from app.models.words import MoneyStatus
from app.rules.clauses import Fund
from app.rules.faults import Fault
from app.rules.ledger import Account, Place, Posting, of_opening
from app.rules.money import yuan
from app.rules.periods import Period, periods_between
from app.rules.workings import Label, Working
from app.values import LARGEST_FEN

_POOL = "held_pool"
WORDS: Mapping[str, Label] = {
    "held": Label("结转预留金", "held back so far"),
    _POOL: Label("结转考核资金池", "kept in the pool so far"),
    "paid": Label("此前已付", "paid so far"),
    "payable": Label("此前应付未付", "payable and not paid so far"),
    "deducted": Label("此前扣款", "deducted so far"),
    "forfeited": Label("此前不再返还", "forfeited so far"),
    "receivable": Label("供应商应退", "owed by the vendor so far"),
}
"""What a balance may state, in the order of its lines; what it does not state is nothing."""
ASSUMED = "假设/assumption: "
"""How the note of a balance begins that nobody has found on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOpening:
    """Where a contract's books stand at the end of `as_of`, in fen by word, and where that is written."""

    as_of: date
    amounts: Mapping[str, int]
    source: str
    assumption: bool = False

    @property
    def note(self) -> str:
        """Give the source as it is kept; an assumption says so."""
        return f"{ASSUMED}{self.source}" if self.assumption else self.source


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening balance on record: its row, its lines, and what its words come to."""

    row: RowMapping
    lines: Sequence[RowMapping]

    @property
    def amounts(self) -> dict[str, int]:
        """Give the fen by word of what it states."""
        return {line["component"]: line["amount_fen"] for line in self.lines}

    @property
    def assumption(self) -> bool:
        """Tell whether it is an assumption."""
        return str(self.row["note"]).startswith(ASSUMED)

    @property
    def source(self) -> str:
        """Give where it is written."""
        return str(self.row["note"]).removeprefix(ASSUMED)


def draft(
    session: Session, caller: Caller, contract_id: uuid.UUID, new: NewOpening, on: date | None = None
) -> uuid.UUID:
    """Draft the opening balance and give its settlement's id; an earlier draft is superseded and stays readable.

    Refused once anything of the contract was posted: books are opened before they are kept.
    """
    contract = lock(session, caller, contract_id)
    stated = {word: new.amounts[word] for word in WORDS if word in new.amounts}
    _check(contract, new, stated)
    if ledger_queries.last_number(session, contract_id):
        raise OpeningTaken("Something of the contract is approved and posted.", pointer="/path/contract_id")
    lines = _lines(contract_id, stated)
    row = _row(contract, caller, new, stated, lines) | {"drafted_on": on or clock.today()}
    with _recording(session, caller, contract, row["id"]):
        session.execute(
            update(Settlement)
            .where(
                col(Settlement.contract_id) == contract_id,
                col(Settlement.payment_period) == OPENING,
                col(Settlement.status) == MoneyStatus.DRAFT,
            )
            .values(status=MoneyStatus.SUPERSEDED, version=col(Settlement.version) + 1, updated_at=clock.now())
        )
        session.connection().execute(insert(Settlement), [row])
        session.connection().execute(
            insert(SettlementLine), [{"settlement_id": row["id"], "contract_id": contract_id, **line} for line in lines]
        )
    id_: uuid.UUID = row["id"]
    return id_


def opening(session: Session, contract_id: uuid.UUID) -> Opening | None:
    """Read the opening balance of a contract that the caller may see, drafted or approved; None where it has none."""
    row = opening_queries.opening(session, contract_id)
    return None if row is None else Opening(row, opening_queries.lines(session, row["id"]))


def opening_posting(lines: Iterable[tuple[str, int]]) -> Posting:
    """Give what an opening balance posts, from its lines as (component, fen)."""
    return of_opening({_place(component): fen for component, fen in lines})


def _place(component: str) -> Place:
    if component == _POOL:
        return Place(Account.HELD, Fund.POOL)
    account = Account(component)
    return Place(account, Fund.HOLDBACK if account is Account.HELD else None)


def accrued(amounts: Mapping[str, int]) -> int:
    """Give what was accrued before, in fen: whatever the other accounts come to."""
    return opening_posting(amounts.items()).get(Place(Account.ACCRUED), 0)


def _check(contract: Contract, new: NewOpening, stated: Mapping[str, int]) -> None:
    """Refuse a day that is not the end of a month of service, and amounts that no contract can have."""
    if new.as_of > clock.today():
        _refuse("/as_of", "date-in-future", f"{new.as_of} is after today, {clock.today()}.")
    last = contract.closed_on or contract.ends_on
    if not contract.starts_on <= new.as_of <= last:
        detail = f"{new.as_of} lies outside the service from {contract.starts_on} to {last}."
        _refuse("/as_of", "outside-service", detail)
    if new.as_of not in (Period.of(new.as_of).last_day, last):
        detail = f"{new.as_of} is neither the last day of a month nor the last day of service, {last}."
        _refuse("/as_of", "within-a-month", detail)
    if not any(stated.values()):
        detail = "The balance states no amount above 0.00."
        _refuse("/held", "nothing-stated", detail, f"State at least one of: {', '.join(WORDS)}.")
    if accrued(stated) < 0:
        detail = "The vendor would owe more than was ever accrued."
        _refuse("/receivable", "more-owed-than-accrued", detail, "State what was paid and deducted as well.")
    if accrued(stated) > LARGEST_FEN:
        detail = f"Together the amounts exceed {yuan(LARGEST_FEN)}."
        _refuse("/held", "too-large", detail, "State the amounts in yuan.")


def _lines(contract_id: uuid.UUID, stated: Mapping[str, int]) -> list[dict[str, Any]]:
    """Write each amount as a line with the one step that there is: it was taken over from the contract's past."""
    rows = []
    for number, (word, fen) in enumerate(stated.items(), 1):
        working = Working()
        working.fen(WORDS[word], fen, f"/v1/contracts/{contract_id}")
        steps = [step.written() for step in working.steps]
        rows.append({"number": number, "component": word, "amount_fen": fen, "steps": steps})
    return rows


def _row(
    contract: Contract, caller: Caller, new: NewOpening, stated: Mapping[str, int], lines: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    now = clock.now()
    months = [str(period) for period in periods_between(Period.of(contract.starts_on), Period.of(new.as_of))]
    return {
        "id": new_id(),
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract.id,
        "payment_period": OPENING,
        "ends_on": new.as_of,
        "months": months,
        "first_period": months[0],
        "last_period": months[-1],
        "status": MoneyStatus.DRAFT,
        "fee_fen": accrued(stated),
        "deducted_fen": stated.get("deducted", 0),
        "held_fen": stated.get("held", 0) + stated.get(_POOL, 0),
        "adjusted_fen": 0,
        "carried_fen": -stated.get("receivable", 0),
        "payable_fen": stated.get("payable", 0),
        "paid_fen": 0,
        "digest": row_hash({"lines": list(lines)}),
        "drafted_by": caller.name,
        "drafted_by_id": caller.principal_id,
        "note": new.note,
        "created_at": now,
        "updated_at": now,
    }


def _recording(
    session: Session, caller: Caller, contract: Contract, settlement_id: uuid.UUID
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the balance: its row and lines, and the draft that it supersedes."""
    touched: tuple[Touched, ...] = (
        (Settlement, (col(Settlement.contract_id) == contract.id) & (col(Settlement.payment_period) == OPENING)),
        (SettlementLine, col(SettlementLine.settlement_id) == settlement_id),
    )
    details = {"contract_id": str(contract.id), "number": contract.number}
    center = contract.service_center_id
    return recording(session, caller.actor, center, "opening_balance.drafted", settlement_id, *touched, details=details)


def _refuse(pointer: str, code: str, detail: str, remedy: str = "State a day of the service that is over.") -> NoReturn:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
