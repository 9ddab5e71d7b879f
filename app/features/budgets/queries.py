"""Selects over budgets that services hold by, sum and judge; what people read is in `reading_queries`."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.features.paging import Listing
from app.models import (
    BudgetAdjustment,
    BudgetLine,
    Contract,
    ContractYear,
    Expenditure,
    ExpenditureDecision,
    Payment,
)
from app.values import FIRST_DAY

_CounterEntry = aliased(Expenditure)


# ---------------------------------------------------------------- what services hold and check


def lines_for_update(
    session: Session, centers: Collection[uuid.UUID], line_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, BudgetLine]:
    """Read some lines of these centers and hold them, in one order whoever asks."""
    statement = (
        select(BudgetLine)
        .where(col(BudgetLine.id).in_(line_ids), col(BudgetLine.service_center_id).in_(centers))
        .order_by(col(BudgetLine.id))
        .with_for_update()
        # Somebody may have changed what this session read before it held it.
        .execution_options(populate_existing=True)
    )
    return {line.id: line for line in session.execute(statement).scalars()}


def project_taken(session: Session, center: uuid.UUID, year: int, project: str) -> bool:
    """Tell whether a center has a line of a project and year."""
    statement = select(col(BudgetLine.id)).where(
        col(BudgetLine.service_center_id) == center, col(BudgetLine.year) == year, col(BudgetLine.project) == project
    )
    return session.execute(statement).first() is not None


def purpose_names(session: Session, center: uuid.UUID, years: Collection[int]) -> dict[str, str]:
    """Give the name of every purpose that a line of some years of a center is for; the oldest line's, of several."""
    statement = (
        select(col(BudgetLine.purposes))
        .where(col(BudgetLine.service_center_id) == center, col(BudgetLine.year).in_(years))
        .order_by(col(BudgetLine.id).desc())
    )
    return {each["code"]: each["name"] for purposes in session.execute(statement).scalars() for each in purposes}


def contract_belongs(session: Session, contract_id: uuid.UUID, center: uuid.UUID) -> bool:
    """Tell whether a contract is a center's."""
    statement = select(col(Contract.id)).where(
        col(Contract.id) == contract_id, col(Contract.service_center_id) == center
    )
    return session.execute(statement).first() is not None


def is_spent_from(session: Session, line_id: uuid.UUID) -> bool:
    """Tell whether anything was ever spent from a line, or charged to it."""
    spent = exists().where(or_(col(Expenditure.budget_line_id) == line_id, col(Expenditure.charged_line_id) == line_id))
    charged = exists().where(col(ExpenditureDecision.to_line_id) == line_id)
    return bool(session.execute(select(or_(spent, charged))).scalar_one())


def references_recorded(session: Session, center: uuid.UUID, references: Collection[str]) -> set[str]:
    """Give those of some references of expenditures that are on record."""
    statement = select(col(Expenditure.external_ref)).where(
        col(Expenditure.service_center_id) == center, col(Expenditure.external_ref).in_(references)
    )
    return {found for found in session.execute(statement).scalars() if found is not None}


def unlinked_of_payments(
    session: Session, center: uuid.UUID, payment_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Hold some payments of a center and give what of each no standing expenditure names; of a voided one nothing.

    Whoever names the same payment waits here.
    """
    held = select(col(Payment.id), col(Payment.amount_fen), col(Payment.voided_on)).where(
        col(Payment.id).in_(payment_ids), col(Payment.service_center_id) == center
    )
    rows = session.execute(held.order_by(col(Payment.id)).with_for_update(key_share=True)).all()
    left = {row.id: 0 if row.voided_on else row.amount_fen for row in rows}
    undone = exists().where(col(_CounterEntry.reverses_id) == col(Expenditure.id))
    named = (
        select(col(Expenditure.payment_id), func.sum(col(Expenditure.amount_fen)))
        .where(col(Expenditure.payment_id).in_(left), not_(undone))
        .group_by(col(Expenditure.payment_id))
    )
    for payment_id, total in session.execute(named):
        left[payment_id] -= int(total)
    return left


def expenditure_for_update(
    session: Session, centers: Collection[uuid.UUID], expenditure_id: uuid.UUID
) -> Expenditure | None:
    """Read an expenditure of these centers and hold it."""
    statement = select(Expenditure).where(
        col(Expenditure.id) == expenditure_id, col(Expenditure.service_center_id).in_(centers)
    )
    held = statement.with_for_update().execution_options(populate_existing=True)
    return session.execute(held).scalar_one_or_none()


def counter_entry(session: Session, expenditure_id: uuid.UUID) -> RowMapping | None:
    """Read what has reversed an expenditure."""
    statement = select(
        col(Expenditure.id), col(Expenditure.spent_on), col(Expenditure.reversal_reason), col(Expenditure.recorded_by)
    ).where(col(Expenditure.reverses_id) == expenditure_id)
    return session.execute(statement).mappings().one_or_none()


def decisions(session: Session, expenditure_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read what was decided about an expenditure, in its order."""
    statement = select(
        col(ExpenditureDecision.kind),
        col(ExpenditureDecision.decided_on),
        col(ExpenditureDecision.from_line_id),
        col(ExpenditureDecision.to_line_id),
        col(ExpenditureDecision.reason),
        col(ExpenditureDecision.document_no),
        col(ExpenditureDecision.decided_by),
        col(ExpenditureDecision.recorded_at),
    ).where(col(ExpenditureDecision.expenditure_id) == expenditure_id)
    ordered = statement.order_by(col(ExpenditureDecision.decided_on), col(ExpenditureDecision.id))
    return session.execute(ordered).mappings().all()


# ---------------------------------------------------------------- sums of lines up to a day


def adjustments(session: Session, line_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the adjustments of some lines in the order of their days, each with the project of its other side."""
    statement: Listing = (
        select(
            col(BudgetAdjustment.id),
            col(BudgetAdjustment.budget_line_id),
            col(BudgetAdjustment.amount_fen),
            col(BudgetAdjustment.adjusted_on),
            col(BudgetAdjustment.reason),
            col(BudgetAdjustment.document_no),
            col(BudgetAdjustment.counterpart_line_id),
            col(BudgetLine.project).label("counterpart_project"),
            col(BudgetAdjustment.transfer_id),
            col(BudgetAdjustment.recorded_by),
            col(BudgetAdjustment.recorded_at),
        )
        .join(BudgetLine, col(BudgetLine.id) == col(BudgetAdjustment.counterpart_line_id), isouter=True)
        .where(col(BudgetAdjustment.budget_line_id).in_(line_ids))
        .order_by(col(BudgetAdjustment.adjusted_on), col(BudgetAdjustment.id))
    )
    return session.execute(statement).mappings().all()


def executed(
    session: Session, line_ids: Collection[uuid.UUID], as_of: date, first: date = FIRST_DAY
) -> dict[uuid.UUID, int]:
    """Sum what lines were charged up to a day: what was spent, and what was reclassified to them or from them."""
    sums = dict.fromkeys(line_ids, 0)
    for line, amount, day, sign in (
        (Expenditure.budget_line_id, Expenditure.amount_fen, Expenditure.spent_on, 1),
        (ExpenditureDecision.to_line_id, ExpenditureDecision.amount_fen, ExpenditureDecision.decided_on, 1),
        (ExpenditureDecision.from_line_id, ExpenditureDecision.amount_fen, ExpenditureDecision.decided_on, -1),
    ):
        statement = select(col(line), func.sum(col(amount))).where(
            col(line).in_(line_ids), col(day).between(first, as_of)
        )
        if line is ExpenditureDecision.from_line_id:
            statement = statement.where(col(ExpenditureDecision.to_line_id).is_not(None))
        for line_id, total in session.execute(statement.group_by(col(line))):
            # PostgreSQL sums whole numbers as decimals.
            sums[line_id] += sign * int(total)
    return sums


def mismatched_sums(session: Session, line_ids: Collection[uuid.UUID], as_of: date) -> dict[uuid.UUID, int]:
    """Sum by line what was spent for another purpose and not decided about or reversed by a day."""
    statement = (
        select(col(Expenditure.budget_line_id), func.sum(col(Expenditure.amount_fen)))
        .where(col(Expenditure.budget_line_id).in_(line_ids), open_mismatch(as_of))
        .group_by(col(Expenditure.budget_line_id))
    )
    return {line_id: int(total) for line_id, total in session.execute(statement)}


def open_mismatch(as_of: date) -> ColumnElement[bool]:
    """Say in SQL that an expenditure is of another purpose than its line, and that nobody had settled it by a day."""
    decided = exists().where(
        col(ExpenditureDecision.expenditure_id) == col(Expenditure.id), col(ExpenditureDecision.decided_on) <= as_of
    )
    reversed_ = exists().where(
        col(_CounterEntry.reverses_id) == col(Expenditure.id), col(_CounterEntry.spent_on) <= as_of
    )
    return and_(col(Expenditure.mismatched), col(Expenditure.spent_on) <= as_of, not_(decided), not_(reversed_))


def contract_years(session: Session, contract_ids: Collection[uuid.UUID], year: int) -> dict[uuid.UUID, int]:
    """Read what some contracts state for a year, in fen."""
    statement = select(col(ContractYear.contract_id), col(ContractYear.amount_fen)).where(
        col(ContractYear.contract_id).in_(contract_ids), col(ContractYear.year) == year
    )
    return {row.contract_id: row.amount_fen for row in session.execute(statement)}


# ---------------------------------------------------------------- what the night looks at


def mismatched(session: Session, as_of: date, *which: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Read the expenditures up to a day whose line is not for their purpose, with that line."""
    statement: Listing = (
        select(
            col(Expenditure.id),
            col(Expenditure.service_center_id),
            col(Expenditure.contract_id),
            col(Expenditure.external_ref),
            col(Expenditure.amount_fen),
            col(Expenditure.spent_on),
            col(Expenditure.purpose),
            col(Expenditure.purpose_name),
            col(BudgetLine.project),
            col(BudgetLine.name).label("line_name"),
            col(BudgetLine.purposes),
        )
        .join(BudgetLine, col(BudgetLine.id) == col(Expenditure.budget_line_id))
        .where(col(Expenditure.mismatched), col(Expenditure.spent_on) <= as_of, *which)
        .order_by(col(Expenditure.id))
    )
    return session.execute(statement).mappings().all()


def settled_mismatches(session: Session, as_of: date, *which: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Read what was decided up to a day about such expenditures, in its order."""
    statement: Listing = (
        select(
            col(ExpenditureDecision.expenditure_id),
            col(ExpenditureDecision.kind),
            col(ExpenditureDecision.decided_on),
            col(ExpenditureDecision.reason),
            col(BudgetLine.project).label("charged_to"),
            col(BudgetLine.name).label("charged_to_name"),
        )
        .join(Expenditure, col(Expenditure.id) == col(ExpenditureDecision.expenditure_id))
        .join(BudgetLine, col(BudgetLine.id) == col(ExpenditureDecision.to_line_id), isouter=True)
        .where(col(Expenditure.mismatched), col(ExpenditureDecision.decided_on) <= as_of, *which)
        .order_by(col(ExpenditureDecision.decided_on), col(ExpenditureDecision.id))
    )
    return session.execute(statement).mappings().all()


def reversed_mismatches(session: Session, as_of: date, *which: ColumnElement[bool]) -> dict[uuid.UUID, date]:
    """Give the days up to `as_of` on which such expenditures were reversed."""
    statement = (
        select(col(_CounterEntry.reverses_id), col(_CounterEntry.spent_on))
        .join(Expenditure, col(Expenditure.id) == col(_CounterEntry.reverses_id))
        .where(col(Expenditure.mismatched), col(_CounterEntry.spent_on) <= as_of, *which)
    )
    return {expenditure_id: day for expenditure_id, day in session.execute(statement) if expenditure_id is not None}
