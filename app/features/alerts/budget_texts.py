"""Says in Chinese and English what was spent for another purpose than its budget line's."""

from typing import Any


def budget_line_mismatch(facts: dict[str, Any]) -> tuple[str, str]:
    """Give the sentences of an expenditure that its line is not for."""
    allowed_zh = "、".join(facts["allowed"]) or "未列用途"
    allowed_en = ", ".join(f"'{name}'" for name in facts["allowed"]) or "no purpose"
    done_zh, done_en = _done(facts)
    return (
        (
            f"{facts['spent_on']}从“{facts['project_name']}”（用途：{allowed_zh}）列支“{facts['purpose_name']}”"
            f"{facts['amount']}元，用途不符{done_zh}。"
        ),
        (
            f"On {facts['spent_on']} {facts['amount']} was spent for '{facts['purpose']}' from '{facts['project']}', "
            f"which is for {allowed_en}{done_en}."
        ),
    )


def _done(facts: dict[str, Any]) -> tuple[str, str]:
    if "reclassified_on" in facts:
        day, line = facts["reclassified_on"], facts["charged_to"]
        # Alerts that were resolved before names were kept have the project's code alone.
        return f"，已于{day}调整至“{facts.get('charged_to_name', line)}”", f"; charged to '{line}' on {day}"
    if "accepted_on" in facts:
        day, why = facts["accepted_on"], facts["accepted_because"]
        return f"，已于{day}认可（{why}）", f"; accepted on {day} ({why})"
    if "reversed_on" in facts:
        return f"，已于{facts['reversed_on']}冲销", f"; reversed on {facts['reversed_on']}"
    return "", ""
