"""Budget lines: entered, changed while nothing was spent from them, and adjusted, also between two of them."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.budgets import queries
from app.features.budgets.errors import BudgetBelowNothing, BudgetLineInUse, ProjectTaken
from app.features.parties.service import require_center
from app.features.seen import Seen, check_seen
from app.models import BudgetAdjustment, BudgetLine
from app.models.columns import new_id
from app.rules.budgets import Adjustment, lowest
from app.rules.faults import Fault
from app.rules.money import yuan


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a line may be spent for."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """What a line says; `initial_fen` is its 年初预算, `source` the paper that says so."""

    name: str
    initial_fen: int
    purposes: Sequence[Purpose]
    contract_id: uuid.UUID | None = None
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdjustment:
    """An amount that is added to a line, or taken where it is negative; from or to `counterpart_line_id` if given."""

    amount_fen: int
    adjusted_on: date
    reason: str | None = None
    document_no: str | None = None
    counterpart_line_id: uuid.UUID | None = None


def create(session: Session, caller: Caller, center: uuid.UUID, project: str, year: int, draft: LineDraft) -> uuid.UUID:
    """Enter the line of a project and year, and give its id."""
    require_center(caller.centers, center)
    _check(session, center, draft)
    if queries.project_taken(session, center, year, project):
        raise ProjectTaken(f"Project '{project}' of {year} is on record.", pointer="/project")
    now = clock.now()
    line = BudgetLine(
        id=new_id(),
        service_center_id=center,
        project=project,
        year=year,
        name=draft.name,
        initial_fen=draft.initial_fen,
        purposes=_purposes(draft),
        created_at=now,
        updated_at=now,
    )
    with recording(session, caller.actor, center, "budget_line.entered", line.id, (BudgetLine, _own(line.id))):
        _write(line, draft)
        session.add(line)
    return line.id


def change(session: Session, caller: Caller, line_id: uuid.UUID, draft: LineDraft, seen: Seen = None) -> None:
    """Change a line; its amount only while nothing was adjusted or spent, its purposes only while nothing was spent.

    The expenditures that are on record were judged by its purposes.
    """
    line = hold(session, caller, [line_id])[line_id]
    check_seen(seen, line.version)
    _check(session, line.service_center_id, draft)
    spent = queries.is_spent_from(session, line_id)
    if draft.initial_fen != line.initial_fen and (spent or queries.adjustments(session, [line_id])):
        detail = f"{line.project} of {line.year} was adjusted or spent from: its initial amount stands."
        raise BudgetLineInUse(detail, pointer="/initial")
    if spent and _purposes(draft) != line.purposes:
        raise BudgetLineInUse(f"{line.project} of {line.year} was spent from: its purposes stand.", pointer="/purposes")
    own = (BudgetLine, _own(line_id))
    with recording(session, caller.actor, line.service_center_id, "budget_line.changed", line_id, own):
        _write(line, draft)
        _raise(line)


def adjust(session: Session, caller: Caller, line_id: uuid.UUID, new: NewAdjustment, seen: Seen = None) -> uuid.UUID:
    """Adjust a line, and where a counterpart is named both lines in one act; give the adjustment's id.

    No line comes to less than nothing on any day.
    """
    sides = [line_id] if new.counterpart_line_id is None else [line_id, new.counterpart_line_id]
    held = hold(session, caller, sides, "/counterpart_line_id")
    line = held[line_id]
    check_seen(seen, line.version)
    refuse(_adjustment_faults(line, new, held))
    rows = _rows(caller, line, new)
    for row in rows:
        _check_enough(session, held[row.budget_line_id], row)
    touched = (
        (BudgetLine, col(BudgetLine.id).in_(sides)),
        (BudgetAdjustment, col(BudgetAdjustment.id).in_([row.id for row in rows])),
    )
    with recording(session, caller.actor, line.service_center_id, "budget_line.adjusted", line_id, *touched):
        session.add_all(rows)
        for side in held.values():
            _raise(side)
    return rows[0].id


def hold(
    session: Session, caller: Caller, line_ids: Sequence[uuid.UUID], pointer: str = "/path/budget_line_id"
) -> dict[uuid.UUID, BudgetLine]:
    """Hold some lines that the caller may see; raises NotFound, pointing at `pointer`, if there is one it may not."""
    held = queries.lines_for_update(session, caller.centers, line_ids)
    if len(held) < len(set(line_ids)):
        raise NotFound("There is no such budget line.", pointer=pointer)
    return held


def known(rows: Iterable[RowMapping | BudgetAdjustment]) -> list[Adjustment]:
    """Give adjustments on record as the rule takes them."""
    found = (row.model_dump() if isinstance(row, BudgetAdjustment) else row for row in rows)
    return [
        Adjustment(
            row["amount_fen"], row["adjusted_on"], row["reason"] is not None, row["counterpart_line_id"] is not None
        )
        for row in found
    ]


def _own(line_id: uuid.UUID) -> ColumnElement[bool]:
    return col(BudgetLine.id) == line_id


def _write(line: BudgetLine, draft: LineDraft) -> None:
    line.name, line.initial_fen, line.purposes = draft.name, draft.initial_fen, _purposes(draft)
    line.contract_id, line.source, line.note = draft.contract_id, draft.source, draft.note


def _raise(line: BudgetLine) -> None:
    line.version += 1
    line.updated_at = clock.now()


def _purposes(draft: LineDraft) -> list[dict[str, str]]:
    return [{"code": purpose.code, "name": purpose.name} for purpose in draft.purposes]


def _check(session: Session, center: uuid.UUID, draft: LineDraft) -> None:
    if draft.contract_id is not None and not queries.contract_belongs(session, draft.contract_id, center):
        raise NotFound("There is no such contract in this service center.", pointer="/contract_id")
    codes = [purpose.code for purpose in draft.purposes]
    refuse(
        Fault(f"/purposes/{place}/code", "purpose-twice", f"'{code}' is named twice.", "Name each purpose once.")
        for place, code in enumerate(codes)
        if code in codes[:place]
    )


def _adjustment_faults(line: BudgetLine, new: NewAdjustment, held: dict[uuid.UUID, BudgetLine]) -> Iterator[Fault]:
    if new.amount_fen == 0:
        yield Fault("/amount", "nothing-adjusted", "The amount is 0.", "State what is added, or less than 0.")
    yield from day_faults("/adjusted_on", new.adjusted_on, line.year)
    if new.counterpart_line_id is None:
        return
    other = held[new.counterpart_line_id]
    if other.id == line.id:
        detail = "A line is not adjusted against itself."
        yield Fault("/counterpart_line_id", "same-line", detail, "Name the other line.")
    if (other.service_center_id, other.year) != (line.service_center_id, line.year):
        detail = f"{other.project} is of {other.year}, or of another service center."
        yield Fault("/counterpart_line_id", "other-year", detail, "Name a line of the same service center and year.")
    if new.reason is None:
        detail = "Nothing is moved between projects without a reason."
        yield Fault("/reason", "reason-missing", detail, "State why, as the paper does.")


def day_faults(pointer: str, day: date, year: int) -> Iterator[Fault]:
    """Say what is wrong with the day of something that belongs to a budget's year."""
    if day > clock.today():
        yield Fault(pointer, "date-in-future", f"{day} is after today, {clock.today()}.", "Record what has happened.")
    if day.year != year:
        detail = f"{day} is not of {year}, the line's year."
        yield Fault(
            pointer, "outside-budget-year", detail, "Name the line of that year, or the day on which it counts."
        )


def _rows(caller: Caller, line: BudgetLine, new: NewAdjustment) -> list[BudgetAdjustment]:
    """Write both sides of an adjustment between lines, or the one of another."""
    transfer = None if new.counterpart_line_id is None else new_id()
    sides: list[tuple[uuid.UUID, uuid.UUID | None, int]] = [(line.id, new.counterpart_line_id, new.amount_fen)]
    if new.counterpart_line_id is not None:
        sides.append((new.counterpart_line_id, line.id, -new.amount_fen))
    return [
        BudgetAdjustment(
            id=new_id(),
            service_center_id=line.service_center_id,
            budget_line_id=of,
            amount_fen=amount,
            adjusted_on=new.adjusted_on,
            reason=new.reason,
            document_no=new.document_no,
            counterpart_line_id=other,
            transfer_id=transfer,
            recorded_by=caller.name,
            recorded_at=clock.now(),
        )
        for of, other, amount in sides
    ]


def _check_enough(session: Session, line: BudgetLine, row: BudgetAdjustment) -> None:
    made = known(queries.adjustments(session, [line.id]))
    least = lowest(line.initial_fen, [*made, *known([row])])
    if least < 0:
        raise BudgetBelowNothing(f"{line.project} would come to {yuan(least)}.", pointer="/amount")


def refuse(faults: Iterable[Fault]) -> None:
    """Refuse what has faults, naming all of them."""
    found = list(faults)
    if found:
        raise Invalid(found[0].detail, faults=found)
