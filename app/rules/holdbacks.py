"""What is kept back of a month's fee, and what a release returns of it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.rules.clauses import AtRiskPool, Holdback, Rounding
from app.rules.fees import fee_label
from app.rules.lines import (
    FEN_PLACES,
    Component,
    Line,
    MonthFacts,
    Taken,
    ends_within,
    line,
    month_zh,
    not_above,
    not_negative,
    to_coefficient,
    to_fen,
)
from app.rules.missing import need
from app.rules.workings import Figure, Label, Measure, Working

_NOTHING = Label("零元", "nothing")
_CEILING = Label("预留上限", "ceiling of what is held back")
_CEILING_SHARE = Label("上限比例", "share of the ceiling")
_LEFT = Label("上限余额", "left of the ceiling")
_RETURNED = Label("累计返还比例", "share returned so far")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a ceiling is reckoned with: the base that it is a share of, and what was held back before, in yuan."""

    base: Taken | None
    held: Fraction


def pool_share(clause: AtRiskPool, pointer: str, fee: int, month: MonthFacts) -> Line:
    """Reckon the part of a month's fee, in fen, that is at risk."""
    working = Working(pointer)
    name = fee_label(month.period)
    amount = not_negative(working, name, working.fen(name, fee, month.sources.fees))
    label = Label(f"{month_zh(month.period)}考核金", f"pool at risk of {month.period}")
    pool = _share_of(working, label, amount, clause.share, Label("考核金比例", "share at risk"), clause.rounding)
    pool = not_above(working, label, to_fen(working, label, pool, clause.rounding, month.period), amount)
    return line(Component.POOL, month.period, pool, working)


def _share_of(
    working: Working, label: Label, amount: Figure, share: Decimal, name: Label, rounding: Rounding | None
) -> Figure:
    """Multiply an amount with a share that the clause states; the product is not rounded yet."""
    stated = working.given(name, Fraction(share), Measure.SHARE)
    return working.multiply(label, amount, to_coefficient(working, name, stated, rounding))


def held_back(
    clause: Holdback,
    pointer: str,
    base: Taken,
    place: tuple[int, int],
    ceiling: Callable[[], Ceiling],
    month: MonthFacts,
) -> Line:
    """Reckon what is kept back of a month: its share of the base, up to what the ceiling leaves.

    Of a base that is longer than the month it is the part that `place` says: (of how many parts, which). `ceiling` is
    asked where the clause states one.
    """
    working = Working(pointer)
    amount = base.figure(working)
    label = Label(f"{month_zh(month.period)}预留考核金", f"held back of {month.period}")
    held = _share_of(working, label, amount, clause.share, Label("预留比例", "share held back"), clause.rounding)
    parts, number = place
    if parts > 1:
        held = not_above(working, label, to_fen(working, label, held, clause.rounding, month.period), amount)
        count = working.given(Label("份数", "parts"), parts, Measure.TIMES)
        which = working.given(Label("第几份", "number of the part"), number, Measure.TIMES)
        held = working.part(label, held, count, which)
    if has_ceiling(clause):
        left = _left(working, clause, ceiling(), month)
        held = working.least(label, held, left)
    if parts == 1 or not ends_within(held.value, FEN_PLACES):
        # A part is whole fen already, which sum up; rounded to whole yuan they would not.
        held = not_above(working, label, to_fen(working, label, held, clause.rounding, month.period), amount)
    return line(Component.HOLDBACK, month.period, held, working)


def has_ceiling(clause: Holdback) -> bool:
    """Say whether a clause states up to how much is held back."""
    return clause.ceiling_share is not None or clause.ceiling_fen is not None or clause.ceiling_base is not None


def _left(working: Working, clause: Holdback, ceiling: Ceiling, month: MonthFacts) -> Figure:
    """Say what is left of the ceiling, not rounded yet: a ceiling that is not reached needs no rounding."""
    if clause.ceiling_fen is not None:
        most = working.fen(_CEILING, clause.ceiling_fen)
    elif ceiling.base is None or clause.ceiling_share is None:
        zh, en = "条款未约定预留上限的基数", "of what the ceiling is a share"
        raise need("ceiling", f"/terms{working.clause}/ceiling", zh, en, month.period)
    else:
        base = ceiling.base.figure(working)
        most = _share_of(working, _CEILING, base, clause.ceiling_share, _CEILING_SHARE, clause.rounding)
    before = working.given(Label("此前已预留", "held back before"), ceiling.held, Measure.YUAN, month.sources.fees)
    left = working.subtract(_LEFT, most, before)
    if left.value < 0:
        left = working.greatest(_LEFT, left, working.given(_NOTHING, 0, Measure.YUAN))
    return left


def released(
    clause: Holdback,
    pointer: str,
    code: str,
    held: int,
    already: int,
    source: str,
    before: Collection[str] | None = None,
) -> Line:
    """Reckon a release: its share, with those made before it, of all that was held back, less what they returned.

    `held` and `already` are fen; so the last release takes the rest. `before` names the releases that were made; None
    says that they were made in the order of the clause. Where more was returned than is due by now, nothing is. Raises
    ValueError for a release that the clause does not state.
    """
    codes = [release.code for release in clause.releases]
    made = codes[: codes.index(code)] if before is None else before
    working = Working(pointer)
    total = working.fen(Label("累计预留", "held back in all"), held, source)
    shares = [
        working.given(Label(f"“{r.code}”返还比例", f"share returned by {r.code}"), Fraction(r.share), Measure.SHARE)
        for r in clause.releases
        if r.code == code or r.code in made
    ]
    share = working.add(_RETURNED, *shares, measure=Measure.SHARE) if len(shares) > 1 else shares[0]
    label = Label("累计应返还", "returned in all")
    due = to_fen(working, label, working.multiply(label, total, share), clause.rounding)
    returned = working.fen(Label("此前已返还", "returned before"), already, source)
    now = Label("本次返还", "returned now")
    amount = working.subtract(now, due, returned)
    if amount.value < 0:
        amount = working.greatest(now, amount, working.fen(_NOTHING, 0))
    return line(Component.HOLDBACK, None, amount, working)
