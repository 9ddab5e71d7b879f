"""Says in words where something stands in an evaluation, for people who know the paper and not its document."""

from collections.abc import Sequence

from app.rules.evaluations.forms.labels import FUND_LABELS
from app.rules.evaluations.values import Evaluation, Indicator

_MEMBERS = {
    "weight": "分值",
    "score": "得分",
    "rate": "得分率",
    "grade": "等级",
    "initial": "年初预算数",
    "full_year": "全年预算数",
    "executed": "全年执行数",
    "target": "年度指标值",
    "target_to": "年度指标值",
    "unit": "度量单位",
    "actual": "实际完成值",
    "nature": "指标性质",
    "deviation": "偏差原因",
    "method": "评分方法",
    "quantity": "所指数量",
    "text": "",
    "measure": "",
}
_BLOCKS = {
    "indicators": "绩效指标",
    "funds": "项目资金",
    "total": "总分行",
    "figures": "正文数据",
    "relations": "勾稽关系",
    "goals": "年度总体目标",
    "project": "项目名称",
    "denominator": "执行率的分母",
    "": "全表",
}


def place_words(evaluation: Evaluation, pointer: str) -> str:
    """Turn a JSON pointer into the names on the way to it: 产出指标 › 数量指标 › 年办件量，得分."""
    block, *rest = pointer.strip("/").split("/")
    names: list[str] = []
    if block == "indicators":
        names, rest = _indicator(evaluation.indicators, rest)
    elif rest and rest[0].isdecimal():
        names, rest = _row(evaluation, block, int(rest[0])), rest[1:]
    members = [word for part in rest if (word := _MEMBERS.get(part, part)) and not part.isdecimal()]
    where = " › ".join(names) if names else _BLOCKS.get(block, block)
    if block == "funds":
        members = ["执行率" if word == "得分率" else word for word in members]
    return "，".join([where, *members])


def _indicator(rows: Sequence[Indicator], parts: list[str]) -> tuple[list[str], list[str]]:
    """Follow a pointer down the tree as far as it goes."""
    names: list[str] = []
    while parts and parts[0].isdecimal() and int(parts[0]) < len(rows):
        row = rows[int(parts[0])]
        names.append(row.name)
        rows, parts = row.children, parts[1:]
        if parts[:1] == ["children"]:
            parts = parts[1:]
    return names, parts


def _row(evaluation: Evaluation, block: str, number: int) -> list[str]:
    """Name a row of the funds, a figure of the text or a relation."""
    if block == "funds" and number < len(evaluation.funds):
        return [_BLOCKS[block], FUND_LABELS[evaluation.funds[number].source].strip()]
    if block == "figures" and number < len(evaluation.figures):
        figure = evaluation.figures[number]
        return [*([figure.where] if figure.where else []), figure.label]
    if block == "relations" and number < len(evaluation.relations):
        return [evaluation.relations[number].label]
    return []
