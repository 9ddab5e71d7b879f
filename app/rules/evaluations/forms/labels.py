"""The words of the form's labels and headings, in the variants that provinces use.

The layout is that of 财预〔2020〕10号, annex 1; Beijing adds columns for the nature and the unit of a target, Sichuan
calls the weight 权重 and the full-year budget 调整后预算数. Labels are compared without blanks, line breaks and marks.
"""

import re
from enum import StrEnum

from app.rules.evaluations.values import Dimension, FundSource, Nature

LEGEND = "带底色的单元格由系统计算"
FORM_TITLE = "项目支出绩效自评表"
REPORT_TITLE = "绩效评价指标评分表"
"""Of what an evaluator scored: nobody evaluated himself."""
ANNEX_TITLE = "附：系统检查情况"

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANK = re.compile(r"[\s\u200b\ufeff\u00a0\u3000]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_WEIGHT = re.compile(r"^(?P<name>.*?)[（(]\s*(?P<weight>\d{1,4}(?:\.\d{1,4})?)\s*分?\s*[)）]$", re.DOTALL)
_YEAR = re.compile(r"(?<!\d)(20\d{2})年度")
_ONLY_YEAR = re.compile(r"\(?20\d{2}年度?\)?|附件\d*[:：]?")


class Column(StrEnum):
    """A column of the indicators, or of the funds."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    NATURE = "nature"
    TARGET = "target"
    UNIT = "unit"
    ACTUAL = "actual"
    WEIGHT = "weight"
    SCORE = "score"
    RATE = "rate"
    DEVIATION = "deviation"
    INITIAL = "initial"
    FULL_YEAR = "full_year"
    EXECUTED = "executed"


_HEADINGS = {
    Column.FIRST: ("一级指标",),
    Column.SECOND: ("二级指标",),
    Column.THIRD: ("三级指标", "具体指标", "指标名称"),
    Column.NATURE: ("绩效指标性质", "指标性质", "性质", "指标方向"),
    Column.TARGET: ("年度指标值", "指标值", "年初指标值", "目标值", "年度目标值", "年初目标值", "计划指标值", "计划值"),
    Column.UNIT: ("绩效度量单位", "度量单位", "计量单位", "单位"),
    Column.ACTUAL: ("实际完成值", "完成值", "全年实际值", "全年完成值", "年度完成值", "实际完成", "实际完成指标值"),
    Column.WEIGHT: ("分值", "权重", "标准分", "标准分值", "指标分值"),
    Column.SCORE: ("得分", "自评得分", "评价得分", "实际得分"),
    Column.RATE: ("得分率",),
}
_DEVIATION = ("原因", "偏差", "改进措施")
_FUND_HEADINGS = {
    Column.INITIAL: ("年初预算数", "年初预算", "年初预算金额"),
    Column.FULL_YEAR: ("全年预算数", "全年预算", "调整后预算数", "调整后预算", "全年预算金额"),
    Column.EXECUTED: ("全年执行数", "全年执行", "预算执行数", "执行数", "全年执行金额", "实际支出数"),
    Column.WEIGHT: ("分值", "权重"),
    Column.RATE: ("执行率", "预算执行率"),
    Column.SCORE: ("得分", "自评得分"),
}
_FUNDS = (
    (FundSource.TOTAL, ("资金总额", "总额", "合计")),
    (FundSource.CARRIED_OVER, ("结转",)),
    (FundSource.OWN, ("单位资金", "自有资金", "自筹", "事业收入")),
    (FundSource.OTHER, ("其他", "其它", "专户")),
    (FundSource.FISCAL, ("财政拨款", "财政资金", "财政性资金", "公共预算")),
)
_DIMENSIONS = (
    (Dimension.SATISFACTION, ("满意",)),
    (Dimension.COST, ("成本",)),
    (Dimension.OUTPUT, ("产出",)),
    (Dimension.BENEFIT, ("效益", "效果", "影响")),
    (Dimension.EXECUTION, ("预算执行", "资金执行", "执行率")),
    (Dimension.DECISION, ("决策", "立项")),
    (Dimension.PROCESS, ("过程", "管理")),
    (Dimension.INPUT, ("投入",)),
)
_NATURES = {
    **dict.fromkeys(("≥", "≧", ">=", "=>", "大于等于", "大于或等于", "不低于", "不少于", "不小于"), Nature.AT_LEAST),
    **dict.fromkeys(("≤", "≦", "<=", "=<", "小于等于", "小于或等于", "不高于", "不超过", "不大于"), Nature.AT_MOST),
    **dict.fromkeys(("=", "==", "等于"), Nature.EQUAL),
    **dict.fromkeys(("区间", "范围", "区间值"), Nature.RANGE),
    **dict.fromkeys(("定性", "定性指标"), Nature.QUALITATIVE),
}
LOOSE_NATURES = {">": Nature.AT_LEAST, "大于": Nature.AT_LEAST, "<": Nature.AT_MOST, "小于": Nature.AT_MOST}
"""Read as the nearest of those that a form knows, with a warning."""
NATURE_SIGNS = {
    Nature.AT_LEAST: "≥",
    Nature.AT_MOST: "≤",
    Nature.EQUAL: "＝",
    Nature.RANGE: "区间",
    Nature.QUALITATIVE: "定性",
}
FUND_LABELS = {
    FundSource.TOTAL: "年度资金总额",
    FundSource.FISCAL: "其中：当年财政拨款",
    FundSource.CARRIED_OVER: "上年结转资金",
    FundSource.OWN: "单位资金",
    FundSource.OTHER: "其他资金",
}
TOTALS = ("总分", "合计", "总计", "总得分", "自评总分", "得分合计", "总分合计", "合计得分", "分值合计")
SUBTOTALS = ("小计", "分值小计", "得分小计", "小计得分", "指标小计")
PROJECT = ("项目名称", "项目支出名称", "预算项目名称")
AUTHORITY = ("主管部门", "主管部门及代码", "主管单位", "项目主管部门")
UNIT = ("实施单位", "项目单位", "项目实施单位", "预算单位", "实施单位及代码", "单位名称")
EXPECTED = ("预期目标", "年初设定目标", "年初目标", "项目年度目标", "年度预期目标", "预期绩效目标")
REACHED = ("实际完成情况", "目标实际完成情况", "年度目标完成情况", "全年实际完成情况", "完成情况")
_DECORATION = (FORM_TITLE, REPORT_TITLE, "年度总体目标", "年度目标", "总体目标", "绩效指标", "项目资金", "附件")
"""What stands in a form to order it, and says nothing of its project."""


def plain(text: str) -> str:
    """Give a label without blanks and line breaks, in half-width characters."""
    return _BLANK.sub("", text).translate(_HALF_WIDTH)


def label(text: str) -> str:
    """Give a label without what stands in brackets, and without a colon behind it."""
    return _BRACKETS.sub("", plain(text)).rstrip(":：")


def heading(text: str) -> Column | None:
    """Say which column of the indicators a heading names."""
    said = label(text)
    found = next((column for column, words in _HEADINGS.items() if said in words), None)
    return found or (Column.DEVIATION if any(word in said for word in _DEVIATION) else None)


def fund_heading(text: str) -> Column | None:
    """Say which column of the funds a heading names."""
    said = label(text)
    return next((column for column, words in _FUND_HEADINGS.items() if said in words), None)


def fund_source(text: str) -> FundSource | None:
    """Say whose money a row of the funds is."""
    said = plain(text)
    return next((source for source, words in _FUNDS if any(word in said for word in words)), None)


def dimension(name: str) -> Dimension | None:
    """Say what a first-level indicator is about, by its name; the first that fits."""
    said = plain(name)
    return next((found for found, words in _DIMENSIONS if any(word in said for word in words)), None)


def nature(text: str) -> Nature | None:
    """Read the nature of a target, as its own column gives it."""
    return _NATURES.get(label(text))


def funds_unit(text: str) -> str | None:
    """Read the unit that a label such as 项目资金（万元） has in brackets."""
    said = plain(text)
    return "万元" if "万元" in said else "元" if re.search(r"\((?:单位:)?元\)|单位:元", said) else None


def weight_in(name: str) -> tuple[str, str | None]:
    """Part 产出指标（50分） into the name and the weight; the weight is None where there is none."""
    found = _WEIGHT.match(name)
    return (found["name"], found["weight"]) if found else (name, None)


def year_in(text: str) -> int | None:
    """Give the year that a title names."""
    found = _YEAR.search(plain(text))
    return int(found[1]) if found else None


def orders_only(text: str) -> bool:
    """Tell whether a cell only orders the form: its title, the names of its blocks, the legend."""
    said = label(text)
    return said.endswith(_DECORATION) or said == plain(LEGEND) or bool(_ONLY_YEAR.fullmatch(plain(text)))


def is_subtotal(text: str) -> bool:
    """Tell whether a cell begins a row that sums up only some of the indicators."""
    return label(text) in SUBTOTALS


def is_total(text: str) -> bool:
    """Tell whether a cell begins the total row."""
    return label(text) in TOTALS
