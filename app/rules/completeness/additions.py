"""What is asked about limits of all deductions, and about bonuses."""

from collections.abc import Iterator

from app.rules.bases import LENGTHS
from app.rules.clauses import Bonus, DeductionLimit
from app.rules.completeness.asking import ask_base_of_cap, ask_rounding, fractions
from app.rules.completeness.measuring import of_measure
from app.rules.limits import BASES_OF_WINDOWS
from app.rules.missing import Missing


def of_limit(clause: DeductionLimit, pointer: str) -> Iterator[Missing]:
    """Ask of what a limit is a share, and how it is rounded."""
    if clause.fen is None and LENGTHS[clause.base] < LENGTHS[BASES_OF_WINDOWS[clause.window]]:
        yield ask_base_of_cap(pointer)
    if clause.rounding is None and fractions([clause.share]):
        yield ask_rounding(pointer)


def of_bonus(clause: Bonus, pointer: str) -> Iterator[Missing]:
    """Ask what is open in the conditions of a bonus, and how what is paid of it is rounded."""
    for place, condition in enumerate(clause.conditions):
        yield from of_measure(condition.measure, f"{pointer}/conditions/{place}/measure")
    shares = [clause.share, clause.pool.share if clause.pool else None, *(share for share, _ in clause.split)]
    if clause.rounding is None and (clause.per_unit is not None or fractions(shares)):
        yield ask_rounding(pointer)
