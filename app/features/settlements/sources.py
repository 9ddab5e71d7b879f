"""Where the facts that an amount rests on can be read: the addresses that explanations link to."""

import uuid

from app.rules.lines import Sources
from app.rules.periods import Period


def contract(contract_id: uuid.UUID) -> str:
    """Give a contract's address, where its money by year stands."""
    return f"/v1/contracts/{contract_id}"


def settlements(contract_id: uuid.UUID) -> str:
    """Give the address of a contract's settlements."""
    return f"{contract(contract_id)}/settlements"


def decisions(contract_id: uuid.UUID, period: Period) -> str:
    """Give the address of what was decided about a month."""
    return f"{contract(contract_id)}/decisions?period={period}"


def of_month(at: str, period: Period) -> Sources:
    """Give the addresses of what a month is settled by; `at` is that of its contract."""
    month = str(period)
    return Sources(
        assessment=f"{at}/assessments/{month}",
        findings=f"{at}/findings?period={month}",
        fees=f"{at}/fees",
        contract=at,
        metrics=f"{at}/metrics/{month}",
    )
