"""What every table implies: rates of rows, sums of weights and scores, funds that add up, the grade of the total."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.rules.evaluations.execution import total_row
from app.rules.evaluations.operands import SOURCES, Operand
from app.rules.evaluations.printed import half_up, read
from app.rules.evaluations.reckonings import DERIVED_PLACES
from app.rules.evaluations.roundings import compared, hidden_in_parts, hidden_in_ratio
from app.rules.evaluations.telling import Said
from app.rules.evaluations.units import PERCENT
from app.rules.evaluations.values import (
    Comparison,
    Evaluation,
    Funds,
    FundSource,
    Indicator,
    Nature,
    Outcome,
    Scored,
    Verdict,
)

Cells = Mapping[str, Operand]
_PERCENT = Fraction(1, 100)
_TOTAL = "合计"
_BASES = {"full_year_budget": "full_year", "initial_budget": "initial"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A row's contribution to a sum: its exact value, and the printed figure behind it where there is one."""

    value: Fraction
    printed: Operand | None


def rows_of(evaluation: Evaluation, outcome: Outcome, cells: Cells) -> Iterator[Comparison]:
    """Hold every cell that follows from others of the tables against them, in the order of the document."""
    yield from _funds(evaluation, outcome, cells)
    scored = {row.place: row for row in _flat(outcome.rows)}
    for indicator in evaluation.indicators:
        yield from _row(evaluation, indicator, scored, cells, level=1)
    yield from _total(evaluation, outcome, scored, cells)


def _flat(rows: Sequence[Scored]) -> Iterator[Scored]:
    for row in rows:
        yield row
        yield from _flat(row.children)


def _cell(cells: Cells, place: str) -> Operand | None:
    """Give a cell that can be read; a score without decimals is held against all its places: 10 is not 9.52."""
    found = cells.get(place.removeprefix("/").replace("/", "."))
    if found is None or found.size is None:
        return None
    return replace(found, places=found.places or DERIVED_PLACES) if place.endswith("/score") else found


def _row(
    evaluation: Evaluation, row: Indicator, scored: Mapping[str, Scored], cells: Cells, *, level: int
) -> Iterator[Comparison]:
    for name in ("weight", "score"):
        printed = _cell(cells, f"{row.place}/{name}")
        parts = [_part(child, name, scored, cells) for child in row.children]
        known = [part for part in parts if part is not None]
        if printed is not None and row.children and len(known) == len(parts):
            yield _sum_of(f"{name}:{row.place}", f"{row.place}/{name}", row.name, known, printed)
    if row.measure is not None and not row.children:
        yield from _leaf(row, scored.get(row.place), cells)
    if level == 1 or row.rate is not None:
        yield from _rate(row, scored.get(row.place), cells)
    for child in row.children:
        yield from _row(evaluation, child, scored, cells, level=level + 1)


def _part(row: Indicator, name: str, scored: Mapping[str, Scored], cells: Cells) -> _Part | None:
    """Give what a row weighs or earned as it is printed, else by its own parts, else as it was computed."""
    printed = _cell(cells, f"{row.place}/{name}")
    if printed is not None and printed.size is not None:
        return _Part(printed.size, printed)
    parts = [_part(child, name, scored, cells) for child in row.children]
    known = [part.value for part in parts if part is not None]
    if parts and len(known) == len(parts):
        return _Part(sum(known, Fraction(0)), None)
    own = scored.get(row.place)
    value = None if own is None else (own.weight if name == "weight" else own.score)
    return None if value is None else _Part(value, None)


def _sum_of(key: str, place: str, label: str, parts: Sequence[_Part], printed: Operand) -> Comparison:
    size = sum((part.value for part in parts), Fraction(0))
    shown = [part.printed for part in parts if part.printed is not None]
    hidden = hidden_in_parts(shown, size, printed) if key.startswith("score") else None
    return compared(key, place, label, size, printed, hidden=hidden)


def _leaf(row: Indicator, own: Scored | None, cells: Cells) -> Iterator[Comparison]:
    """Hold a measured row's printed score against what its own rule gives."""
    printed = _cell(cells, f"{row.place}/score")
    if own is None or own.stated or own.score is None:
        return
    key, place = f"score:{row.place}", f"{row.place}/score"
    if printed is None:
        yield _derived(key, row.place, row.name, own.score, "")
        return
    hidden = _hidden_in_actual(row, own, cells, printed)
    yield compared(key, place, row.name, own.score, printed, hidden=hidden, mismatch=Verdict.RULE)


def _hidden_in_actual(row: Indicator, own: Scored, cells: Cells, printed: Operand) -> Said | None:
    """Say which actual, shown as printed, gives the printed points where points go by the actual ÷ the target."""
    actual = _cell(cells, f"{row.place}/measure/actual")
    is_proportional = own.completion is not None and own.rate is not None and own.rate == own.completion
    if actual is None or actual.size is None or not own.score or not is_proportional:
        return None
    if row.measure is None or row.measure.nature is not Nature.AT_LEAST:
        return None
    return hidden_in_ratio(actual, actual.size / own.score, printed)


def _rate(row: Indicator, own: Scored | None, cells: Cells) -> Iterator[Comparison]:
    weight, score = _cell(cells, f"{row.place}/weight"), _cell(cells, f"{row.place}/score")
    printed = _cell(cells, f"{row.place}/rate")
    if weight is not None and weight.size and score is not None and score.size is not None:
        yield _rate_of(f"rate:{row.place}", f"{row.place}/rate", row.name, score.size / weight.size, printed, score)
    elif own is not None and own.rate is not None:
        yield _rate_of(f"rate:{row.place}", f"{row.place}/rate", row.name, own.rate, printed, None)


def _rate_of(
    key: str, place: str, label: str, size: Fraction, printed: Operand | None, score: Operand | None
) -> Comparison:
    if printed is None:
        return _derived(key, place.removesuffix("/rate"), label, size / _PERCENT, PERCENT)
    hidden = None if score is None or not score.size or not size else hidden_in_ratio(score, score.size / size, printed)
    return compared(key, place, label, size, printed, hidden=hidden)


def _derived(key: str, place: str, label: str, value: Fraction, unit: str) -> Comparison:
    return Comparison(key, place, label, None, half_up(value, DERIVED_PLACES) + unit, value, Verdict.DERIVED)


def _total(
    evaluation: Evaluation, outcome: Outcome, scored: Mapping[str, Scored], cells: Cells
) -> Iterator[Comparison]:
    for name in ("weight", "score"):
        printed = _cell(cells, f"/total/{name}")
        parts = [_part(row, name, scored, cells) for row in evaluation.indicators]
        parts += _funds_parts(evaluation, outcome, name, cells)
        known = [part for part in parts if part is not None]
        if printed is not None and parts and len(known) == len(parts):
            yield _sum_of(f"{name}:/total", f"/total/{name}", _TOTAL, known, printed)
    yield from _total_rate(outcome, cells)
    yield from _by_rules(outcome, cells)
    if evaluation.grade is not None:
        yield from _grade(evaluation, outcome, cells)


def _funds_parts(evaluation: Evaluation, outcome: Outcome, name: str, cells: Cells) -> list[_Part | None]:
    """Give the part of the funds in the total, where they carry a weight."""
    row = total_row(evaluation)
    if row is None or _cell(cells, f"{row.place}/weight") is None:
        return []
    printed = _cell(cells, f"{row.place}/{name}")
    if printed is not None and printed.size is not None:
        return [_Part(printed.size, printed)]
    value = outcome.funds.score if outcome.funds else None
    return [None if value is None else _Part(value, None)]


def _total_rate(outcome: Outcome, cells: Cells) -> Iterator[Comparison]:
    weight, score = _cell(cells, "/total/weight"), _cell(cells, "/total/score")
    printed = _cell(cells, "/total/rate")
    if weight is not None and weight.size and score is not None and score.size is not None:
        yield _rate_of("rate:/total", "/total/rate", _TOTAL, score.size / weight.size, printed, score)
    elif outcome.rate is not None:
        yield _rate_of("rate:/total", "/total/rate", _TOTAL, outcome.rate, printed, None)


def _by_rules(outcome: Outcome, cells: Cells) -> Iterator[Comparison]:
    """Say what the total is by the rows' own rules, where that is another figure than the printed one."""
    printed = _cell(cells, "/total/score")
    if outcome.total is None:
        return
    if printed is None:
        yield _derived("rules:/total", "/total", _TOTAL, outcome.total, "")
    elif printed.value is not None and half_up(outcome.total, printed.places) != half_up(printed.value, printed.places):
        said = Said("各行按自身评分规则计算之和", "the sum of what each row's own rule gives")
        yield compared("rules:/total", "/total", _TOTAL, outcome.total, printed, mismatch=Verdict.RULE, remarks=[said])


def _grade(evaluation: Evaluation, outcome: Outcome, cells: Cells) -> Iterator[Comparison]:
    """Hold the printed grade against that of the printed total, or else of the computed one."""
    template, total = evaluation.template, _cell(cells, "/total/score")
    value = total.size if total is not None else outcome.total
    if value is None or not template.full_mark:
        return
    percent = value / Fraction(template.full_mark) * 100
    band = next((band for band in template.grades if percent >= Fraction(band.at_least)), None)
    if band is None:
        return
    grade = (evaluation.grade or "").strip("“”\"' ")
    said = Said(f"达到{band.at_least}%", f"the total reaches {band.at_least}%")
    # 优 is written 优秀 as well, 良 as 良好.
    verdict = Verdict.MATCH if grade.startswith(band.name) else Verdict.MISMATCH
    yield Comparison(
        "grade:/total", "/total/grade", "等级", evaluation.grade, band.name, percent, verdict, (said.en,), (said.zh,)
    )


def _funds(evaluation: Evaluation, outcome: Outcome, cells: Cells) -> Iterator[Comparison]:
    total = total_row(evaluation)
    others = [row for row in evaluation.funds if row.source is not FundSource.TOTAL]
    for name in ("initial", "full_year", "executed"):
        printed = _cell(cells, f"{total.place}/{name}") if total else None
        found = [_cell(cells, f"{row.place}/{name}") for row in others]
        parts = [_Part(cell.size, cell) for cell in found if cell is not None and cell.size is not None]
        if total is not None and printed is not None and parts:
            place = f"{total.place}/{name}"
            size = sum((part.value for part in parts), Fraction(0))
            hidden = hidden_in_parts([part.printed for part in parts if part.printed], size, printed)
            yield compared(f"sum:{place}", place, SOURCES[total.source], size, printed, hidden=hidden)
    for row in evaluation.funds:
        yield from _execution(evaluation, row, cells)
    yield from _execution_score(outcome, total, cells)


def _execution(evaluation: Evaluation, row: Funds, cells: Cells) -> Iterator[Comparison]:
    executed, label = _cell(cells, f"{row.place}/executed"), f"{SOURCES[row.source]}执行率"
    stated = evaluation.denominator or evaluation.template.denominator
    found = {name: _cell(cells, f"{row.place}/{column}") for name, column in _BASES.items()}
    bases = {name: cell for name, cell in found.items() if cell is not None and cell.size}
    if executed is None or executed.size is None or not bases or (stated in _BASES and stated not in bases):
        yield from _not_derivable(row, label)
        return
    printed, key, place = _cell(cells, f"{row.place}/rate"), f"rate:{row.place}", f"{row.place}/rate"
    base = stated if stated in bases else next(iter(bases))
    if printed is None:
        size = executed.size / (bases[base].size or 1)
        yield _rate_of(key, place, label, size, None, None)
        return
    rates = {name: executed.size / cell.size for name, cell in bases.items() if cell.size}
    told = [_execution_rate(key, place, label, name, rates, printed, executed) for name in rates]
    by_base = dict(zip(rates, told, strict=True))
    chosen = by_base[base]
    if chosen.verdict is Verdict.MISMATCH:
        other = next((name for name in rates if by_base[name].verdict is not Verdict.MISMATCH), None)
        if other is not None:
            yield _of_another_base(by_base[other], base, stated)
            return
    yield chosen


def _execution_rate(
    key: str, place: str, label: str, base: str, rates: Mapping[str, Fraction], printed: Operand, executed: Operand
) -> Comparison:
    size = rates[base]
    remarks = [
        Said(f"以{_CALLED[name][0]}为分母则为{rate}", f"of {_CALLED[name][1]} it would be {rate}")
        for name, rate in ((name, f"{half_up(rate * 100, 2)}%") for name, rate in rates.items() if name != base)
    ]
    hidden = hidden_in_ratio(executed, executed.size / size, printed) if executed.size and size else None
    mismatch = Verdict.UNIT if "percent-with-currency" in printed.warnings else Verdict.MISMATCH
    found = compared(key, place, label, size, printed, hidden=hidden, mismatch=Verdict.MISMATCH, remarks=remarks)
    if mismatch is Verdict.UNIT and found.verdict is not Verdict.MISMATCH:
        return _judged(found, Verdict.UNIT)
    return found


def _judged(found: Comparison, verdict: Verdict, *said: Said) -> Comparison:
    return Comparison(
        found.key, found.place, found.quantity, found.published, found.recomputed, found.exact, verdict,
        (*found.remarks, *(one.en for one in said)), (*found.remarks_zh, *(one.zh for one in said)),
    )  # fmt: skip


_CALLED = {
    "full_year_budget": ("全年预算", "the full-year budget"),
    "initial_budget": ("年初预算", "the initial budget"),
}


def _of_another_base(found: Comparison, base: str, stated: str | None) -> Comparison:
    """Say that a rate follows, but from the other budget than the one that is named, or than the usual one."""
    zh, en = _CALLED[base]
    if stated is None:
        return found
    return _judged(found, Verdict.BASE, Said(f"所称分母为{zh}", f"the base that is named is {en}"))


def _not_derivable(row: Funds, label: str) -> Iterator[Comparison]:
    if row.rate is None or read(row.rate).value is None:
        return
    said = Said("没有可作分母的预算", "there is no budget to divide by")
    place = f"{row.place}/rate"
    yield Comparison(
        f"rate:{row.place}", place, label, row.rate, None, None, Verdict.NOT_DERIVABLE, (said.en,), (said.zh,)
    )


def _execution_score(outcome: Outcome, total: Funds | None, cells: Cells) -> Iterator[Comparison]:
    if total is None or outcome.funds is None or outcome.funds.score is None:
        return
    key, printed, value = f"score:{total.place}", _cell(cells, f"{total.place}/score"), outcome.funds.score
    label = "执行率得分"
    if printed is None:
        yield _derived(key, total.place, label, value, "")
        return
    executed = _cell(cells, f"{total.place}/executed")
    hidden = hidden_in_ratio(executed, (executed.size or 0) / value, printed) if executed and value else None
    yield compared(key, f"{total.place}/score", label, value, printed, hidden=hidden, mismatch=Verdict.RULE)
