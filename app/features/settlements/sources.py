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


def of_month(contract_id: uuid.UUID, period: Period) -> Sources:
    """Give the addresses of what a month is settled by."""
    own = contract(contract_id)
    return Sources(
        assessment=f"{own}/assessments/{period}",
        findings=f"{own}/findings?period={period}",
        fees=f"{own}/fees",
        contract=own,
        metrics=f"{own}/metrics/{period}",
    )
