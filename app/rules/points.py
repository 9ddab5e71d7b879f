"""Points that findings take, and the score that they leave."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from app.rules.costings import Costing, costings
from app.rules.history import History
from app.rules.lines import MonthFacts, month_zh
from app.rules.measures import CriterionOfFindings, FindingScore, Points, Price
from app.rules.missing import MissingAnswerError, need
from app.rules.scored import Scored, exactly, require_final
from app.rules.workings import Figure, Label, Measure, Working

_TAKEN = Label("扣分合计", "points taken")
_ADDED = Label("加分合计", "points added")
_MOST_ADDED = Label("加分上限", "most points added")


def costs(working: Working, counted: Sequence[Costing], measure: Measure, source: str) -> list[Figure]:
    """Reckon what findings cost: times, price and factor for each; prices in points, shares or yuan."""
    unit = {Measure.POINTS: ("扣分", "points"), Measure.SHARE: ("扣减比例", "share"), Measure.YUAN: ("扣款", "amount")}
    zh, en = unit[measure]
    found = []
    for entry in counted:
        name = entry.price.issue_type + (f" {entry.price.level}" if entry.price.level else "")
        label = Label(f"“{name}”{zh}", f"{en} for {name}")
        value = Fraction(entry.price.value) / (100 if measure is Measure.YUAN else 1)
        times = working.given(Label(f"“{name}”次数", f"findings of {name}"), entry.times, Measure.TIMES, source)
        each = working.given(Label(f"“{name}”每次{zh}", f"{en} for each {name}"), value, measure)
        cost = working.multiply(label, times, each, measure=measure)
        if entry.factor != 1:
            factor = working.given(Label(f"“{name}”加重倍数", f"factor of {name}"), entry.factor, Measure.TIMES)
            cost = working.multiply(label, cost, factor, measure=measure)
        found.append(cost)
    return found


def summed(working: Working, label: Label, figures: Sequence[Figure], measure: Measure) -> Figure:
    """Add figures up; one is its own sum, none is nothing."""
    if not figures:
        return working.given(label, 0, measure)
    return figures[0] if len(figures) == 1 else working.add(label, *figures, measure=measure)


def taken(
    working: Working,
    points: Points,
    pointer: str,
    month: MonthFacts,
    history: History,
    label: Label = _TAKEN,
    most: Decimal | None = None,
) -> Figure:
    """Reckon the points that the month's findings take; raises MissingAnswerError where there may be more of them.

    With `most`, which the caller holds them at, nobody has to know how many more there are once they reach it.
    """
    counted = costings(points.prices, points.multipliers, pointer, month, history)
    found = summed(working, label, costs(working, counted, Measure.POINTS, month.sources.findings), Measure.POINTS)
    for entry in counted:
        if entry.open and (most is None or found.value < most):
            raise open_count(entry.price.issue_type, month)
    return found


def open_count(issue_type: str, month: MonthFacts) -> MissingAnswerError:
    """Say that a month may have more findings of a type than are on record."""
    return need(
        "findings",
        f"/findings/{month.period}/{issue_type}",
        f"{month_zh(month.period)}“{issue_type}”只知至少次数",
        f"how many findings of {issue_type} {month.period} has: it may have more than are on record",
        month.period,
    )


def score_of_findings(
    working: Working, rule: FindingScore, pointer: str, month: MonthFacts, history: History
) -> Scored:
    """Reckon the score that a month's findings leave: the full mark, less points, plus additions."""
    require_final(month)
    name = Label(f"{month_zh(month.period)}按问题计得分", f"score of {month.period} by its findings")
    full = working.given(Label("满分", "full mark"), Fraction(rule.full_mark), Measure.POINTS)
    off = _off(working, rule, pointer, month, history)
    score = working.subtract(name, full, off, measure=Measure.POINTS)
    if rule.additions:
        added = taken(working, Points(rule.additions), pointer, month, history, _ADDED, rule.most_added)
        if rule.most_added is not None:
            most = working.given(_MOST_ADDED, Fraction(rule.most_added), Measure.POINTS)
            added = working.least(_ADDED, added, most, measure=Measure.POINTS)
        score = working.add(name, score, added, measure=Measure.POINTS)
    score = _not_below_floor(working, rule, pointer, score, name, month)
    return exactly(name, score)


def _not_below_floor(
    working: Working, rule: FindingScore, pointer: str, score: Figure, name: Label, month: MonthFacts
) -> Figure:
    if rule.floor is None:
        if score.value < 0:
            zh, en = "扣分超过满分，条款未约定最低分", "the smallest score, where more is taken than there is"
            raise need("floor", f"/terms{pointer}/floor", zh, en, month.period)
        return score
    if score.value >= rule.floor:
        return score
    least = working.given(Label("最低分", "smallest score"), Fraction(rule.floor), Measure.POINTS)
    return working.greatest(name, score, least, measure=Measure.POINTS)


def _off(working: Working, rule: FindingScore, pointer: str, month: MonthFacts, history: History) -> Figure:
    """Reckon what findings take off: each criterion at most its weight, then the subject's ratio of it."""
    grouped = {issue_type for criterion in rule.criteria for issue_type in criterion.issue_types}
    parts = [_of_criterion(working, rule, criterion, pointer, month, history) for criterion in rule.criteria]
    others = _priced(rule, [price.issue_type for price in rule.points.prices if price.issue_type not in grouped])
    if others.prices:
        parts.append(taken(working, others, pointer, month, history))
    off = summed(working, _TAKEN, parts, Measure.POINTS)
    if not rule.subjects:
        return off
    ratio = dict(rule.subjects).get(rule.subject or "")
    if ratio is None:
        zh, en = "一项问题对应多个考核对象，条款未约定以哪个对象的得分计费", "the score of which subject decides"
        raise need("subject", f"/terms{pointer}/subject", zh, en, month.period)
    label = Label(f"“{rule.subject}”扣分", f"points taken from {rule.subject}")
    share = working.given(
        Label(f"“{rule.subject}”扣分比例", f"ratio of {rule.subject}"), Fraction(ratio), Measure.SHARE
    )
    return working.multiply(label, off, share, measure=Measure.POINTS)


def _of_criterion(
    working: Working,
    rule: FindingScore,
    criterion: CriterionOfFindings,
    pointer: str,
    month: MonthFacts,
    history: History,
) -> Figure:
    label = Label(f"“{criterion.code}”扣分", f"points taken by {criterion.code}")
    off = taken(working, _priced(rule, criterion.issue_types), pointer, month, history, label, criterion.weight)
    if off.value <= criterion.weight:
        return off
    weight = working.given(
        Label(f"“{criterion.code}”分值", f"weight of {criterion.code}"), Fraction(criterion.weight), Measure.POINTS
    )
    return working.least(label, off, weight, measure=Measure.POINTS)


def _priced(rule: FindingScore, issue_types: Sequence[str]) -> Points:
    prices: tuple[Price, ...] = tuple(price for price in rule.points.prices if price.issue_type in issue_types)
    return Points(prices, rule.points.multipliers)
