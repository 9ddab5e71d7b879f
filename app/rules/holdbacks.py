"""What is kept back of a month's fee, and what a release returns of it."""

from collections.abc import Sequence
from fractions import Fraction

from app.rules.clauses import AtRiskPool, Holdback
from app.rules.deductions import Taken
from app.rules.fees import fee_label
from app.rules.lines import Component, Line, MonthFacts, line, to_fen
from app.rules.missing import need
from app.rules.workings import Figure, Label, Measure, Working

_NOTHING = Label("零元", "nothing")


def pool_share(clause: AtRiskPool, pointer: str, fee: int, month: MonthFacts) -> Line:
    """Reckon the part of a month's fee, in fen, that is at risk."""
    working = Working(pointer)
    amount = working.fen(fee_label(month.period), fee, month.sources.fees)
    share = working.given(Label("考核金比例", "share at risk"), Fraction(clause.share), Measure.SHARE)
    label = Label(f"{month.period}考核金", f"pool at risk of {month.period}")
    pool = to_fen(working, label, working.multiply(label, amount, share), clause.rounding, month.period)
    return line(Component.POOL, month.period, pool, working)


def held_back(
    clause: Holdback,
    pointer: str,
    base: Taken,
    place: tuple[int, int],
    ceiling: Taken | None,
    held: Fraction,
    month: MonthFacts,
) -> Line:
    """Reckon what is kept back of a month: its share of the base, up to what the ceiling leaves.

    Of a base that is longer than the month it is the part that `place` says: (of how many parts, which). `held` is
    what the months before have kept back, in yuan.
    """
    working = Working(pointer)
    amount = working.given(base.label, base.yuan, Measure.YUAN, base.source)
    share = working.given(Label("预留比例", "share held back"), Fraction(clause.share), Measure.SHARE)
    label = Label(f"{month.period}预留考核金", f"held back of {month.period}")
    parts, number = place
    whole = to_fen(working, label, working.multiply(label, amount, share), clause.rounding, month.period)
    if parts > 1:
        count = working.given(Label("份数", "parts"), parts, Measure.TIMES)
        which = working.given(Label("第几份", "number of the part"), number, Measure.TIMES)
        whole = working.part(label, whole, count, which)
    if ceiling is not None or clause.ceiling_fen is not None:
        whole = _up_to_ceiling(working, clause, whole, ceiling, held, month)
    return line(Component.HOLDBACK, month.period, whole, working)


def _up_to_ceiling(
    working: Working, clause: Holdback, amount: Figure, ceiling: Taken | None, held: Fraction, month: MonthFacts
) -> Figure:
    label = Label("预留上限", "ceiling of what is held back")
    if clause.ceiling_fen is not None:
        most = working.fen(label, clause.ceiling_fen)
    elif ceiling is None or clause.ceiling_share is None:
        zh, en = "条款未约定预留上限的基数", "of what the ceiling is a share"
        raise need("ceiling", f"/terms{working.clause}/ceiling", zh, en, month.period)
    else:
        base = working.given(ceiling.label, ceiling.yuan, Measure.YUAN, ceiling.source)
        share = working.given(Label("上限比例", "share of the ceiling"), Fraction(clause.ceiling_share), Measure.SHARE)
        most = to_fen(working, label, working.multiply(label, base, share), clause.rounding, month.period)
    before = working.given(Label("此前已预留", "held back before"), held, Measure.YUAN, month.sources.contract)
    room = Label("上限余额", "left of the ceiling")
    left = working.subtract(room, most, before)
    left = working.greatest(room, left, working.given(_NOTHING, 0, Measure.YUAN))
    return working.least(Label(f"{month.period}预留考核金", f"held back of {month.period}"), amount, left)


def released(clause: Holdback, pointer: str, code: str, held: int, already: int, source: str) -> Line:
    """Reckon a release: its share, with those before it, of all that was held back, less what they have returned.

    `held` and `already` are fen; so the last release takes the rest. Raises ValueError for a release that the clause
    does not state.
    """
    codes = [release.code for release in clause.releases]
    shares: Sequence[Fraction] = [Fraction(r.share) for r in clause.releases[: codes.index(code) + 1]]
    working = Working(pointer)
    total = working.fen(Label("累计预留", "held back in all"), held, source)
    reached = [working.given(Label("返还比例", "share returned"), share, Measure.SHARE) for share in shares]
    share = working.add(Label("累计返还比例", "share returned so far"), *reached, measure=Measure.SHARE)
    label = Label("累计应返还", "returned in all")
    due = to_fen(working, label, working.multiply(label, total, share), clause.rounding)
    before = working.fen(Label("此前已返还", "returned before"), already, source)
    amount = working.subtract(Label("本次返还", "returned now"), due, before)
    return line(Component.HOLDBACK, None, amount, working)
