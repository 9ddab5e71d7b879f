"""What is decided about an expenditure: it is charged to another line, or accepted although its line is not for it."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.budgets import lines, mismatches, queries
from app.features.budgets.errors import NothingToAccept
from app.features.budgets.expenditures import hold, late_faults, raise_version
from app.features.budgets.lines import refuse
from app.features.seen import Seen, check_seen
from app.models import BudgetLine, Expenditure, ExpenditureDecision
from app.models.columns import new_id
from app.models.words import ExpenditureDecisionKind
from app.rules.budgets import fits
from app.rules.faults import Fault

_ACTIONS = {
    ExpenditureDecisionKind.RECLASSIFIED: "expenditure.reclassified",
    ExpenditureDecisionKind.ACCEPTED: "expenditure.accepted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """On which day it was decided, why, and by which paper."""

    decided_on: date
    reason: str
    document_no: str | None = None


def reclassify(
    session: Session,
    caller: Caller,
    expenditure_id: uuid.UUID,
    line_id: uuid.UUID,
    new: NewDecision,
    seen: Seen = None,
) -> None:
    """Charge an expenditure to another line of its year that is for its purpose, from a day on."""
    spent = hold(session, caller, expenditure_id)
    check_seen(seen, spent.version)
    held = lines.hold(session, caller, [spent.charged_line_id, line_id], "/budget_line_id")
    faults = list(late_faults(session, spent, "/decided_on", new.decided_on))
    refuse([*faults, *_line_faults(spent, held[spent.charged_line_id], held[line_id])])
    decision = _decision(caller, spent, ExpenditureDecisionKind.RECLASSIFIED, new)
    decision.to_line_id = line_id
    _decide(session, caller, spent, decision)


def accept(session: Session, caller: Caller, expenditure_id: uuid.UUID, new: NewDecision, seen: Seen = None) -> None:
    """Let an expenditure stand although its line is not for its purpose, for a stated reason."""
    spent = hold(session, caller, expenditure_id)
    check_seen(seen, spent.version)
    if not spent.mismatched or queries.decisions(session, spent.id):
        raise NothingToAccept(f"'{spent.external_ref}' has no open mismatch.", pointer="/path/expenditure_id")
    refuse(late_faults(session, spent, "/decided_on", new.decided_on))
    _decide(session, caller, spent, _decision(caller, spent, ExpenditureDecisionKind.ACCEPTED, new))


def _line_faults(spent: Expenditure, charged: BudgetLine, wanted: BudgetLine) -> list[Fault]:
    pointer = "/budget_line_id"
    if wanted.id == charged.id:
        return [Fault(pointer, "same-line", f"It is charged to {wanted.project} already.", "Name another line.")]
    if (wanted.service_center_id, wanted.year) != (charged.service_center_id, charged.year):
        detail = f"{wanted.project} is of {wanted.year}, or of another service center."
        return [Fault(pointer, "other-year", detail, "Name a line of the same service center and year.")]
    if not fits(spent.purpose, [purpose["code"] for purpose in wanted.purposes]):
        detail = f"{wanted.project} is not for '{spent.purpose}' either."
        return [Fault(pointer, "purpose-does-not-fit", detail, "Name a line with that purpose, or accept it as it is.")]
    return []


def _decision(
    caller: Caller, spent: Expenditure, kind: ExpenditureDecisionKind, new: NewDecision
) -> ExpenditureDecision:
    return ExpenditureDecision(
        id=new_id(),
        service_center_id=spent.service_center_id,
        expenditure_id=spent.id,
        kind=kind,
        decided_on=new.decided_on,
        amount_fen=spent.amount_fen,
        from_line_id=spent.charged_line_id,
        reason=new.reason,
        document_no=new.document_no,
        decided_by=caller.name,
        recorded_at=clock.now(),
    )


def _decide(session: Session, caller: Caller, spent: Expenditure, decision: ExpenditureDecision) -> None:
    touched = (
        (Expenditure, col(Expenditure.id) == spent.id),
        (ExpenditureDecision, col(ExpenditureDecision.id) == decision.id),
        mismatches.about(spent.id),
    )
    action = _ACTIONS[decision.kind]
    with recording(session, caller.actor, spent.service_center_id, action, spent.id, *touched):
        if decision.to_line_id is not None:
            spent.charged_line_id = decision.to_line_id
        raise_version(spent)
        session.add(decision)
        session.flush()
        mismatches.settle(session, spent)
