"""Expenditures (支出): recorded many at once and all or none of them; a wrong one is reversed by a counter-entry."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.budgets import mismatches, queries
from app.features.budgets.errors import BeyondPayment, ExpenditureReversed, ReferenceRecorded
from app.features.budgets.lines import day_faults, refuse
from app.features.seen import Seen, check_seen
from app.models import BudgetLine, Expenditure
from app.models.columns import new_id
from app.rules.budgets import fits
from app.rules.faults import Fault
from app.rules.money import yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExpenditure:
    """What was spent from a line, in fen, for which purpose; `external_ref` is its number in the accounts."""

    line_id: uuid.UUID
    amount_fen: int
    spent_on: date
    purpose: str
    external_ref: str
    purpose_name: str | None = None
    description: str | None = None
    document_no: str | None = None
    payment_id: uuid.UUID | None = None


def record(
    session: Session, caller: Caller, spent: Sequence[NewExpenditure], pointer: str = "/expenditures/{}"
) -> list[uuid.UUID]:
    """Record expenditures of one service center, all or none, and give their ids in the same order.

    Whether a line is for the purpose is noted and stops nobody: the night flags it. `pointer` says where the caller
    finds one of them by its number.
    """
    held = queries.lines_for_update(session, caller.centers, [one.line_id for one in spent])
    at = [pointer.format(place) for place in range(len(spent))]
    for one, place in zip(spent, at, strict=True):
        if one.line_id not in held:
            raise NotFound("There is no such budget line.", pointer=f"{place}/budget_line_id")
    refuse(_faults(spent, held, at))
    center = held[spent[0].line_id].service_center_id
    _check_references(session, center, spent, at)
    _check_payments(session, center, spent, at)
    names = queries.purpose_names(session, center, {line.year for line in held.values()})
    rows = [_row(caller, held[one.line_id], one, names) for one in spent]
    touched = (Expenditure, col(Expenditure.id).in_([row.id for row in rows]))
    details = {"expenditures": len(rows)}
    with recording(session, caller.actor, center, "expenditures.recorded", rows[0].id, touched, details=details):
        session.add_all(rows)
    return [row.id for row in rows]


def reverse(
    session: Session, caller: Caller, expenditure_id: uuid.UUID, reversed_on: date, reason: str, seen: Seen = None
) -> uuid.UUID:
    """Undo an expenditure by a counter-entry of a day, on the line that bears it, and give the counter-entry's id.

    An open alert about its purpose is resolved.
    """
    spent = hold(session, caller, expenditure_id)
    check_seen(seen, spent.version)
    refuse(late_faults(session, spent, "/reversed_on", reversed_on))
    now = clock.now()
    entry = Expenditure(
        id=new_id(),
        service_center_id=spent.service_center_id,
        budget_line_id=spent.charged_line_id,
        charged_line_id=spent.charged_line_id,
        contract_id=spent.contract_id,
        amount_fen=-spent.amount_fen,
        spent_on=reversed_on,
        purpose=spent.purpose,
        purpose_name=spent.purpose_name,
        mismatched=False,
        reverses_id=spent.id,
        reversal_reason=reason,
        recorded_by=caller.name,
        recorded_at=now,
        updated_at=now,
    )
    touched = (Expenditure, col(Expenditure.id).in_([spent.id, entry.id]))
    center = spent.service_center_id
    about = mismatches.about(spent.id)
    with recording(session, caller.actor, center, "expenditure.reversed", spent.id, touched, about):
        session.add(entry)
        raise_version(spent)
        session.flush()
        mismatches.settle(session, spent)
    return entry.id


def hold(session: Session, caller: Caller, expenditure_id: uuid.UUID) -> Expenditure:
    """Hold an expenditure that stands; raises NotFound, or ExpenditureReversed for one that a counter-entry undid."""
    spent = queries.expenditure_for_update(session, caller.centers, expenditure_id)
    if spent is None:
        raise NotFound("There is no such expenditure.", pointer="/path/expenditure_id")
    if spent.reverses_id is not None:
        raise ExpenditureReversed(f"It is the counter-entry of {spent.reverses_id}.")
    undone = queries.counter_entry(session, expenditure_id)
    if undone is not None:
        raise ExpenditureReversed(f"It was reversed on {undone['spent_on']}.")
    return spent


def raise_version(spent: Expenditure) -> None:
    """Note that something was decided about an expenditure."""
    spent.version += 1
    spent.updated_at = clock.now()


def late_faults(session: Session, spent: Expenditure, pointer: str, day: date) -> Iterator[Fault]:
    """Say what is wrong with the day of what is done about an expenditure: it follows what was done before."""
    if day > clock.today():
        yield Fault(pointer, "date-in-future", f"{day} is after today, {clock.today()}.", "Record what has happened.")
    decided = [row["decided_on"] for row in queries.decisions(session, spent.id)]
    earliest = max([spent.spent_on, *decided])
    if day < earliest:
        detail = f"{day} lies before {earliest}, the last day of it on record."
        yield Fault(pointer, "before-what-is-on-record", detail, "State that day or a later one.")


def _faults(
    spent: Sequence[NewExpenditure], held: Mapping[uuid.UUID, BudgetLine], at: Sequence[str]
) -> Iterator[Fault]:
    references: dict[str, int] = {}
    first = held[spent[0].line_id]
    for place, one in enumerate(spent):
        line = held[one.line_id]
        yield from day_faults(f"{at[place]}/spent_on", one.spent_on, line.year)
        if one.amount_fen <= 0:
            detail = "Nothing was spent."
            yield Fault(f"{at[place]}/amount", "nothing-spent", detail, "State more than 0, or reverse what was wrong.")
        if line.service_center_id != first.service_center_id:
            detail = f"{line.project} is another service center's than {first.project}."
            yield Fault(
                f"{at[place]}/budget_line_id", "other-center", detail, "Send each service center's on their own."
            )
        earlier = references.setdefault(one.external_ref, place)
        if earlier != place:
            detail = f"'{one.external_ref}' is stated twice."
            yield Fault(
                f"{at[place]}/external_ref", "reference-twice", detail, f"Leave this one out, or {at[earlier]}."
            )


def _check_references(session: Session, center: uuid.UUID, spent: Sequence[NewExpenditure], at: Sequence[str]) -> None:
    there = queries.references_recorded(session, center, [one.external_ref for one in spent])
    if there:
        faults = [
            Fault(
                f"{at[place]}/external_ref",
                ReferenceRecorded.code,
                f"'{one.external_ref}' is on record.",
                ReferenceRecorded.remedy,
            )
            for place, one in enumerate(spent)
            if one.external_ref in there
        ]
        raise ReferenceRecorded(faults[0].detail, faults=faults)


def _check_payments(session: Session, center: uuid.UUID, spent: Sequence[NewExpenditure], at: Sequence[str]) -> None:
    """Refuse what names a payment that is not the center's, or one that does not come to that much."""
    named = {one.payment_id for one in spent if one.payment_id is not None}
    left = queries.unlinked_of_payments(session, center, named) if named else {}
    faults = []
    for place, one in enumerate(spent):
        if one.payment_id is None:
            continue
        if one.payment_id not in left:
            raise NotFound("There is no such payment.", pointer=f"{at[place]}/payment_id")
        if one.amount_fen > left[one.payment_id]:
            detail = f"Of that payment {yuan(max(left[one.payment_id], 0))} is in no expenditure."
            faults.append(Fault(f"{at[place]}/amount", BeyondPayment.code, detail, BeyondPayment.remedy))
        left[one.payment_id] -= one.amount_fen
    if faults:
        raise BeyondPayment(faults[0].detail, faults=faults)


def _row(caller: Caller, line: BudgetLine, one: NewExpenditure, names: Mapping[str, str]) -> Expenditure:
    purposes = {purpose["code"]: purpose["name"] for purpose in line.purposes}
    now = clock.now()
    return Expenditure(
        id=new_id(),
        service_center_id=line.service_center_id,
        budget_line_id=line.id,
        charged_line_id=line.id,
        contract_id=line.contract_id,
        amount_fen=one.amount_fen,
        spent_on=one.spent_on,
        purpose=one.purpose,
        purpose_name=one.purpose_name or purposes.get(one.purpose, names.get(one.purpose)),
        mismatched=not fits(one.purpose, purposes),
        description=one.description,
        external_ref=one.external_ref,
        document_no=one.document_no,
        payment_id=one.payment_id,
        recorded_by=caller.name,
        recorded_at=now,
        updated_at=now,
    )
