"""What the findings of a month take off: a fixed amount for each, up to what a cap has left."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import AmountPerFinding, Cap, Window
from app.rules.deciding_scores import require_final
from app.rules.lines import Component, Line, MonthFacts, Taken, line, month_zh, to_coefficient, to_fen
from app.rules.missing import need
from app.rules.workings import Figure, Label, Measure, Working

_CAP = Label("扣款上限", "cap of the deductions")
_CAP_SHARE = Label("上限比例", "share of the cap")
_LEFT = Label("上限余额", "left of the cap")


@dataclass(frozen=True, slots=True)
class Room:
    """What a cap has to be reckoned with: the base that it is a share of, and what was taken of it before, in yuan."""

    base: Taken | None
    used: Fraction


def by_findings(clause: AmountPerFinding, pointer: str, room: Callable[[Cap], Room], month: MonthFacts) -> Line | None:
    """Reckon what the month's findings take off; `room` is asked where there is something to cap.

    None where the month has no finding that costs anything.
    """
    require_final(month)
    working = Working(pointer)
    costs, open_type = [], None
    for issue_type, fen in clause.amounts:
        entries = [entry for entry in month.findings if entry.issue_type == issue_type]
        count = sum(entry.count for entry in entries)
        at_least = any(entry.at_least for entry in entries)
        if not fen or not (count or at_least):
            continue
        if at_least:
            open_type = issue_type
        costs.append(_cost(working, issue_type, count, fen, month))
    if not costs:
        return None
    label = Label(f"{month_zh(month.period)}问题扣款", f"deduction for the findings of {month.period}")
    total = working.add(label, *costs) if len(costs) > 1 else costs[0]
    if clause.cap is not None:
        left = _left(working, clause, clause.cap, room(clause.cap), month)
        if left.value <= total.value:
            # However many more there may have been, the cap is reached.
            open_type = None
        total = to_fen(working, label, working.least(label, total, left), clause.rounding, month.period)
    if open_type is not None:
        raise need(
            "findings",
            f"/findings/{month.period}/{open_type}",
            f"{month_zh(month.period)}“{open_type}”只知至少次数",
            f"how many findings of {open_type} {month.period} has: it may have more than are on record",
            month.period,
        )
    return line(Component.FINDING_DEDUCTION, month.period, total, working)


def _cost(working: Working, issue_type: str, count: int, fen: int, month: MonthFacts) -> Figure:
    label = Label(f"“{issue_type}”次数", f"findings of {issue_type}")
    found = working.given(label, count, Measure.TIMES, month.sources.findings)
    each = working.fen(Label(f"“{issue_type}”每次扣款", f"amount for each {issue_type}"), fen)
    return working.multiply(Label(f"“{issue_type}”扣款", f"deduction for {issue_type}"), found, each)


def _left(working: Working, clause: AmountPerFinding, cap: Cap, room: Room, month: MonthFacts) -> Figure:
    """Say what is left of a cap, not rounded yet: a cap that is not reached needs no rounding."""
    if cap.share is None:
        most = working.fen(_CAP, cap.fen or 0)
    else:
        if room.base is None:
            zh, en = "上限的计算期间长于其基数，条款未约定以哪个月的基数计算", "of which base the cap is a share"
            raise need("base", f"/terms{working.clause}/base", zh, en, month.period)
        amount = room.base.figure(working)
        share = working.given(_CAP_SHARE, Fraction(cap.share), Measure.SHARE)
        share = to_coefficient(working, _CAP_SHARE, share, clause.rounding)
        most = working.multiply(_CAP, amount, share)
    if cap.window is Window.MONTH:
        return most
    before = working.given(Label("此前已扣", "deducted before"), room.used, Measure.YUAN, month.sources.fees)
    left = working.subtract(_LEFT, most, before)
    if left.value < 0:
        left = working.greatest(_LEFT, left, working.given(Label("零元", "nothing"), 0, Measure.YUAN))
    return left
