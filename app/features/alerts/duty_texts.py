"""Says in Chinese and English what a vendor owes of itself and has not done, and how late anything is."""

from collections.abc import Mapping, Sequence
from typing import Any


def missing_monthly_report(facts: dict[str, Any]) -> tuple[str, str]:
    """Say that a month's report was not handed in by its due date."""
    year, month = facts["period"].split("-")
    done_zh, done_en = _state(facts, ("尚未提交", "not handed in yet"), ("submitted_on", "提交", "handed in"))
    late_zh, late_en = lateness(facts)
    return (
        f"{year}年{int(month)}月项目月报应于{facts['due_on']}前提交，{done_zh}，{late_zh}。",
        f"The vendor's report of {facts['period']} was due by {facts['due_on']}: {done_en}, {late_en}.",
    )


def missing_metrics(facts: dict[str, Any]) -> tuple[str, str]:
    """Say that a month's figures were not all on record by their due date, and which were missing."""
    year, month = facts["period"].split("-")
    done_zh, done_en = _state(facts, ("尚未录全", "not complete yet"), ("entered_on", "录全", "complete"))
    late_zh, late_en = lateness(facts)
    lacking_zh, lacking_en = _lacking(facts.get("missing_names", []))
    return (
        f"{year}年{int(month)}月月度数据应于{facts['due_on']}前录入，{done_zh}，{lacking_zh}{late_zh}。",
        f"The figures of {facts['period']} were due by {facts['due_on']}: {done_en}{lacking_en}, {late_en}.",
    )


def _lacking(names: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    if not names:
        return "", ""
    zh, en = ([name[language] for name in names] for language in ("zh", "en"))
    return f"缺少{'、'.join(zh)}，", f", {', '.join(en)} missing"


def overdue_rectification(facts: dict[str, Any]) -> tuple[str, str]:
    """Say that a finding was not rectified by its due date."""
    done_zh, done_en = _state(
        facts,
        ("尚未整改", "not rectified yet"),
        ("submitted_on", "提交整改", "submitted"),
        ("后不再要求或另定期限", "no longer owed, or owed by another day"),
    )
    late_zh, late_en = lateness(facts)
    where_zh = f"（窗口{facts['counter']}）" if facts.get("counter") else ""
    where_en = f" at counter {facts['counter']}" if facts.get("counter") else ""
    day, due_on = facts["occurred_on"], facts["due_on"]
    return (
        f"{day}“{facts['issue_type_name']}”{where_zh}应于{due_on}前整改，{done_zh}，{late_zh}。",
        (
            f"The finding '{facts['issue_type']}'{where_en} of {day} was to be rectified by {due_on}: "
            f"{done_en}, {late_en}."
        ),
    )


def key_post_vacant(facts: dict[str, Any]) -> tuple[str, str]:
    """Say that a key post stayed vacant past its due date."""
    done_zh, done_en = _state(facts, ("仍无人在岗", "still vacant"), ("filled_on", "到岗", "filled"))
    late_zh, late_en = lateness(facts)
    name, since = facts["post_name"], facts["vacant_since"]
    return (
        f"关键岗位“{name}”自{since}起空缺，应于{facts['due_on']}前补齐，{done_zh}，{late_zh}。",
        f"The key post '{name}', vacant since {since}, was to be filled by {facts['due_on']}: {done_en}, {late_en}.",
    )


def _state(
    facts: dict[str, Any],
    undone: tuple[str, str],
    done: tuple[str, str, str],
    ended: tuple[str, str] = ("后不再要求", "no longer owed"),
) -> tuple[str, str]:
    name, done_zh, done_en = done
    if name in facts:
        return f"实际于{facts[name]}{done_zh}", f"{done_en} on {facts[name]}"
    if "superseded_because" in facts:
        return ended
    return undone


def lateness(facts: dict[str, Any]) -> tuple[str, str]:
    """Say how many days late something is, and whether a provisional calendar counted them."""
    days, working = facts["days_late"], facts["working_days_late"]
    provisional_zh = "（办理期限按暂定工作日历计算）" if facts.get("provisional") else ""
    provisional_en = " (counted by a provisional calendar)" if facts.get("provisional") else ""
    return (
        f"逾期{days}天（{working}个工作日）{provisional_zh}",
        f"{days} days ({working} working days) late{provisional_en}",
    )
