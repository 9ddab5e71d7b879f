"""What contradicts itself in the triggers of a contract; pointers start at the terms document."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.rules.bases import LENGTHS
from app.rules.clauses import (
    DeductionTotal,
    DemeritPoints,
    MoneyTerms,
    NoLink,
    RenewalGate,
    Trigger,
    WarningLadder,
)
from app.rules.consecutive import check_failing
from app.rules.faults import Fault
from app.rules.limits import BASES_OF_WINDOWS
from app.rules.score_faults import check_mark, check_prices
from app.rules.triggering import key_of


def check_triggers(triggers: Sequence[Trigger], money: MoneyTerms, full_mark: Decimal) -> tuple[Fault, ...]:
    """Name every contradiction; an answer that is only missing is no fault."""
    faults = []
    keys = [key_of(clause) for clause in triggers]
    for place, clause in enumerate(triggers):
        found = list(_check(clause, full_mark))
        if keys[place] in keys[:place]:
            detail = "An earlier trigger has the same condition and the same consequence."
            found.append(Fault("", "duplicate-clause", detail, "State each clause once."))
        faults += [fault.under(f"/triggers/{place}") for fault in found]
    if money.ladders and any(isinstance(clause, NoLink) for clause in money.clauses):
        pointer, _ = money.ladders[0]
        detail = "The terms say that nothing ties the fee to the assessment, and state a ladder whose steps cost money."
        faults.append(Fault(pointer, "link-stated", detail, "Leave no_link out, or the amounts of the steps."))
    return tuple(faults)


def _check(clause: Trigger, full_mark: Decimal) -> Iterator[Fault]:
    match clause:
        case WarningLadder():
            yield from _check_ladder(clause, full_mark)
        case DeductionTotal():
            yield from _check_total(clause)
        case DemeritPoints():
            yield from check_prices("points", clause.points.prices)
            if clause.reach <= 0:
                yield Fault("/reach", "reach-not-positive", "No point has to be reached.", "State more than 0 points.")
        case RenewalGate():
            yield from check_mark("/at_least", clause.at_least, full_mark)


def _check_ladder(clause: WarningLadder, full_mark: Decimal) -> Iterator[Fault]:
    yield from check_failing(clause.below, clause.at_most, full_mark)
    reached = 0
    for place, step in enumerate(clause.steps):
        if step.count <= reached:
            detail = f"The step of {step.count} does not come after the one of {reached}."
            yield Fault(f"/steps/{place}/count", "steps-not-up", detail, "State each count above the one before.")
            return
        reached = step.count
    if clause.within is not None and clause.within < reached:
        detail = f"{reached} months cannot lie within {clause.within}."
        yield Fault("/within", "within-too-short", detail, "Give at least as many months as the last step counts.")


def _check_total(clause: DeductionTotal) -> Iterator[Fault]:
    if (clause.share is None) == (clause.fen is None):
        detail = "The total states both a share and an amount, or neither."
        yield Fault("/share", "total-unclear", detail, "State either a share of the base or an amount.")
    elif not (clause.share or clause.fen):
        pointer = "/share" if clause.fen is None else "/amount"
        yield Fault(pointer, "reach-not-positive", "Nothing has to be deducted.", "State more than 0.")
    if clause.share is not None and LENGTHS[clause.base] < LENGTHS[BASES_OF_WINDOWS[clause.window]]:
        detail = f"The total counts over a {clause.window}, but is a share of a {clause.base}."
        yield Fault("/base", "total-base-too-short", detail, "State an amount, or a base that is as long.")
