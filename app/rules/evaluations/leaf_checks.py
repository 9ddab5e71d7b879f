"""Checks of single indicators: can the target be measured, is the operator the right way round, is the score earned."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from app.rules.evaluations.check_codes import CheckCode, behind, found
from app.rules.evaluations.execution import denominator_of
from app.rules.evaluations.judgements import bands_of, outside
from app.rules.evaluations.printed import (
    comparable,
    half_up,
    is_share,
    off_by_ten_thousand,
    read,
    read_range,
    states_nothing,
)
from app.rules.evaluations.rate_names import called, claimed_by
from app.rules.evaluations.scoring import points
from app.rules.evaluations.sense_words import sense_of
from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import (
    Check,
    Comparison,
    Evaluation,
    Indicator,
    Measure,
    MethodKind,
    Nature,
    Printed,
    Scored,
    Sense,
    Verdict,
)

_VAGUE = re.compile(
    r"(按时|按期|按计划|及时|全部|全面|基本|已|顺利|如期|保质保量)*"
    r"(完成|达标|达到|落实|落实到位|开展|实施|合格|到位|保障|执行)(全部|年度|各项)*(工作|任务|目标)?"
)
_SYMBOLS = {Nature.AT_LEAST: "≥", Nature.AT_MOST: "≤", Nature.EQUAL: "="}
_AGAINST = {Nature.AT_LEAST: Sense.LESS, Nature.AT_MOST: Sense.MORE}
_STRICT = {">": "≥", "<": "≤"}


def leaf_checks(
    evaluation: Evaluation, indicator: Indicator, own: Scored | None, told: Mapping[str, Comparison]
) -> Iterator[Check]:
    """Check one row that measures something; `told` are the comparisons by their keys."""
    measure = indicator.measure
    if measure is None:
        return
    yield from _target(evaluation, indicator, measure)
    yield from _base(evaluation, indicator, measure)
    yield from _operator(indicator, measure)
    yield from _units(indicator, measure)
    yield from _judgement(evaluation, indicator, measure)
    yield from _score(evaluation, indicator, own, told)
    yield from _far_above(evaluation, indicator, measure, own)


def _target(evaluation: Evaluation, indicator: Indicator, measure: Measure) -> Iterator[Check]:
    place, target = f"{indicator.place}/measure/target", (measure.target or "").strip()
    if measure.method is not None and measure.method.kind is MethodKind.EXECUTION_RATE:
        return
    if measure.units and all(unit.target for unit in measure.units):
        for number, unit in enumerate(measure.units):
            if read(unit.target or "", measure.unit).value is None:
                yield _not_measurable(f"{indicator.place}/measure/units/{number}/target", unit.target)
        return
    if measure.nature is Nature.QUALITATIVE:
        has_scale = bool(bands_of(evaluation, measure))
        vague = _VAGUE.fullmatch(target) is not None or (not target and not has_scale)
    elif measure.nature is Nature.RANGE:
        ends = (measure.target_to, target) if measure.target_to else (target,)
        values = [read(end or "", measure.unit).value for end in ends]
        vague = None in values and read_range(target, measure.unit) is None
    else:
        vague = read(target, measure.unit).value is None
    if vague:
        yield _not_measurable(place, measure.target)


def _not_measurable(place: str, target: str | None) -> Check:
    text = (target or "").strip()
    said = Said("指标值空白。", "The target is blank.")
    if text:
        said = Said(f"指标值“{text}”无法衡量是否达到。", f"Nobody can measure whether a target of {text!r} is met.")
    return found(CheckCode.TARGET_NOT_MEASURABLE, place, said, published=target)


def _base(evaluation: Evaluation, indicator: Indicator, measure: Measure) -> Iterator[Check]:
    """Find an execution rate that its indicator's name says is one of another base."""
    claimed, base = claimed_by(indicator.name), denominator_of(evaluation, measure)
    is_rate = measure.method is not None and measure.method.kind is MethodKind.EXECUTION_RATE
    if not is_rate or not claimed or base is None or base in claimed:
        return
    (own_zh, own_en), (named_zh, named_en) = called(base), called(min(claimed))
    said = Said(
        f"名称所称分母为{named_zh}，实为{own_zh}。", f"Its name claims to divide by {named_en}; it divides by {own_en}."
    )
    yield found(
        CheckCode.RATE_OF_ANOTHER_BASE, f"{indicator.place}/name", said, published=indicator.name, verdict=Verdict.BASE
    )


def _operator(indicator: Indicator, measure: Measure) -> Iterator[Check]:
    symbol, sense = _SYMBOLS.get(measure.nature), sense_of(indicator)
    if symbol is None:
        return
    if sense is not None and sense is _AGAINST.get(measure.nature):
        zh, en = ("越高越好", "the more the better") if sense is Sense.MORE else ("越低越好", "the less the better")
        said = Said(
            f"“{indicator.name}”{zh}，而指标性质为{symbol}。",
            f"Of {indicator.name!r} {en}, but its operator is {symbol}.",
        )
        yield found(CheckCode.OPERATOR_AGAINST_SENSE, f"{indicator.place}/measure/nature", said, published=symbol)
    printed = read(measure.target or "", measure.unit).operator
    if printed in {"≥", "≤", ">", "<", "="} and _STRICT.get(printed, printed) != symbol:
        said = Said(f"指标值写{printed}，性质为{symbol}。", f"The target says {printed}, the operator is {symbol}.")
        place = f"{indicator.place}/measure/target"
        yield found(CheckCode.OPERATORS_DIFFER, place, said, published=measure.target)


def _units(indicator: Indicator, measure: Measure) -> Iterator[Check]:
    """Hold the unit of every actual against that of its target, those of single units among them."""
    if measure.nature is Nature.QUALITATIVE:
        return
    place = f"{indicator.place}/measure"
    yield from _pair(measure, measure.target, measure.actual, place)
    for number, unit in enumerate(measure.units):
        yield from _pair(measure, unit.target, unit.actual, f"{place}/units/{number}")


def _pair(measure: Measure, one: str | None, other: str | None, place: str) -> Iterator[Check]:
    target, actual = read(one or "", measure.unit), read(other or "", measure.unit)
    if target.value is None or actual.value is None:
        return
    shown, reached = _with_unit(target), _with_unit(actual)
    if _is_written_two_ways(target, actual):
        said = Said(f"单位写作{shown}与{reached}。", f"The unit is written in two ways: {shown} and {reached}.")
        is_own = place.endswith("/measure")
        where = f"{place}/unit" if is_own else f"{place}/actual"
        yield found(CheckCode.UNIT_WRITTEN_TWO_WAYS, where, said, published=measure.unit if is_own else other)
    elif not comparable(target, actual):
        said = Said(f"{shown}与{reached}单位不同。", f"{shown} and {reached} cannot be held against each other.")
        yield found(CheckCode.UNITS_DIFFER, f"{place}/actual", said, published=other)
    elif off_by_ten_thousand(target, actual):
        said = Said(f"{shown}与{reached}相差一万倍。", f"{shown} and {reached} are off by ten thousand.")
        yield found(CheckCode.UNIT_OFF_BY_TEN_THOUSAND, f"{place}/actual", said, published=other)


def _is_written_two_ways(one: Printed, other: Printed) -> bool:
    """Say whether one figure is in 万 and the other in 万元: the same but for the word that says of what."""
    alike = one.scale == other.scale != 1 and is_share(one) == is_share(other)
    return alike and bool(one.base_unit) != bool(other.base_unit)


def _with_unit(printed: Printed) -> str:
    unit = printed.unit or ""
    return printed.text if not unit or unit in printed.text else f"{printed.text} {unit}"


def _judgement(evaluation: Evaluation, indicator: Indicator, measure: Measure) -> Iterator[Check]:
    band = outside(bands_of(evaluation, measure), measure) if measure.nature is Nature.QUALITATIVE else None
    if band is None or measure.judgement is None:
        return
    low, high, share = (half_up(value * 100, 2) for value in (band.low, band.high, measure.judgement.share))
    said = Said(
        f"“{band.name}”为{low}%至{high}%，所评为{share}%。",
        f"{band.name!r} is {low}% to {high}%, and {share}% is given.",
    )
    place = f"{indicator.place}/measure/judgement/share"
    yield found(CheckCode.JUDGEMENT_OUTSIDE_BAND, place, said, published=f"{share}%")


def _score(
    evaluation: Evaluation, indicator: Indicator, own: Scored | None, told: Mapping[str, Comparison]
) -> Iterator[Check]:
    full_mark = evaluation.template.full_mark
    weight, score = points(indicator.weight, full_mark), points(indicator.score, full_mark)
    place = f"{indicator.place}/score"
    if weight is not None and score is not None and score > weight:
        said = Said(
            f"得分{indicator.score}高于分值{indicator.weight}。",
            f"The score {indicator.score} is above the weight {indicator.weight}.",
        )
        yield found(CheckCode.SCORE_ABOVE_WEIGHT, place, said, published=indicator.score)
        return
    comparison = told.get(f"score:{indicator.place}")
    follows = comparison is not None and comparison.verdict in {Verdict.MATCH, Verdict.MATCH_HALF_UP}
    if own is not None and own.met is False and score is not None and score == weight and not follows:
        yield found(
            CheckCode.FULL_SCORE_NOT_MET,
            place,
            _not_met(indicator, weight),
            published=indicator.score,
            recomputed=comparison.recomputed if comparison else None,
            verdict=Verdict.RULE,
        )
    elif comparison is not None and comparison.verdict is Verdict.RULE:
        said = Said("得分与数值及评分方法不符", "the score does not follow from the figures and the method")
        yield behind(CheckCode.SCORE_DOES_NOT_FOLLOW, comparison, said)


def _not_met(indicator: Indicator, weight: Fraction) -> Said:
    """Say that the operator is false, and what each way of scoring would give."""
    measure = indicator.measure
    if measure is None or measure.nature not in _SYMBOLS:
        return Said("未达到指标值却得满分。", "The target is not met, but the score is full.")
    symbol = _SYMBOLS[measure.nature]
    target, actual = read(measure.target or "", measure.unit), read(measure.actual or "", measure.unit)
    shown = f"{_with_unit(actual)} {symbol} {_with_unit(target)}"
    zh, en = [f"{shown}不成立却得满分"], [f"{shown} is false, but the score is full"]
    reached = actual.size if measure.exact is None else measure.exact * actual.scale
    a, b = (target.size, reached) if measure.nature is Nature.AT_MOST else (reached, target.size)
    if measure.nature is not Nature.EQUAL and a is not None and b:
        points = half_up(min(a / b, Fraction(1)) * weight, 2)
        zh.append(f"按比例计{points}分")
        en.append(f"in proportion it would be {points}")
    zh.append("达标才得分计0.00分")
    en.append("all or nothing gives 0.00")
    if measure.nature is not Nature.EQUAL:
        other = "≤" if symbol == "≥" else "≥"
        zh.append(f"性质若为{other}则为{half_up(weight, 2)}分")
        en.append(f"were the operator {other}, {half_up(weight, 2)}")
    return Said("；".join(zh) + "。", "; ".join(en) + ".")


def _far_above(evaluation: Evaluation, indicator: Indicator, measure: Measure, own: Scored | None) -> Iterator[Check]:
    limit = evaluation.template.far_above
    if limit is None or own is None or own.completion is None or measure.nature is not Nature.AT_LEAST:
        return
    if own.completion < limit or not states_nothing(read(measure.deviation or "")):
        return
    share = half_up(own.completion * 100, 2)
    said = Said(f"完成指标值的{share}%而未说明原因。", f"{share}% of the target was reached, and no note says why.")
    place = f"{indicator.place}/measure/deviation"
    yield found(
        CheckCode.FAR_ABOVE_TARGET, place, said, published=measure.actual, recomputed=f"{share}%", verdict=Verdict.MATCH
    )
