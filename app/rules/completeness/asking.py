"""How a question is put: by the name and the pointer that a calculation would miss the answer by."""

from collections.abc import Iterable
from decimal import Decimal

from app.rules.bases import LENGTHS
from app.rules.clauses import Base, Cap
from app.rules.limits import BASES_OF_WINDOWS
from app.rules.missing import Missing
from app.rules.workings import Label

STATES = {"excused": ("免考", "excused"), "not_assessed": ("未考核", "not assessed")}
"""Months without a score: what the answer about them is called, and how they are."""


def ask(name: str, pointer: str, zh: str, en: str) -> Missing:
    """Put a question; `pointer` starts at the document, `zh` and `en` say what there is to choose from."""
    return Missing(name, f"/terms{pointer}", Label(zh, en))


def ask_rounding(pointer: str) -> Missing:
    """Ask where an amount is rounded that need not be whole fen."""
    return ask(
        "rounding",
        f"{pointer}/rounding",
        "算出的金额不是整分时如何四舍五入，保留几位小数？对金额（amount）/ 对比例（coefficient）/ "
        "有挂钩部分时对该部分（part）",
        "Where is an amount rounded that is not whole fen: the amount, the coefficient or the part at risk, "
        "and to how many places?",
    )


def ask_base_of_cap(pointer: str) -> Missing:
    """Ask for a base that is as long as what a cap counts over."""
    return ask(
        "base",
        f"{pointer}/base",
        "扣款上限按较长期间累计，却是较短期间基数的一定比例：以哪个金额为基数？"
        "季度费用（quarter_fee）/ 年度费用（year_fee）/ 合同总金额（contract_total），或写明固定金额",
        "The cap counts over more than its base: of what is it a share? State quarter_fee, year_fee or "
        "contract_total, or an amount in place of the share.",
    )


def shorter_than_cap(base: Base, cap: Cap | None) -> bool:
    """Say whether a cap is a share of a base that is shorter than what it counts over."""
    return cap is not None and cap.share is not None and LENGTHS[base] < LENGTHS[BASES_OF_WINDOWS[cap.window]]


def fractions(shares: Iterable[Decimal | None]) -> bool:
    """Say whether whole fen times one of these shares need not be whole fen; None is no share."""
    return any(share is not None and share != int(share) for share in shares)
