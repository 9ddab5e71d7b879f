"""The sheets of a settlement's dossier: the form, its lines, how each came about, the notices, the approvals."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.documents.xlsx import Cell, Column, Sheet, TwoPlaces
from app.features.settlements.papers import words
from app.features.settlements.papers.dossier_record import Dossier, Row
from app.models.words import MoneyStatus
from app.rules.consecutive import MonthState
from app.rules.lines import Component
from app.rules.money import yuan
from app.rules.scores import ScoreKind
from app.rules.workings import sentences

Cells = Sequence[Cell]


def sheets(found: Dossier) -> list[Sheet]:
    """Give all sheets, in the order in which a reader goes from the result to what it rests on."""
    return [
        Sheet("结算单", _FORM, [*_form(found)]),
        Sheet("明细", _LINES, [_line(line) for line in found.lines]),
        Sheet("计算过程", _STEPS, [*_steps(found.lines)]),
        Sheet("依据通报", _NOTICES, [*_notices(found)]),
        Sheet("审批与支付", _ACTS, sorted(_acts(found), key=_by_day)),
    ]


# ---------------------------------------------------------------- 结算单

_FORM = (Column("项目", 24), Column("内容", 70), Column("金额（元）", 20))


def _form(found: Dossier) -> Iterator[Cells]:
    row, lines = found.settlement, found.lines
    payable = sum(line["effect_fen"] for line in lines)
    paid = sum(payment["amount_fen"] for payment in found.payments if payment["voided_on"] is None)
    yield from _heads(row, paid)
    for component, label in _named_totals(lines):
        yield label, None, TwoPlaces(sum(line["amount_fen"] for line in lines if line["component"] == component))
    adjustments = [line for line in lines if line["adjustment"] is not None]
    if adjustments:
        numbers = "、".join(str(line["adjustment"]) for line in adjustments)
        yield "其中：以前月份调整对应付的影响", f"第{numbers}号", TwoPlaces(sum(a["effect_fen"] for a in adjustments))
    yield "应付金额", None, TwoPlaces(payable)
    yield "已付金额", None, TwoPlaces(paid)
    yield "未付金额", None, TwoPlaces(payable - paid)
    yield "核对：明细合计与入账应付", _compared(payable, row["payable_fen"]), TwoPlaces(row["payable_fen"])
    yield "核对：支付合计与入账已付", _compared(paid, row["paid_fen"]), TwoPlaces(row["paid_fen"])


def _heads(row: Row, paid: int) -> Iterator[Cells]:
    yield "合同编号", row["contract_number"], None
    yield "合同名称", row["contract_title"], None
    yield "政务服务中心", row["service_center_name"], None
    yield "服务供应商", row["vendor_name"], None
    yield "支付期", words.payment_period(row["payment_period"]), None
    yield "结算月份", "、".join(row["months"]) or None, None
    yield "服务截至", str(row["ends_on"]), None
    yield "状态", status(row, paid), None
    yield "起草", f"{row['drafted_by']}，{row['drafted_on']}", None
    if row["approved_on"] is not None:
        yield "批准", f"{row['approved_by']}，{row['approved_on']}", None
    if row["entry_number"] is not None:
        yield "入账", f"第{row['entry_number']}号分录，{row['posted_on']}", None
    if row["note"]:
        yield "备注", row["note"], None
    yield "明细摘要（SHA-256）", row["digest"], None


def status(row: Row, paid: int) -> str:
    """Name how far a settlement has come."""
    if row["status"] is MoneyStatus.APPROVED and paid == row["payable_fen"]:
        return words.PAID
    return words.STATUSES[row["status"]]


def _named_totals(lines: Sequence[Row]) -> list[tuple[str, str]]:
    """List the components of a settlement, or, of a balance taken over, those that its lines name."""
    named = {**words.COMPONENTS} | {line["component"]: label(line["component"]) for line in lines}
    there = {line["component"] for line in lines}
    opening = there - set(Component)
    return [(component, name) for component, name in named.items() if component in there or not opening]


def label(component: str) -> str:
    """Name a line of a settlement, or of a balance taken over."""
    return words.COMPONENTS.get(component) or words.OPENING_LINES.get(component, component)


def _compared(found: int, recorded: int) -> str:
    return "一致" if found == recorded else f"不一致：按本档案为{yuan(found)}"


# ---------------------------------------------------------------- 明细

_LINES = (
    Column("序号", 6),
    Column("月份", 10),
    Column("项目", 16),
    Column("条款", 26),
    Column("条款位置", 22),
    Column("条款版本", 9),
    Column("依据文件", 30),
    Column("调整编号", 9),
    Column("金额（元）", 18),
    Column("对应付的影响（元）", 18),
)


def _line(line: Row) -> Cells:
    return (
        line["number"],
        line["period"],
        label(line["component"]),
        _clause(line),
        line["clause"],
        line["terms_version"],
        words.reference(line["reference"]),
        line["adjustment"],
        TwoPlaces(line["amount_fen"]),
        TwoPlaces(line["effect_fen"]),
    )


def _clause(line: Row) -> str | None:
    """Name a clause by its kind, or by its place in the terms; an adjustment carries out none of its own."""
    pointer: str | None = line["clause"]
    if pointer is None:
        return "以前月份调整" if line["adjustment"] is not None else None
    kind: str = line["kind"] or pointer.rstrip("0123456789").rstrip("/")
    return words.CLAUSES.get(kind, kind)


# ---------------------------------------------------------------- 计算过程

_STEPS = (
    Column("明细序号", 9),
    Column("步骤", 6),
    Column("运算", 10),
    Column("名称", 22),
    Column("数值", 18),
    Column("单位", 6),
    Column("取自步骤", 10),
    Column("算式", 46),
    Column("说明", 20),
    Column("来源", 32),
)


def _steps(lines: Iterable[Row]) -> Iterator[Cells]:
    for line in lines:
        for step, said in zip(line["steps"], sentences(line["steps"]), strict=True):
            yield (
                line["number"],
                step["number"],
                words.OPERATIONS[step["operation"]],
                step["label"]["zh"],
                step["value"],
                words.MEASURES[step["measure"]],
                "、".join(str(number) for number in step["operands"]) or None,
                said["zh"],
                words.step_note(step),
                step.get("source"),
            )


# ---------------------------------------------------------------- 依据通报

_NOTICES = (
    Column("月份", 10),
    Column("依据", 12),
    Column("考核得分", 12),
    Column("等级", 10),
    Column("结果确定日期", 14),
    Column("通报日期", 12),
    Column("通报文号", 28),
    Column("结算时版本", 11),
    Column("现行版本", 9),
    Column("发生日期", 12),
    Column("问题类别", 22),
    Column("窗口", 12),
    Column("结算后撤销", 12),
)
_STATES = {MonthState.EXCUSED: "免予考核", MonthState.NOT_ASSESSED: "未考核"}
_BOUNDS = {ScoreKind.AT_LEAST: "≥", ScoreKind.BELOW: "<"}


def _notices(found: Dossier) -> Iterator[Cells]:
    """Give each month's result, and under it the findings that cost something."""
    for month in found.months:
        result: Cells = (_score(month), month["grade"], month["final_on"], month["notified_on"], month["document_no"])
        yield month["period"], "考核结果", *result, month["stood"], month["revision"], None, None, None, None
        for finding in found.findings:
            if finding["period"] == month["period"]:
                said: Cells = (finding["occurred_on"], finding["issue_type_name"], finding["counter"])
                yield month["period"], "考核问题", *[None] * 7, *said, finding["withdrawn_on"]


def _score(month: Row) -> Cell:
    """Give an exact score as a number, and anything else in words."""
    if month["state"] in _STATES:
        return _STATES[month["state"]]
    if month["score_hundredths"] is None:
        return "未载明"
    if month["score_kind"] in _BOUNDS:
        return f"{_BOUNDS[month['score_kind']]}{yuan(month['score_hundredths'])}"
    return TwoPlaces(month["score_hundredths"])


# ---------------------------------------------------------------- 审批与支付

_ACTS = (
    Column("日期", 12),
    Column("事项", 12),
    Column("经办人", 20),
    Column("金额（元）", 18),
    Column("凭证号", 22),
    Column("发票号", 22),
    Column("状态", 14),
    Column("说明", 50),
)


def _by_day(act: Cells) -> date:
    day = act[0]
    return day if isinstance(day, date) else date.max


def _acts(found: Dossier) -> Iterator[Cells]:
    """Give what happened: every draft, the approval, every payment and every voiding, as a counter-entry."""
    for draft in found.drafts:
        yield _drafted(draft, found)
    for draft in found.drafts:
        if draft["approved_on"] is not None:
            amount = TwoPlaces(draft["payable_fen"])
            yield draft["approved_on"], "批准", draft["approved_by"], amount, None, None, "已批准", None
    for payment in found.payments:
        amount, fen = TwoPlaces(payment["amount_fen"]), payment["amount_fen"]
        voided = payment["voided_on"]
        papers: Cells = (payment["voucher_no"], payment["invoice_no"])
        state = "有效" if voided is None else "已作废"
        yield payment["paid_on"], "支付", payment["recorded_by"], amount, *papers, state, payment["note"]
        if voided is not None:
            by, reason = payment["voided_by"], payment["voided_reason"]
            yield voided, "支付作废", by, TwoPlaces(-fen), *papers, "冲销", reason


def _drafted(draft: Row, found: Dossier) -> Cells:
    this = "" if draft["id"] == found.settlement["id"] else "本支付期的另一稿"
    by_night = "由夜间任务起草" if draft["drafted_by_id"] is None else ""
    said = "；".join(part for part in (this, by_night, draft["note"] or "") if part)
    amount = TwoPlaces(draft["payable_fen"])
    state = words.STATUSES[draft["status"]]
    return draft["drafted_on"], "起草", draft["drafted_by"], amount, None, None, state, said or None
