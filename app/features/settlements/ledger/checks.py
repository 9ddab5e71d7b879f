"""Checks that the ledger balances and says what the settlements, payouts and payments say: `ledger_mismatch`."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.contracts.within import ALL, Within
from app.features.settlements.ledger import check_queries as queries
from app.models.words import AlertKind, Severity
from app.rules.money import yuan

SHOWN = 20
"""How many mismatches of a contract an alert names; the first ones are what matters."""
SUBJECT = "ledger"
_Find = Callable[[Session, date, Within], Sequence[RowMapping]]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing about a contract's ledger that does not hold: what, where, since when; amounts as they are written."""

    contract_id: uuid.UUID
    service_center_id: uuid.UUID
    code: str
    place: str
    on: date
    expected: str | None = None
    found: str | None = None

    def facts(self) -> dict[str, Any]:
        """Give it as an alert keeps it."""
        facts = {"code": self.code, "place": self.place, "expected": self.expected, "found": self.found}
        return {name: value for name, value in facts.items() if value is not None}

    @property
    def what(self) -> str:
        """Say it in English, without its place."""
        figures = [f"{name} {value}" for name, value in (("expected", self.expected), ("found", self.found)) if value]
        return ": ".join([self.code.replace("_", " "), *filter(None, [", ".join(figures)])])


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which ledger-mismatch alerts the facts dated up to `as_of` demand, one for each contract."""
    found = _mismatches(session, as_of, within)
    evaluation = Evaluation(rows_read=len(found))
    for contract_id, group in groupby(found, key=lambda mismatch: mismatch.contract_id):
        evaluation.states.append(_state(contract_id, list(group)))
    return evaluation


def check_ledger(session: Session) -> list[Mismatch]:
    """Find everything in the whole ledger that does not hold, contract by contract; nothing in a healthy one."""
    return _mismatches(session, date.max, ALL)


CHECKS: tuple[tuple[str, str, _Find], ...] = (
    ("entry_unbalanced", "ledger", queries.unbalanced),
    ("line_of_another_contract", "ledger", queries.strayed),
    ("entry_without_its_cause", "ledger", queries.without_cause),
    ("identity_broken", "ledger", queries.out_of_balance),
    ("fund_below_nothing", "ledger", queries.funds_below_nothing),
    ("posted_otherwise", "settlements", queries.settlements_posted_otherwise),
    ("posted_otherwise", "payouts", queries.payouts_posted_otherwise),
    ("posted_otherwise", "payments", queries.payments_posted_otherwise),
    ("voided_otherwise", "payments", queries.payments_voided_otherwise),
    ("paid_otherwise", "settlements", queries.settlements_paid_otherwise),
    ("paid_otherwise", "payouts", queries.payouts_paid_otherwise),
    ("entry_missing", "ledger", queries.gaps),
)
"""What is checked: the code of what does not hold, the kind of place, and the select that finds it."""


def _mismatches(session: Session, as_of: date, within: Within) -> list[Mismatch]:
    """Read what does not hold, in one statement for each check, and each contract's oldest first."""
    found = [_mismatch(code, kind, row) for code, kind, find in CHECKS for row in find(session, as_of, within)]
    return sorted(found, key=lambda mismatch: (str(mismatch.contract_id), mismatch.on, mismatch.code, mismatch.place))


def _mismatch(code: str, kind: str, row: RowMapping) -> Mismatch:
    """Say where a row stands: an entry by its number, what was approved or paid by its id, a fund by its name."""
    within = row.get("number") or row.get("fund") or row.get("id")
    return Mismatch(
        row["contract_id"],
        row["service_center_id"],
        code,
        f"{kind}/{within}" if within else kind,
        row["on"],
        None if row.get("expected") is None else yuan(row["expected"]),
        None if row.get("found") is None else yuan(row["found"]),
    )


def _state(contract_id: uuid.UUID, found: Sequence[Mismatch]) -> AlertState:
    return AlertState(
        AlertKind.LEDGER_MISMATCH,
        contract_id,
        found[0].service_center_id,
        SUBJECT,
        Severity.CRITICAL,
        found[0].on,
        None,
        {"count": len(found), "mismatches": [mismatch.facts() for mismatch in found[:SHOWN]]},
    )
