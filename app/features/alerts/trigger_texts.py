"""Says in Chinese and English which trigger of a contract was reached, and by which months and sums."""

from typing import Any

from app.features.alerts.code_texts import consequence


def clause_trigger(facts: dict[str, Any]) -> tuple[str, str]:
    """Give the sentences of a trigger; where an answer is missing, that it would decide."""
    zh, en = _REACHED[facts["trigger"]](facts)
    follows_zh, follows_en = consequence(facts["consequence"])
    if "undecided" in facts:
        needed = facts["undecided"]["needed"]
        return f"{zh}{needed['zh']}，需人工判断（可能后果：{follows_zh}）。", (
            f"{en} Whether the clause is reached depends on {needed['en']}: a person decides "
            f"(possible consequence: {follows_en})."
        )
    deducted_zh, deducted_en = "", ""
    if "amount" in facts:
        deducted_zh, deducted_en = f"，扣款{facts['amount']}元", f", {facts['amount']} deducted"
    return (
        f"{zh}达到“{facts['clause']}”条款（后果：{follows_zh}{deducted_zh}），由人工决定。",
        (f"{en} The clause {facts['clause']} is reached (consequence: {follows_en}{deducted_en}); a person decides."),
    )


def _months(facts: dict[str, Any]) -> tuple[str, str]:
    periods = [entry["period"] for entry in facts["counted"]]
    return "、".join(periods), ", ".join(periods)


def _sums(facts: dict[str, Any], unit_zh: str, unit_en: str) -> tuple[str, str]:
    entries = [(entry["period"], entry["counts"]) for entry in facts["counted"]]
    zh = "、".join(f"{period} {counts}{unit_zh}" for period, counts in entries)
    return zh, ", ".join(f"{period} {counts}{unit_en}" for period, counts in entries)


def _ladder(facts: dict[str, Any]) -> tuple[str, str]:
    months_zh, months_en = _months(facts)
    edge_zh, edge_en = (
        (f"低于{facts['below']}分", f"below {facts['below']}")
        if "below" in facts
        else (f"不高于{facts['at_most']}分", f"at most {facts['at_most']}")
    )
    within_zh = f"{facts['within']}个月内" if facts["within"] else "连续"
    within_en = f"within {facts['within']} months" if facts["within"] else "in a row"
    return (
        f"{months_zh}考核得分{edge_zh}，{within_zh}第{facts['needed']}次，",
        f"{months_en} scored {edge_en}: number {facts['needed']} {within_en}.",
    )


def _total(facts: dict[str, Any]) -> tuple[str, str]:
    sums_zh, sums_en = _sums(facts, "元", "")
    over_zh = "合同期内" if facts["window"] == "contract" else f"{facts['window']}年度"
    over_en = "the contract" if facts["window"] == "contract" else facts["window"]
    return (
        f"{over_zh}扣款累计{facts['total']}元（{sums_zh}），限额{facts['needed']}元，",
        f"The deductions of {over_en} come to {facts['total']} ({sums_en}), the limit is {facts['needed']}.",
    )


def _demerits(facts: dict[str, Any]) -> tuple[str, str]:
    if not facts["counted"]:
        return f"{facts['window']}的记分未定：", f"The demerit points of {facts['window']} are not certain."
    sums_zh, sums_en = _sums(facts, "分", "")
    within_zh = f"{facts['within']}个月内" if facts["within"] else ""
    within_en = f" within {facts['within']} months" if facts["within"] else ""
    return (
        f"{within_zh}累计记{facts['total']}分（{sums_zh}），标准{facts['needed']}分，",
        f"{facts['total']} demerit points{within_en} ({sums_en}), the limit is {facts['needed']}.",
    )


def _gate(facts: dict[str, Any]) -> tuple[str, str]:
    sums_zh, sums_en = _sums(facts, "分", "")
    return (
        f"年度考核得分未达到{facts['needed']}分（{sums_zh}），",
        f"The annual score is under {facts['needed']} ({sums_en}).",
    )


_REACHED = {
    "warning_ladder": _ladder,
    "deduction_total": _total,
    "demerit_points": _demerits,
    "renewal_gate": _gate,
}
