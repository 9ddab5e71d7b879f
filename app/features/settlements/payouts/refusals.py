"""What keeps a payout from being read, drafted or approved, said with its figures."""

from collections.abc import Sequence
from datetime import date
from typing import NoReturn

from app.errors import Invalid
from app.features.settlements.errors import PayoutNotDecided
from app.features.settlements.payouts.standings import Standing
from app.rules.faults import Fault
from app.rules.missing import Missing
from app.rules.money import yuan


def refuse(pointer: str, code: str, detail: str, remedy: str) -> NoReturn:
    """Refuse one member of a request."""
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])


def refuse_future(pointer: str, day: date, today: date) -> None:
    """Refuse a day on which nothing can have happened yet."""
    if day > today:
        remedy = "State the day on which it happened."
        refuse(pointer, "date-in-future", f"{day} is after today, {today}.", remedy)


def not_decided(subject: str, missing: Sequence[Missing]) -> PayoutNotDecided:
    """Name what is missing for a payout."""
    detail = f"For {subject} is missing: {'; '.join(what.label.en for what in missing)}."
    remedy = PayoutNotDecided.remedy
    return PayoutNotDecided(
        detail, faults=[Fault(what.pointer, f"missing-{_code(what.name)}", what.label.en, remedy) for what in missing]
    )


def _code(name: str) -> str:
    return name.replace("_", "-")


def above_held(standing: Standing, fen: int) -> str:
    """Say by how much a payout is above what its fund holds."""
    due = standing.due
    return f"{due.subject} would take {yuan(fen)} out of the {due.source}, which holds {yuan(standing.held)}."
