"""What the papers of a contract call things in Chinese; a word that is not named here stands as it is stored."""

from collections.abc import Mapping
from typing import Any

from app.models.words import LedgerCause, MoneyStatus, PayoutKind
from app.rules.clauses import Fund
from app.rules.ledger import Account
from app.rules.lines import Component
from app.rules.workings import Measure, Operation

COMPONENTS: Mapping[str, str] = {
    Component.FEE: "服务费",
    Component.SCORE_DEDUCTION: "得分扣款",
    Component.FINDING_DEDUCTION: "问题扣款",
    Component.DEDUCTION_LIMIT: "超限不予扣减",
    Component.HOLDBACK: "预留考核金",
    Component.POOL: "留存考核金",
    Component.DEFERRED: "缓付部分",
    Component.BONUS: "奖励",
    Component.CARRIED_OVER: "结转抵扣",
}

ACCOUNTS: Mapping[str, str] = {
    Account.ACCRUED: "应计费用",
    Account.RECEIVABLE: "供应商应退",
    Account.PAID: "已付",
    Account.PAYABLE: "应付未付",
    Account.HELD: "预留",
    Account.DEDUCTED: "已扣款",
    Account.FORFEITED: "不再支付",
}

FUNDS: Mapping[str, str] = {Fund.HOLDBACK: "预留考核金", Fund.POOL: "留存考核金", Fund.DEFERRED: "缓付部分"}

OPENING_LINES: Mapping[str, str] = {
    Account.HELD: "结转预留考核金",
    "held_pool": "结转留存考核金",
    Account.PAID: "此前已付",
    Account.PAYABLE: "此前应付未付",
    Account.DEDUCTED: "此前已扣款",
    Account.FORFEITED: "此前不再支付",
    Account.RECEIVABLE: ACCOUNTS[Account.RECEIVABLE],
}
"""What the lines of a balance taken over are called; they name accounts."""

CAUSES: Mapping[str, str] = {
    LedgerCause.OPENING: "期初接管",
    LedgerCause.SETTLEMENT: "费用结算",
    LedgerCause.PAYMENT: "支付",
    LedgerCause.PAYMENT_VOID: "支付作废",
    LedgerCause.PAYOUT: "考核金兑现与返还",
}

STATUSES: Mapping[str, str] = {
    MoneyStatus.DRAFT: "草稿",
    MoneyStatus.APPROVED: "已批准",
    MoneyStatus.SUPERSEDED: "已被新稿替代",
}
PAID = "已付清"

PAYOUTS: Mapping[str, str] = {
    PayoutKind.PRORATED_PAYOUT: "按期折算的绩效考核金",
    PayoutKind.PAYOUT_BY_SCORE: "按年度得分分档兑现",
    PayoutKind.SCORE_AWARD: "按年度得分比例兑现",
    PayoutKind.ALL_OR_NOTHING: "达标全额兑现",
    PayoutKind.RELEASE: "预留考核金返还",
}

CLAUSES: Mapping[str, str] = {
    "score_bands": "按得分分档计费",
    "linear_below_mark": "低于合格线逐分扣减",
    "ratio_to_mark": "按得分与基准分之比支付",
    "piecewise_linear": "低于基准分分段逐分扣减",
    "rate_steps": "按达标率分档扣减",
    "amount_per_finding": "按问题定额扣款",
    "percent_per_finding": "按问题比例扣款",
    "points_ratchet": "按累计扣分阶梯扣款",
    "late_performance": "逾期履行按日扣款",
    "absent_staff": "缺岗按日扣款",
    "deduction_limit": "扣款总额上限",
    "bonus": "奖励",
    "no_link": "费用不与考核挂钩",
    "at_risk_pool": "与考核挂钩的考核金",
    "holdback": "预留考核金",
    "/payment": "付款方式",
    "/payment/excess": "扣款超出应付时的处理",
    "/payment/instalments": "分期付款",
}
"""Clauses by their kind, and those of `payment` by where they stand in the terms."""

OPERATIONS: Mapping[str, str] = {
    Operation.GIVEN: "取值",
    Operation.ADD: "相加",
    Operation.SUBTRACT: "相减",
    Operation.MULTIPLY: "相乘",
    Operation.DIVIDE: "相除",
    Operation.LEAST: "取最小",
    Operation.GREATEST: "取最大",
    Operation.FLOOR: "取整",
    Operation.CEILING: "进一",
    Operation.ROUND: "四舍五入",
    Operation.PART: "均分取份",
    Operation.BAND: "按分档",
}

MEASURES: Mapping[str, str] = {
    Measure.YUAN: "元",
    Measure.POINTS: "分",
    Measure.SHARE: "比例",
    Measure.MONTHS: "月",
    Measure.DAYS: "天",
    Measure.TIMES: "次",
}

_EDGES = {"at_least": "≥", "above": ">", "below": "<", "at_most": "≤"}


def payment_period(key: str) -> str:
    """Name a payment period: a month, a quarter and an instalment as they are written, the balance taken over."""
    return "期初余额" if key == LedgerCause.OPENING else key


def reference(paper: Mapping[str, str] | None) -> str | None:
    """Name the paper that states a version of the terms, with its clause."""
    return None if paper is None else " ".join(paper[name] for name in ("document", "clause") if paper.get(name))


def step_note(step: Mapping[str, Any]) -> str | None:
    """Say what a step needs beside its operands: the bands that it looked into, the places that it rounded to."""
    if "bands" in step:
        return "；".join(_band(band) for band in step["bands"])
    return f"保留{step['places']}位小数" if "places" in step else None


def _band(band: Mapping[str, str]) -> str:
    edges = "且".join(f"{sign}{band[edge]}" for edge, sign in _EDGES.items() if edge in band)
    return f"{edges or '其余'} → {band['value']}"
