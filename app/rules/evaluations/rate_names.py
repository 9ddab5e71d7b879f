"""What the name of a rate says it divides by: the words of such names and the quantities they mean."""

from collections.abc import Mapping

CONTRACT = frozenset({"contract_amount", "contract_year"})
BUDGET = frozenset({"approved_budget", "initial_budget", "adjusted_budget", "full_year_budget"})
INITIAL = frozenset({"initial_budget"})
FULL_YEAR = frozenset({"adjusted_budget", "full_year_budget"})

BASES: Mapping[str, frozenset[str]] = {
    "合同支付率": CONTRACT,
    "合同执行率": CONTRACT,
    "合同付款率": CONTRACT,
    "合同完成率": CONTRACT,
    "年初预算执行率": INITIAL,
    "全年预算执行率": FULL_YEAR,
    "调整预算执行率": FULL_YEAR,
    "预算执行率": BUDGET,
    "预算支出率": BUDGET,
    "预算完成率": BUDGET,
    "完成预算": BUDGET,
    "预算支付率": BUDGET,
}
"""Words of a rate's name, and the quantities that it may divide by; a name without any of them claims nothing."""

NAMES: Mapping[str, tuple[str, str]] = {
    "contract_amount": ("合同金额", "the contract's amount"),
    "contract_year": ("合同年度金额", "the contract's amount of a year"),
    "approved_budget": ("批复预算", "the approved budget"),
    "initial_budget": ("年初预算", "the initial budget"),
    "adjusted_budget": ("调整预算", "the adjusted budget"),
    "full_year_budget": ("全年预算", "the full-year budget"),
}
"""The quantities in Chinese and English; another one is called by its code."""


def claimed_by(name: str) -> frozenset[str]:
    """Give the quantities that a rate of this name may divide by; none where its name claims nothing."""
    words = [word for word in BASES if word in name]
    return BASES[max(words, key=len)] if words else frozenset()


def called(quantity: str) -> tuple[str, str]:
    """Give a quantity's name in Chinese and English."""
    return NAMES.get(quantity, (quantity, quantity))
