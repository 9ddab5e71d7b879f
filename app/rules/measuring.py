"""What a month measures for a clause: its assessed score, points of findings, figures of the month, scores of sites."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from app.rules.clauses import ByScore
from app.rules.history import History
from app.rules.lines import MonthFacts, month_zh
from app.rules.measures import FindingScore, Interpolated, Metric, SiteRule, Sites, SumOf
from app.rules.measures import Measure as MeasureRule
from app.rules.missing import need
from app.rules.money import figure
from app.rules.points import score_of_findings
from app.rules.scored import Scored, exactly, score_label, undecided
from app.rules.scores import ScoreKind
from app.rules.workings import Figure, Label, Measure, Working

_BOUNDS = {ScoreKind.AT_LEAST: ("（不低于）", " (at least)"), ScoreKind.BELOW: ("（低于）", " (below)")}


def full_mark_of(measure: MeasureRule | None, assessed: Decimal | None) -> Decimal | None:
    """Give the scale that a clause's marks are on: that of what it measures, or the one of assessed scores."""
    match measure:
        case None:
            return assessed
        case Interpolated(knots=knots):
            return max(points for _, points in knots)
        case SumOf(parts=parts):
            marks = [full_mark_of(part, assessed) for part in parts]
            return None if None in marks else sum((mark for mark in marks if mark is not None), start=Decimal(0))
        case _:
            return measure.full_mark


def rests_on_result(rule: ByScore) -> bool:
    """Say whether a clause waits for the month's result: figures of the month are known without it."""

    def waits(measure: MeasureRule | None) -> bool:
        if isinstance(measure, SumOf):
            return any(waits(part) for part in measure.parts)
        return measure is None or isinstance(measure, FindingScore)

    return rule.sites is None and waits(rule.measure)


def waits_for_result(rule: ByScore) -> bool:
    """Say whether a month that was not assessed leaves a clause without what decides; scores of sites are assessed."""
    return rule.sites is not None or rests_on_result(rule)


def measured(
    working: Working,
    rule: ByScore,
    pointer: str,
    month: MonthFacts,
    history: History,
    scale: Decimal | None,
) -> Scored:
    """Take what a month measures for a clause as one score; `history` is for repeats."""
    if rule.sites is not None:
        return _combined_sites(working, rule.sites, pointer, month)
    if rule.measure is None:
        return assessed(working, month, scale)
    return _measured(working, rule.measure, f"{pointer}/measure", month, history)


def assessed(working: Working, month: MonthFacts, scale: Decimal | None) -> Scored:
    """Take a month's own score, which has to be on the scale that the clause's marks are on.

    Raises MissingAnswerError where it is on another, and where nothing is known of it.
    """
    score = month.score
    if score is None or score.value is None:
        raise undecided(month)
    if scale is not None and month.full_mark != scale:
        shown, asked = figure(month.full_mark), figure(scale)
        zh = f"{month_zh(month.period)}得分满分为{shown}，条款按满分{asked}约定"
        en = f"how the score of {month.period}, out of {shown}, is read by a clause for scores out of {asked}"
        raise need("full_mark", f"/assessments/{month.period}/score", zh, en, month.period)
    name = score_label(month)
    bound_zh, bound_en = _BOUNDS.get(score.kind, ("", ""))
    label = Label(f"{name.zh}{bound_zh}", f"{name.en}{bound_en}")
    return Scored(name, score, working.given(label, score.value, Measure.POINTS, month.sources.assessment))


def _measured(working: Working, measure: MeasureRule, pointer: str, month: MonthFacts, history: History) -> Scored:
    match measure:
        case FindingScore():
            return score_of_findings(working, measure, pointer, month, history)
        case Metric(code=code, full_mark=full_mark):
            return _within_scale(metric(working, code, None, month), code, full_mark, month)
        case Interpolated():
            return _interpolated(working, measure, pointer, month)
        case SumOf(parts=parts):
            name = Label(f"{month_zh(month.period)}各项得分合计", f"sum of the scores of {month.period}")
            scores = [
                _measured(working, part, f"{pointer}/parts/{place}", month, history).figure
                for place, part in enumerate(parts)
            ]
            return exactly(name, working.add(name, *scores, measure=Measure.POINTS))


def _within_scale(scored: Scored, code: str, full_mark: Decimal, month: MonthFacts) -> Scored:
    """Refuse a figure that is larger than the clause says it can be: a percentage where a share is meant."""
    if scored.figure.value <= full_mark:
        return scored
    shown, most = figure(scored.figure.value), figure(full_mark)
    zh = f"{scored.name.zh}为{shown}，超过条款所载最大值{most}，请核对单位"
    en = f"a figure {scored.name.en} of at most {most}, which the clause says is the largest: {shown} is on record"
    raise need("metric", f"/metrics/{month.period}/{code}", zh, en, month.period)


def metric(working: Working, code: str, site: str | None, month: MonthFacts) -> Scored:
    """Take a figure of the month; raises MissingAnswerError where it is not on record."""
    value = month.metrics.get((code, site))
    at_zh, at_en = (f"（{site}）", f" at {site}") if site else ("", "")
    name = Label(f"{month_zh(month.period)}“{code}”{at_zh}", f"{code} of {month.period}{at_en}")
    if value is None:
        pointer = f"/metrics/{month.period}/{code}" + (f"/{site}" if site else "")
        raise need("metric", pointer, f"缺{name.zh}的月度数据", f"the figure {name.en}", month.period)
    return exactly(name, working.given(name, value, Measure.POINTS if site else Measure.TIMES, month.sources.metrics))


def _interpolated(working: Working, rule: Interpolated, pointer: str, month: MonthFacts) -> Scored:
    value = metric(working, rule.code, None, month).figure
    name = Label(f"{month_zh(month.period)}“{rule.code}”得分", f"score for {rule.code} of {month.period}")
    knots = sorted((Fraction(at), Fraction(points)) for at, points in rule.knots)
    for at, points in knots:
        if value.value == at:
            return exactly(name, working.given(name, points, Measure.POINTS))
    for (low, low_points), (high, high_points) in pairwise(knots):
        if low < value.value < high:
            return exactly(name, _between(working, name, value, (low, low_points), (high, high_points)))
    if rule.clamped is None:
        zh, en = (
            f"{name.zh}超出插值范围，条款未约定",
            f"what {figure(value.value)} earns, outside of what is interpolated",
        )
        raise need("clamped", f"/terms{pointer}/clamped", zh, en, month.period)
    if not rule.clamped:
        zh, en = f"{name.zh}超出插值范围", f"a point for {figure(value.value)}, outside of what is interpolated"
        raise need("knots", f"/terms{pointer}/knots", zh, en, month.period)
    nearest = knots[0] if value.value < knots[0][0] else knots[-1]
    return exactly(name, working.given(name, nearest[1], Measure.POINTS))


def _between(
    working: Working, name: Label, value: Figure, low: tuple[Fraction, Fraction], high: tuple[Fraction, Fraction]
) -> Figure:
    points = Measure.POINTS
    at, least = (
        working.given(Label(zh, en), given, points)
        for zh, en, given in (("下端值", "lower knot", low[0]), ("下端得分", "points there", low[1]))
    )
    rise = working.given(Label("每单位得分", "points for each unit"), (high[1] - low[1]) / (high[0] - low[0]), points)
    above = working.subtract(Label("高出下端", "above the lower knot"), value, at, measure=points)
    return working.add(
        name, least, working.multiply(Label("插值得分", "points between"), above, rise, measure=points), measure=points
    )


def of_sites(working: Working, sites: Sites, month: MonthFacts) -> list[Scored]:
    """Take the score of each site."""
    most = month.terms.full_mark
    scores = [metric(working, sites.code, site, month) for site in sites.sites]
    return [scored if most is None else _within_scale(scored, sites.code, most, month) for scored in scores]


def _combined_sites(working: Working, sites: Sites, pointer: str, month: MonthFacts) -> Scored:
    found = of_sites(working, sites, month)
    if sites.rule is SiteRule.LOWEST:
        name = Label(f"{month_zh(month.period)}各点位最低得分", f"lowest score of the sites of {month.period}")
        return exactly(name, working.least(name, *(each.figure for each in found), measure=Measure.POINTS))
    if sites.rule is None:
        zh, en = "条款未约定多个点位如何合并", "how the scores of several sites become one"
        raise need("site_rule", f"/terms{pointer}/sites/rule", zh, en, month.period)
    name = Label(f"{month_zh(month.period)}各点位平均得分", f"mean score of the sites of {month.period}")
    return exactly(
        name, mean(working, name, [each.figure for each in found], sites.weights, sites.places, Measure.POINTS)
    )


def mean(
    working: Working,
    name: Label,
    figures: Sequence[Figure],
    weights: Sequence[Decimal],
    places: int | None,
    measure: Measure,
) -> Figure:
    """Give the mean of figures, weighted where there are weights, and rounded where there are places."""
    if weights:
        parts = []
        for number, (each, weight) in enumerate(zip(figures, weights, strict=True), 1):
            share = working.given(Label(f"第{number}项权重", f"weight {number}"), Fraction(weight), Measure.SHARE)
            parts.append(
                working.multiply(Label(f"第{number}项加权", f"weighted {number}"), each, share, measure=measure)
            )
        found = working.add(name, *parts, measure=measure)
    else:
        total = working.add(Label(f"{name.zh}：合计", f"{name.en}: sum"), *figures, measure=measure)
        count = working.given(Label("个数", "how many"), len(figures), Measure.TIMES)
        found = working.divide(name, total, count, measure=measure)
    if places is None or (10**places) % found.value.denominator == 0:
        return found
    return working.round(name, found, places, "mean", measure=measure)
