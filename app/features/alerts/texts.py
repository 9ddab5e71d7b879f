"""Says an alert in Chinese and English, from its facts alone."""

from typing import Any

from app.features.alerts.budget_texts import budget_line_mismatch
from app.features.alerts.duty_texts import key_post_vacant, lateness, missing_monthly_report, overdue_rectification
from app.features.alerts.trigger_texts import clause_trigger
from app.models.words import AlertKind

_STAGES = {
    "not_assessed": ("尚未考核", "not assessed yet"),
    "draft": ("考核结果为草稿", "drafted but not final"),
    "final": ("考核结果已确定", "final but not notified"),
    "notified": ("已通报", "notified"),
    "excused": ("已免予考核", "excused"),
}


def text(kind: AlertKind, facts: dict[str, Any]) -> dict[str, str]:
    """Give `{zh, en}`; days late of an open alert must already be among the facts."""
    zh, en = _WRITERS[kind](facts)
    if facts.get("undone"):
        return {"zh": f"{zh}后经更正，本预警撤销。", "en": f"{en} Since corrected: the alert no longer applies."}
    return {"zh": zh, "en": en}


def _late_notice(facts: dict[str, Any]) -> tuple[str, str]:
    year, month = facts["period"].split("-")
    stage_zh, stage_en = _STAGES[facts["stage"]]
    if "notified_on" in facts:
        stage_zh, stage_en = f"实际于{facts['notified_on']}通报", f"notified on {facts['notified_on']}"
    late_zh, late_en = lateness(facts)
    zh = f"{year}年{int(month)}月考核结果应于{facts['due_on']}前通报，{stage_zh}，{late_zh}。"
    en = f"The result of {facts['period']} was due to be notified by {facts['due_on']}: {stage_en}, {late_en}."
    return zh, en


def _missing_annual_assessment(facts: dict[str, Any]) -> tuple[str, str]:
    held_zh, held_en = "尚未开展", "not held yet"
    if "held_on" in facts:
        held_zh, held_en = f"实际于{facts['held_on']}开展", f"held on {facts['held_on']}"
    elif "superseded_because" in facts:
        held_zh, held_en = "后不再要求", "no longer owed"
    late_zh, late_en = lateness(facts)
    return (
        (f"{facts['year']}年度考核应于{facts['due_on']}前完成，{held_zh}，{late_zh}。"),
        (f"The annual assessment of {facts['year']} was due by {facts['due_on']}: {held_en}, {late_en}."),
    )


def _repeat_offence(facts: dict[str, Any]) -> tuple[str, str]:
    at_least_zh, at_least_en = ("至少", "at least ") if facts["at_least"] else ("", "")
    where_zh = f"（窗口{facts['counter']}）" if facts.get("counter") else ""
    where_en = f" at counter {facts['counter']}" if facts.get("counter") else ""
    window = f"{facts['window']['from']}至{facts['window']['to']}" if facts["window"]["to"] else facts["window"]["from"]
    unit_zh, unit_en = (
        ("个月", "month(s) with occurrences") if facts["count_by"] == "periods" else ("次", "occurrence(s)")
    )
    reached_zh = "再发生一次即达到重复发生标准" if facts["early"] else "构成重复发生问题"
    reached_en = "one more makes it a repeat offence" if facts["early"] else "a repeat offence"
    return (
        (
            f"“{facts['issue_type_name']}”{where_zh}{at_least_zh}{facts['count']}{unit_zh}"
            f"（标准{facts['threshold']}，期间{window}），{reached_zh}。"
        ),
        (
            f"'{facts['issue_type']}'{where_en}: {at_least_en}{facts['count']} {unit_en}, "
            f"threshold {facts['threshold']}; {reached_en}."
        ),
    )


def _score(score: dict[str, str]) -> tuple[str, str]:
    if "below" in score:
        return f"低于{score['below']}分", f"below {score['below']}"
    return f"{score['exact']}分", score["exact"]


def _below_pass_mark(facts: dict[str, Any]) -> tuple[str, str]:
    year, month = facts["period"].split("-")
    score_zh, score_en = _score(facts["score"])
    return (
        f"{year}年{int(month)}月考核得分{score_zh}，未达到合格线{facts['pass_mark']}分。",
        f"The score of {facts['period']} is {score_en}, under the pass mark of {facts['pass_mark']}.",
    )


def _consecutive_fail(facts: dict[str, Any]) -> tuple[str, str]:
    periods_zh, periods_en = "、".join(facts["periods"]), ", ".join(facts["periods"])
    rule_zh = f"{facts['within']}个月内{facts['threshold']}次" if facts["within"] else f"连续{facts['threshold']}个月"
    rule_en = (
        f"{facts['threshold']} of any {facts['within']} months"
        if facts["within"]
        else f"{facts['threshold']} months in a row"
    )
    edge_zh, edge_en = (
        (f"低于{facts['below']}分", f"below {facts['below']}")
        if "below" in facts
        else (f"不高于{facts['at_most']}分", f"at most {facts['at_most']}")
    )
    return (
        f"{periods_zh}考核得分{edge_zh}，达到“{rule_zh}”条款（后果：{facts['consequence']}）。",
        (f"{periods_en} scored {edge_en}: the clause '{rule_en}' is met (consequence: {facts['consequence']})."),
    )


def _payment_behind(facts: dict[str, Any]) -> tuple[str, str]:
    paid_zh, paid_en = f"已付{facts['paid']}元", f"{facts['paid']} paid"
    if "paid_on" in facts:
        paid_zh, paid_en = f"实际于{facts['paid_on']}付清", f"paid in full on {facts['paid_on']}"
    late_zh, late_en = lateness(facts)
    return (
        (f"{facts['payment_period']}结算款{facts['payable']}元应于{facts['due_on']}前支付，{paid_zh}，{late_zh}。"),
        (
            f"{facts['payable']} for {facts['payment_period']} was to be paid by {facts['due_on']}: {paid_en}, "
            f"{late_en}."
        ),
    )


_MISMATCHES = {
    "entry_unbalanced": ("分录借贷不平", "an entry does not balance"),
    "line_of_another_contract": ("分录含有其他合同的行", "an entry has a line of another contract"),
    "entry_without_its_cause": ("分录没有对应的单据", "an entry has no cause"),
    "entry_missing": ("分录编号不连续", "an entry is missing"),
    "identity_broken": ("总账恒等式不成立", "the accounts do not balance"),
    "fund_below_nothing": ("预留资金为负", "a fund holds less than nothing"),
    "posted_otherwise": ("单据未入账或入账金额不符", "something is not posted, or with another amount"),
    "voided_otherwise": ("作废付款未冲销或冲销金额不符", "a voided payment is not reversed as it was posted"),
    "paid_otherwise": ("已付金额与付款记录不符", "what is noted as paid is not what the payments come to"),
}


def _ledger_mismatch(facts: dict[str, Any]) -> tuple[str, str]:
    first = facts["mismatches"][0]
    zh, en = _MISMATCHES[first["code"]]
    count = facts["count"]
    return (
        f"账目核对有{count}处不符；最早一处：{zh}（{first['place']}）。",
        f"The ledger does not hold in {count} place(s); the earliest: {en} ({first['place']}).",
    )


def _calendar_missing(facts: dict[str, Any]) -> tuple[str, str]:
    year, imported_on = facts["year"], facts.get("imported_on")
    now_zh = f"已于{imported_on}导入" if imported_on else "尚未导入，该年暂按周一至周五为工作日计算"
    now_en = f"was imported on {imported_on}" if imported_on else "is not imported: it counts Monday to Friday for now"
    return f"{year}年节假日安排{now_zh}。", f"The holiday notice of {year} {now_en}."


def _job_missed(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        f"夜间任务{facts['job']}未在{facts['business_date']}按时运行。",
        f"The nightly job {facts['job']} did not run for {facts['business_date']} in its time.",
    )


_DISABLED_BECAUSE = {
    "failing": ("连续多日无法送达", "nothing has arrived there for days"),
    "gone": ("接收方答复该地址已不存在", "it answered that it is gone"),
}


def _endpoint_disabled(facts: dict[str, Any]) -> tuple[str, str]:
    because_zh, because_en = _DISABLED_BECAUSE[facts["because"]]
    now_zh, now_en = "，其间事件不再推送", ": no events are sent there"
    if "enabled_on" in facts:
        now_zh, now_en = f"，已于{facts['enabled_on']}恢复", f"; enabled again on {facts['enabled_on']}"
    elif "deleted_on" in facts:
        now_zh, now_en = f"，已于{facts['deleted_on']}删除", f"; deleted on {facts['deleted_on']}"
    return (
        f"{facts['vendor']}的接收地址{facts['host']}因{because_zh}，于{facts['disabled_on']}停用{now_zh}。",
        (
            f"The endpoint {facts['host']} of {facts['vendor']} was disabled on {facts['disabled_on']}, since "
            f"{because_en}{now_en}."
        ),
    )


_WRITERS = {
    AlertKind.LATE_NOTICE: _late_notice,
    AlertKind.MISSING_ANNUAL_ASSESSMENT: _missing_annual_assessment,
    AlertKind.OVERDUE_RECTIFICATION: overdue_rectification,
    AlertKind.REPEAT_OFFENCE: _repeat_offence,
    AlertKind.BELOW_PASS_MARK: _below_pass_mark,
    AlertKind.CONSECUTIVE_FAIL: _consecutive_fail,
    AlertKind.PAYMENT_BEHIND: _payment_behind,
    AlertKind.LEDGER_MISMATCH: _ledger_mismatch,
    AlertKind.CLAUSE_TRIGGER: clause_trigger,
    AlertKind.CALENDAR_MISSING: _calendar_missing,
    AlertKind.JOB_MISSED: _job_missed,
    AlertKind.MISSING_MONTHLY_REPORT: missing_monthly_report,
    AlertKind.KEY_POST_VACANT: key_post_vacant,
    AlertKind.ENDPOINT_DISABLED: _endpoint_disabled,
    AlertKind.BUDGET_LINE_MISMATCH: budget_line_mismatch,
}
