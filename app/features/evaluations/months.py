"""Actuals from a contract's months: mean score, months below the mark, notices on time, metrics, staff on post."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from sqlalchemy import RowMapping

from app.features.evaluations.trace import Lacking, Said, SourceRow
from app.models.words import Stage
from app.rules.consecutive import MonthState
from app.rules.money import exact
from app.rules.scores import ScoreKind, Verdict

HEAD_COUNT, REQUIRED_HEAD_COUNT = "head_count", "required_head_count"
"""Codes of the month's metrics that `staff_on_post` divides."""
_Kind = Literal["month", "notice"]
_DECIDED = (Stage.FINAL, Stage.NOTIFIED)
EXCUSED = Said(zh="该月免予考核，不计入", en="The month is excused and left out.")


@dataclass(frozen=True, slots=True)
class Found:
    """What the record says: an exact figure, None where something is lacking; `is_share` prints it as a percentage."""

    value: Fraction | None
    sources: tuple[SourceRow, ...]
    lacking: tuple[Lacking, ...]
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What one month gives: its row, its figure, or why there is none."""

    row: SourceRow
    value: Fraction | None = None
    lacking: Lacking | None = None


def lack(code: str, zh: str, en: str, period: str | None = None) -> Lacking:
    """Say what is lacking, of a month where it is one."""
    return Lacking(code=code, period=period, text=Said(zh=zh, en=en))


def mean_score(base: str, rows: Sequence[RowMapping]) -> Found:
    """Give the mean of the months' exact scores; a bound, or a month not final, leaves it unknown."""
    return _gathered([_score(base, row) for row in rows], lambda values: sum(values, Fraction(0)) / len(values))


def months_below_mark(base: str, rows: Sequence[RowMapping]) -> Found:
    """Count the months whose result is below the pass mark; an undecided one leaves it unknown."""
    return _gathered([_mark(base, row) for row in rows], lambda values: sum(values, Fraction(0)))


def notices_on_time(base: str, rows: Sequence[RowMapping], today: date) -> Found:
    """Give the share of months notified by their due date; what is overdue counts as late."""
    judged = [_notice(base, row, today) for row in rows]
    return _gathered(judged, lambda values: sum(values, Fraction(0)) / len(values), is_share=True)


def metric(base: str, months: Sequence[RowMapping], rows: Sequence[RowMapping], code: str, *, is_mean: bool) -> Found:
    """Add up a metric of the whole contract over the months, or give its mean; each month must have it."""
    figures = _figures(rows)

    def of_month(row: RowMapping) -> Judged:
        return _metric(base, row, figures.get(row["period"]), code)

    def total(values: list[Fraction]) -> Fraction:
        return sum(values, Fraction(0)) / (len(values) if is_mean else 1)

    return _gathered([of_month(row) for row in months], total)


def staff_on_post(base: str, months: Sequence[RowMapping], rows: Sequence[RowMapping]) -> Found:
    """Divide the head count of all months by the head count that was required; each month must have both."""
    figures = _figures(rows)
    present = [_metric(base, row, figures.get(row["period"]), HEAD_COUNT) for row in months]
    required = [_metric(base, row, figures.get(row["period"]), REQUIRED_HEAD_COUNT) for row in months]
    paired = [(p, r) for p, r in zip(present, required, strict=True) if p.row.counted and r.row.counted]
    sources = tuple(one.row for pair in zip(present, required, strict=True) for one in pair)
    lacking = [one.lacking for one in (*present, *required) if one.lacking]
    asked = sum((r.value or Fraction(0) for _, r in paired), Fraction(0))
    if not lacking and not asked:
        lacking.append(lack("nothing-required", "没有应在岗人数，无法计算比例", "No head count is required: no share."))
    if lacking:
        return Found(None, sources, tuple(lacking), is_share=True)
    return Found(sum((p.value or Fraction(0) for p, _ in paired), Fraction(0)) / asked, sources, (), is_share=True)


def _gathered(judged: list[Judged], combine: Callable[[list[Fraction]], Fraction], *, is_share: bool = False) -> Found:
    """Combine the months' figures where none is lacking and at least one counts."""
    sources = tuple(one.row for one in judged)
    lacking = [one.lacking for one in judged if one.lacking]
    values = [one.value for one in judged if one.value is not None]
    if not lacking and not values:
        lacking.append(lack("no-months", "该期间没有可计入的月份", "No month of that time counts."))
    return Found(None if lacking else combine(values), sources, tuple(lacking), is_share)


def _score(base: str, row: RowMapping) -> Judged:
    if (early := _undecided(base, row, "month")) is not None:
        return early
    if row["score_kind"] is not ScoreKind.EXACT:
        zh = "该月没有确切得分，只有界限或未知"
        return _lacking(
            base, row, "month", "score-not-exact", zh, "The month has no exact score, only a bound or none."
        )
    score = Fraction(row["score_exact"])
    return Judged(_row(base, row, "month", exact(score, 2)), score)


def _mark(base: str, row: RowMapping) -> Judged:
    if (early := _undecided(base, row, "month")) is not None:
        return early
    if row["verdict"] not in (Verdict.BELOW, Verdict.NOT_BELOW):
        zh = "该月得分不足以判断是否低于合格线"
        return _lacking(base, row, "month", "undetermined", zh, "Nothing tells whether the month is below the mark.")
    return Judged(_row(base, row, "month", row["verdict"].value), Fraction(row["verdict"] is Verdict.BELOW))


def _undecided(base: str, row: RowMapping, kind: _Kind) -> Judged | None:
    """Judge a month that has no final result, or none that counts."""
    if row["stage"] not in _DECIDED:
        return _lacking(base, row, kind, "not-final", "该月考核结果尚未确定", "The month's result is not final.")
    if row["state"] is MonthState.EXCUSED:
        return Judged(_row(base, row, kind, None, counted=False, note=EXCUSED))
    if row["state"] is MonthState.NOT_ASSESSED:
        return _lacking(base, row, kind, "not-assessed", "该月未开展考核", "The month was not assessed.")
    return None


def _notice(base: str, row: RowMapping, today: date) -> Judged:
    due_on, met_on = row["due_on"], row["met_on"]
    if due_on is None and row["state"] is MonthState.EXCUSED:
        return Judged(_row(base, row, "notice", None, counted=False, note=EXCUSED))
    if due_on is None:
        zh = "合同条款未约定该月通报期限"
        return _lacking(base, row, "notice", "no-due-date", zh, "No due date is stated for the month's notice.")
    if met_on is None and due_on >= today:
        return _lacking(base, row, "notice", "not-due", "该月通报尚未到期", "The month's notice is not due yet.")
    note = Said(zh=f"期限{due_on}，通报{met_on or '尚无'}", en=f"Due {due_on}, notified {met_on or 'not yet'}.")
    on_time = met_on is not None and met_on <= due_on
    said = str(met_on) if met_on else None
    return Judged(_row(base, row, "notice", said, note=note), Fraction(on_time))


def _metric(base: str, month: RowMapping, found: tuple[Any, list[dict[str, Any]]] | None, code: str) -> Judged:
    id_, figures = found or (None, [])
    href = f"{base}/metrics/{month['period']}"
    period = month["period"]
    value = next((entry["value"] for entry in figures if entry["code"] == code and entry["site"] is None), None)
    if value is not None:
        row = SourceRow(kind="metrics", id=id_, href=href, period=period, value=f"{code} = {value}")
        return Judged(row, Fraction(value))
    if month["state"] is MonthState.EXCUSED:
        return Judged(SourceRow(kind="metrics", id=id_, href=href, period=period, counted=False, note=EXCUSED))
    row = SourceRow(kind="metrics", id=id_, href=href, period=period, counted=False)
    if any(entry["code"] == code for entry in figures):
        zh, en = f"该月“{code}”只有分厅或分窗口数据", f"The month has '{code}' by site only, not of the whole contract."
        return Judged(row, lacking=lack("only-by-site", zh, en, period))
    return Judged(row, lacking=lack("no-figure", f"该月缺少“{code}”数据", f"The month lacks '{code}'.", period))


def _figures(rows: Sequence[RowMapping]) -> dict[str, tuple[Any, list[dict[str, Any]]]]:
    return {row["period"]: (row["id"], row["figures"]) for row in rows}


def _row(
    base: str,
    row: RowMapping,
    kind: _Kind,
    value: str | None,
    *,
    counted: bool = True,
    note: Said | None = None,
) -> SourceRow:
    href = f"{base}/assessments/{row['period']}"
    return SourceRow(kind=kind, id=row["id"], href=href, period=row["period"], value=value, counted=counted, note=note)


def _lacking(base: str, row: RowMapping, kind: _Kind, code: str, zh: str, en: str) -> Judged:
    return Judged(_row(base, row, kind, None, counted=False), lacking=lack(code, zh, en, row["period"]))
