"""What the findings of a month take off: a price for each, or for their points, up to what a cap has left."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import Cap, FindingClause, PerFinding, PointsRatchet, PriceUnit, TiersBy
from app.rules.costings import costings
from app.rules.history import History
from app.rules.lines import Component, Line, MonthFacts, Taken, line, month_zh, to_coefficient, to_fen
from app.rules.missing import need
from app.rules.points import costs, open_count, summed, taken
from app.rules.scored import require_final
from app.rules.windows import Window
from app.rules.workings import Figure, Label, Measure, Working

_CAP = Label("扣款上限", "cap of the deductions")
_CAP_SHARE = Label("上限比例", "share of the cap")
_LEFT = Label("上限余额", "left of the cap")
_SHARE = Label("扣减比例合计", "sum of the shares")
_EARLIER_POINTS = Label("此前扣分", "points taken before")
_ALL_POINTS = Label("累计扣分", "points taken so far")


@dataclass(frozen=True, slots=True)
class Room:
    """What a cap has to be reckoned with: the base that it is a share of, and what was taken of it before, in yuan."""

    base: Taken | None
    used: Fraction


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clause may ask for: its base, the room that a cap leaves, and the months on record."""

    base: Callable[[], Taken]
    room: Callable[[Cap], Room]
    record: History


def by_findings(clause: FindingClause, pointer: str, asked: Asked, month: MonthFacts) -> Line | None:
    """Reckon what the month's findings take off; None where the month has no finding that costs anything."""
    require_final(month)
    working = Working(pointer)
    label = Label(f"{month_zh(month.period)}问题扣款", f"deduction for the findings of {month.period}")
    if isinstance(clause, PointsRatchet):
        total, open_type = _ratchet(working, clause, asked, label, month), None
    else:
        total, open_type = _priced(working, clause, asked, label, month)
    if total is None:
        return None
    if clause.cap is not None:
        left = _left(working, clause, clause.cap, asked.room(clause.cap), month)
        if left.value <= total.value:
            # However many more there may have been, the cap is reached.
            open_type = None
        total = working.least(label, total, left)
    total = to_fen(working, label, total, clause.rounding, month.period)
    if open_type is not None:
        raise open_count(open_type, month)
    return line(Component.FINDING_DEDUCTION, month.period, total, working)


def _priced(
    working: Working, clause: PerFinding, asked: Asked, label: Label, month: MonthFacts
) -> tuple[Figure | None, str | None]:
    """Reckon what each finding costs, and name an issue type of which there may be more findings."""
    counted = costings(clause.prices, clause.multipliers, working.clause or "", month, asked.record, clause.per_day)
    if not counted:
        return None, None
    open_type = next((entry.price.issue_type for entry in counted if entry.open), None)
    source = month.sources.findings
    if clause.unit is PriceUnit.SHARE:
        shares = summed(working, _SHARE, costs(working, counted, Measure.SHARE, source), Measure.SHARE)
        share = to_coefficient(working, _SHARE, shares, clause.rounding)
        total = working.multiply(label, asked.base().figure(working), share)
    else:
        total = summed(working, label, costs(working, counted, Measure.YUAN, source), Measure.YUAN)
    wage = clause.per_day.wage if clause.per_day else None
    if wage is not None:
        days = working.given(Label("缺岗天数", "days absent"), sum(c.times for c in counted), Measure.DAYS, source)
        daily = working.fen(Label("日工资", "daily wage"), wage.fen, wage.source)
        share = working.given(Label("工资扣减比例", "share of the wage"), Fraction(wage.share), Measure.SHARE)
        lost = Label("工资扣款", "deduction of the wages")
        wages = working.multiply(lost, working.multiply(Label("缺岗工资", "wages of these days"), days, daily), share)
        total = working.add(label, total, wages)
    return total, open_type


def _ratchet(working: Working, clause: PointsRatchet, asked: Asked, label: Label, month: MonthFacts) -> Figure | None:
    """Reckon what the month's points add to what the points of the window cost."""
    pointer = working.clause or ""
    own = taken(working, clause.points, pointer, month, asked.record)
    if not own.value:
        return None
    earlier = [
        _points_of(working, clause, pointer, other, asked.record) for other in asked.record.within(clause.window, month)
    ]
    before = summed(working, _EARLIER_POINTS, earlier, Measure.POINTS) if earlier else None
    reached = own if before is None else working.add(_ALL_POINTS, before, own, measure=Measure.POINTS)
    counted = _beyond(working, clause, reached, month)
    if before is not None and before.value > clause.free:
        added = Label("本月加权扣分", "weighted points of the month")
        counted = working.subtract(added, counted, _beyond(working, clause, before, month), measure=Measure.POINTS)
        if counted.value < 0:
            # A tier that all points reach may have a smaller factor: what was deducted before is not given back.
            none = working.given(Label("零分", "no points"), 0, Measure.POINTS)
            counted = working.greatest(added, counted, none, measure=Measure.POINTS)
    if clause.each is not None:
        each = working.fen(Label("每分扣款", "amount for each point"), clause.each)
        return working.multiply(label, counted, each)
    rate = working.given(Label("每分扣减比例", "share for each point"), Fraction(clause.share or 0), Measure.SHARE)
    share = working.multiply(_SHARE, counted, rate, measure=Measure.SHARE)
    return working.multiply(
        label, asked.base().figure(working), to_coefficient(working, _SHARE, share, clause.rounding)
    )


def _points_of(working: Working, clause: PointsRatchet, pointer: str, month: MonthFacts, record: History) -> Figure:
    name = Label(f"{month_zh(month.period)}扣分", f"points taken in {month.period}")
    return taken(working, clause.points, pointer, month, record, name)


def _beyond(working: Working, clause: PointsRatchet, points: Figure, month: MonthFacts) -> Figure:
    """Weigh the points beyond the free ones by the factors of their tiers."""
    weighted = Label("加权扣分", "weighted points")
    free = working.given(Label("免扣分数", "points that are free"), Fraction(clause.free), Measure.POINTS)
    if points.value <= free.value:
        return working.given(weighted, 0, Measure.POINTS)
    tiers = _tiers(clause, points.value)
    if len(tiers) > 1 and clause.by is None:
        zh, en = (
            "条款未约定超额扣分分段计算还是全部按所达一档计算",
            "whether a tier's factor is for its own points or for all",
        )
        raise need("by", f"/terms{working.clause}/by", zh, en, month.period)
    if clause.by is TiersBy.REACHED_TIER or len(tiers) == 1:
        above = working.subtract(Label("超出免扣的分数", "points beyond"), points, free, measure=Measure.POINTS)
        reached = working.given(Label("档次倍数", "factor of the tier"), tiers[-1][2], Measure.TIMES)
        return working.multiply(weighted, above, reached, measure=Measure.POINTS)
    parts = []
    for number, (low, high, times) in enumerate(tiers, 1):
        start = working.given(Label(f"第{number}档下限", f"start of tier {number}"), low, Measure.POINTS)
        end = points
        if high is not None and high < points.value:
            end = working.given(Label(f"第{number}档上限", f"end of tier {number}"), high, Measure.POINTS)
        own = Label(f"第{number}档分数", f"points of tier {number}")
        inside = working.subtract(own, end, start, measure=Measure.POINTS)
        factor = working.given(Label(f"第{number}档倍数", f"factor of tier {number}"), times, Measure.TIMES)
        parts.append(
            working.multiply(
                Label(f"第{number}档加权", f"weighted tier {number}"), inside, factor, measure=Measure.POINTS
            )
        )
    return summed(working, weighted, parts, Measure.POINTS)


def _tiers(clause: PointsRatchet, points: Fraction) -> list[tuple[Fraction, Fraction | None, Fraction]]:
    """Give the tiers that points reach: from, to and factor."""
    reached, low = [], Fraction(clause.free)
    for up_to, factor in clause.tiers:
        if points > low:
            reached.append((low, None if up_to is None else Fraction(up_to), Fraction(factor)))
        low = low if up_to is None else Fraction(up_to)
    return reached


def _left(working: Working, clause: FindingClause, cap: Cap, room: Room, month: MonthFacts) -> Figure:
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
