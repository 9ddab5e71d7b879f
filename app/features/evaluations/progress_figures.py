"""The figures of a quarterly progress report, each with where it comes from, and what is missing, by name."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from app.features.evaluations.progress_queries import Subject
from app.features.metrics.catalogue import standard_codes
from app.models.words import AlertKind, Stage
from app.rules.budgets import Base, Position, Quarter, rate_of
from app.rules.money import yuan

_NAMES = {
    "months_expected": ("应考核月份", "Months to be assessed"),
    "months_assessed": ("已考核月份", "Months assessed"),
    "months_overdue": ("逾期未通报月份", "Months past their due date and not notified"),
    "notices_late": ("逾期通报", "Notices later than due"),
    "alerts_open": ("未解除预警", "Open alerts"),
    "repeat_offences": ("重复发生问题", "Repeat offences"),
    "settled": ("已结算金额", "Settled"),
    "paid": ("已支付金额", "Paid"),
    "unpaid": ("未支付金额", "Not paid yet"),
    "budget_full_year": ("全年预算数", "Full-year budget"),
    "budget_executed": ("累计支出", "Spent so far"),
    "budget_unspent": ("预算结余", "Unspent"),
    "execution_rate": ("预算执行率", "Execution rate"),
    "budget_mismatched": ("用途不符支出", "Spent for another purpose"),
    "metric": ("月度数据", "Monthly figure"),
}
_MISSING = {
    "month-not-assessed": ("该月尚未考核", "The month is not assessed."),
    "no-due-date": ("该月通报没有办理期限", "The month's notice has no due date."),
    "no-settlement": ("本季度没有已批准的结算", "No approved settlement ends in the quarter."),
    "no-metrics": ("该月没有月度数据", "The month has no figures."),
    "no-budget-line": ("没有预算项目", "No budget line is on record."),
    "zero-base": ("全年预算为零，无执行率", "The full-year budget is 0: there is no rate."),
}


@dataclass(frozen=True, slots=True)
class QuarterFacts:
    """What is on record about one subject; rows as the queries give them."""

    months: Sequence[RowMapping] = ()
    alerts: Sequence[RowMapping] = ()
    settlements: Sequence[RowMapping] = ()
    metrics: Sequence[RowMapping] = ()
    lines: Sequence[RowMapping] = ()


def compose(
    subject: Subject, facts: QuarterFacts, positions: Mapping[uuid.UUID, Position], quarter: Quarter, as_of: date
) -> dict[str, Any]:
    """Write a report as a document: its figures with their sources, and what is missing."""
    budget_day = min(as_of, quarter.last_day)
    figures = [*_alerts(facts.alerts, quarter), *_budget(facts.lines, positions)]
    missing = list(_missing_budget(facts.lines, positions))
    if subject.contract_id is not None:
        root = f"/v1/contracts/{subject.contract_id}"
        of_contract = [*_months(facts.months, root, as_of), *_money(facts.settlements, root)]
        figures = [*of_contract, *figures, *_metrics(facts.metrics, root)]
        missing = [*_missing_months(facts), *missing]
    return {
        "from": quarter.first_day.isoformat(),
        "to": quarter.last_day.isoformat(),
        "as_of": as_of.isoformat(),
        "budget_as_of": budget_day.isoformat(),
        "figures": figures,
        "missing": missing,
    }


def _figure(
    code: str, value: str, unit: str, sources: Sequence[str], of: str | None = None, base: Base | None = None
) -> dict[str, Any]:
    zh, en = _NAMES[code]
    found = {"code": code, "name": {"zh": zh, "en": en}, "of": of, "value": value, "unit": unit}
    return found | {"base": base.value if base else None, "sources": list(sources)}


def _gap(code: str, of: str | None = None) -> dict[str, Any]:
    zh, en = _MISSING[code]
    return {"code": code, "of": of, "text": {"zh": zh, "en": en}}


def _months(months: Sequence[RowMapping], root: str, as_of: date) -> Iterator[dict[str, Any]]:
    assessed = [month for month in months if month["stage"] is not Stage.NOT_ASSESSED]
    due = [month for month in months if month["due_on"] is not None and month["due_on"] < as_of]
    overdue = [month for month in due if month["notified_on"] is None]
    late = [month for month in due if month["notified_on"] is not None and month["notified_on"] > month["due_on"]]
    for code, found in (
        ("months_expected", months),
        ("months_assessed", assessed),
        ("months_overdue", overdue),
        ("notices_late", late),
    ):
        hrefs = [f"{root}/assessments/{month['period']}" for month in found]
        yield _figure(code, str(len(found)), "个月", hrefs)


def _alerts(alerts: Sequence[RowMapping], quarter: Quarter) -> Iterator[dict[str, Any]]:
    counted = Counter(alert["kind"] for alert in alerts if alert["is_open"])
    for kind, count in sorted(counted.items()):
        of_kind = [f"/v1/alerts/{alert['id']}" for alert in alerts if alert["is_open"] and alert["kind"] is kind]
        yield _figure("alerts_open", str(count), "项", of_kind, kind.value)
    repeated = [alert for alert in alerts if _is_offence(alert, quarter)]
    yield _figure("repeat_offences", str(len(repeated)), "项", [f"/v1/alerts/{alert['id']}" for alert in repeated])


def _is_offence(alert: RowMapping, quarter: Quarter) -> bool:
    facts = alert["facts"]
    counts = alert["kind"] is AlertKind.REPEAT_OFFENCE and not facts.get("early") and not facts.get("undone")
    return counts and quarter.first_day <= alert["since"] <= quarter.last_day


def _money(settlements: Sequence[RowMapping], root: str) -> Iterator[dict[str, Any]]:
    if not settlements:
        return
    hrefs = [f"{root}/settlements/{row['id']}" for row in settlements]
    payable, paid = (sum(row[name] for row in settlements) for name in ("payable_fen", "paid_fen"))
    for code, amount in (("settled", payable), ("paid", paid), ("unpaid", payable - paid)):
        yield _figure(code, yuan(amount), "元", hrefs)


def _budget(lines: Sequence[RowMapping], positions: Mapping[uuid.UUID, Position]) -> Iterator[dict[str, Any]]:
    for line in lines:
        found, of, href = positions[line["id"]], line["project"], [f"/v1/budgets/{line['id']}"]
        for code, amount in (
            ("budget_full_year", found.full_year_fen),
            ("budget_executed", found.executed_fen),
            ("budget_unspent", found.unspent_fen),
            ("budget_mismatched", found.mismatched_fen),
        ):
            yield _figure(code, yuan(amount), "元", href, of)
        rate = rate_of(found, Base.FULL_YEAR_BUDGET, None)
        if rate.percent is not None:
            yield _figure("execution_rate", rate.percent, "%", href, of, rate.base)


def _metrics(metrics: Sequence[RowMapping], root: str) -> Iterator[dict[str, Any]]:
    for month in metrics:
        for entry in month["figures"]:
            if entry["site"] is None:
                of = f"{month['period']}/{entry['code']}"
                yield _named(
                    _figure("metric", entry["value"], "", [f"{root}/metrics/{month['period']}"], of), entry["code"]
                )


def _named(figure: dict[str, Any], code: str) -> dict[str, Any]:
    """Call a monthly figure by the name and unit of its standard code; a center's own code has neither."""
    standard = standard_codes().get(code)
    if standard is None:
        return figure
    return figure | {"name": {"zh": standard.zh, "en": standard.en}, "unit": standard.unit_zh}


def _missing_months(facts: QuarterFacts) -> Iterator[dict[str, Any]]:
    measured = {month["period"] for month in facts.metrics if month["figures"]}
    for month in facts.months:
        if month["stage"] is Stage.NOT_ASSESSED:
            yield _gap("month-not-assessed", month["period"])
        if month["due_on"] is None:
            yield _gap("no-due-date", month["period"])
        if month["period"] not in measured:
            yield _gap("no-metrics", month["period"])
    if facts.months and not facts.settlements:
        yield _gap("no-settlement")


def _missing_budget(lines: Sequence[RowMapping], positions: Mapping[uuid.UUID, Position]) -> Iterator[dict[str, Any]]:
    if not lines:
        yield _gap("no-budget-line")
    for line in lines:
        if positions[line["id"]].full_year_fen == 0:
            yield _gap("zero-base", line["project"])
