"""A contract with a supplementary agreement like Haikou's, and books that were opened: what tests of payouts share."""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel import col

from app import clock
from app.features.audit.service import recording
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.ledger.posting import Cause
from app.features.settlements.payouts.queries import posted_for
from app.models import LedgerEntry, LedgerLine, Settlement
from app.models.words import LedgerCause, MoneyStatus
from app.rules.clauses import Fund
from app.rules.ledger import Account, Place, identity, of_opening
from tests.office import TERMS, Office

HELD = 46_938_086
"""What ten percent of August to December can hold, in fen."""
HOLDBACK = {"kind": "holdback", "base": "year_fee", "share": "0.10"}
PRORATED: dict[str, Any] = {
    "kind": "prorated_payout",
    "source": "holdback",
    "rate": "0.10",
    "total": {"name": "T", "value": "11265140.70", "source": "三年合同金额的三分之一"},
    "excluded": {
        "name": "P",
        "candidates": [
            {"value": "6571332.08", "source": "假设：T的十二分之七"},
            {"value": "5914198.87", "source": "假设：T的十二分之七的90%"},
        ],
    },
    "served": ["2023-08", "2023-09", "2023-10", "2023-11", "2023-12"],
    "assessed": ["2023-08", "2023-09", "2023-10", "2023-11"],
}
CHOICE: dict[str, Any] = {
    "reading_id": "rate_of_literal",
    "inputs": {"P": "6571332.08"},
    "december": "forfeited",
    "agreed_on": "2024-01-10",
    "document": "关于2023年绩效考核金的确认函",
}
ANNUAL = {"after": "year_end", "unit": "calendar_days", "length": 31, "roll": "none"}


def haikou(
    office: Office, number: str = "HK-1", assessed: int = 4, holdback: dict[str, Any] = HOLDBACK, **clause: Any
) -> str:
    """Take a contract like Haikou's on, with the first months from August assessed, their scores unknown."""
    terms = TERMS | {"money": [holdback, PRORATED | clause]}
    contract = office.contract(
        number, starts_on="2023-08-04", ends_on="2025-12-31", recorded_from="2023-08", terms=terms
    )
    for month in range(8, 8 + assessed):
        day = f"{2023 + month // 12}-{month % 12 + 1:02}-10"
        office.assess(contract, f"2023-{month:02}", None, day)
        office.finalize(contract, f"2023-{month:02}", day)
    return contract


def scored(office: Office, number: str, clause: dict[str, Any], score: object, **more: Any) -> str:
    """Take a contract on that pays its last quarter of 2023 out by the year's score, and hold that year."""
    terms = TERMS | {"annual_assessment": ANNUAL, "money": [HOLDBACK, clause]}
    contract = office.contract(number, recorded_from="2023-10", terms=terms | more)
    for period, day in (("2023-10", "2023-11-10"), ("2023-11", "2023-12-10"), ("2023-12", "2024-01-10")):
        office.assess(contract, period, "90.00", day)
        office.finalize(contract, period, day)
    if score != "not held":
        held = {"year": 2023, "held_on": "2024-02-20", "score": score}
        office.supervisor.post(f"{contract}/annual-assessments", held).raise_for_status()
    return contract


def open_books(
    office: Office, contract: str, fen: int = HELD, *months: str, on: str = "2024-01-05", called: str = "opening"
) -> None:
    """Approve an opening balance of the holdback that covers some months; `called` is for what comes after it."""
    contract_id, day = UUID(contract.rsplit("/", 1)[1]), date.fromisoformat(on)
    now, who = clock.now(), "clerk"
    opening = Settlement(
        service_center_id=office.center,
        vendor_id=_vendor_of(office, contract),
        contract_id=contract_id,
        payment_period=called,
        ends_on=day,
        months=list(months),
        status=MoneyStatus.APPROVED,
        fee_fen=fen,
        deducted_fen=0,
        held_fen=fen,
        adjusted_fen=0,
        carried_fen=0,
        payable_fen=0,
        digest="",
        drafted_by=who,
        drafted_on=day,
        approved_by=who,
        approved_on=day,
        created_at=now,
        updated_at=now,
    )
    touched = (
        (Settlement, col(Settlement.id) == opening.id),
        (LedgerEntry, col(LedgerEntry.cause_id) == opening.id),
        (LedgerLine, posted_for(opening.id)),
    )
    cause = Cause(office.center, contract_id, LedgerCause.OPENING, opening.id, day, who)
    with (
        office.database.write() as session,
        recording(session, office.clerk.actor, office.center, "settlement.approved", opening.id, *touched),
    ):
        session.add(opening)
        session.flush()
        ledger.post(session, cause, of_opening({Place(Account.HELD, Fund.HOLDBACK): fen}))


def _vendor_of(office: Office, contract: str) -> UUID:
    return UUID(office.finance.get(contract).json()["vendor_id"])


def balances(office: Office, contract: str) -> dict[str, int]:
    """Read what stands on the accounts, which the identity must hold for."""
    with office.database.read() as session:
        sums = ledger_queries.sums(session, [UUID(contract.rsplit("/", 1)[1])])
    found = ledger.balances(sums)
    assert identity(found) == 0
    return {account.value: fen for account, fen in found.items() if fen}


def payout(office: Office, contract: str, subject: str = "2023/prorated_payout") -> dict[str, Any]:
    """Find a payout of a contract by its subject."""
    answer = office.finance.get(f"{contract}/payouts")
    assert answer.status_code == 200, answer.text
    (found,) = [item for item in answer.json()["items"] if item["subject"] == subject]
    alone = office.finance.get(f"{contract}/payouts/{found['id']}")
    assert alone.json() == found
    return dict(found)


_OPERATIONS: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "add": lambda of: sum(of, Fraction(0)),
    "subtract": lambda of: of[0] - sum(of[1:], Fraction(0)),
    "multiply": lambda of: of[0] * of[1],
    "divide": lambda of: of[0] / of[1],
    "greatest": max,
}


def recomputed(steps: list[dict[str, Any]]) -> Fraction:
    """Reckon steps again from nothing but themselves, and give the last figure."""
    values: dict[int, Fraction] = {}
    for step in steps:
        of = [values[number] for number in step["operands"]]
        if step["operation"] == "given":
            found = Fraction(step["value"])
        elif step["operation"] == "round":
            # A half goes up here: no step of these clauses rounds what is negative.
            found = Fraction((of[0] * 10 ** step["places"] + Fraction(1, 2)) // 1, 10 ** step["places"])
        elif step["operation"] == "band":
            found = next(Fraction(band["value"]) for band in step["bands"] if _in(band, of[0]))
        else:
            found = _OPERATIONS[step["operation"]](of)
        assert found == Fraction(step["value"]), step
        values[step["number"]] = found
    return values[steps[-1]["number"]]


def _in(band: dict[str, str], score: Fraction) -> bool:
    return score >= Fraction(band.get("at_least", "0")) and ("below" not in band or score < Fraction(band["below"]))


def sources(explanation: dict[str, Any]) -> Iterator[str]:
    """List every address that an explanation names."""
    yield explanation["clause"]["href"]
    of_readings = [step for reading in explanation["readings"] for step in reading["steps"]]
    for step in (*explanation["steps"], *explanation["forfeited_steps"], *of_readings):
        if step["source"] is not None:
            yield step["source"]
