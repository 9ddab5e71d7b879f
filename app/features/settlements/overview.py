"""What a contract's payment periods have come to, and the fee of each of its months."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import read_versions, version_for
from app.features.settlements import facts, facts_queries, queries, sources
from app.features.settlements.facts import ContractBooks
from app.features.settlements.service import is_stale
from app.models.words import MoneyStatus
from app.rules.fees import ServiceFees, month_fee, quarter_of
from app.rules.lines import Line, MonthFacts
from app.rules.missing import Missing, MissingAnswerError
from app.rules.periods import Period, served_days
from app.rules.settling import PaymentPeriod

Status = Literal["not_ended", "incomplete", "due", "draft", "approved", "paid"]
"""How far a payment period has come; `incomplete` where the terms or the record leave something open."""


@dataclass(frozen=True, slots=True)
class PeriodState:
    """How far a payment period has come; `payable` in fen, as far as it can be said."""

    key: str
    months: tuple[str, ...]
    ends_on: date
    status: Status
    settlement_id: uuid.UUID | None = None
    payable: int | None = None
    stale: bool = False
    """Of a draft: whether it would come out otherwise today."""
    missing: tuple[Missing, ...] = ()


def payment_periods(session: Session, contract_id: uuid.UUID) -> list[PeriodState]:
    """Say of each payment period of a contract what it has come to, or what it still lacks."""
    today = clock.today()
    books = facts.read(session, contract_id, today)
    digests = queries.digests(session, contract_id)
    found = [_state(books, period, today, digests) for period in books.periods]
    supplement = books.supplement
    if supplement is not None and (supplement.key in books.live or books.draft(supplement).lines):
        found.append(_state(books, supplement, today, digests))
    approved = [(key, row) for key, row in books.live.items() if key.startswith("S")]
    shown = {entry.key for entry in found}
    return found + [_supplement(key, row) for key, row in sorted(approved) if key not in shown]


def _supplement(key: str, row: RowMapping) -> PeriodState:
    status: Status = "paid" if row["paid_fen"] == row["payable_fen"] else "approved"
    return PeriodState(key, (), row["ends_on"], status, row["id"], row["payable_fen"])


def _state(books: ContractBooks, period: PaymentPeriod, today: date, digests: dict[uuid.UUID, str]) -> PeriodState:
    months, ends_on = tuple(str(month) for month in period.months), books.ends_on(period)
    row = books.live.get(period.key)
    if row is not None:
        approved = row["status"] is MoneyStatus.APPROVED
        paid = approved and row["paid_fen"] == row["payable_fen"]
        status: Status = "paid" if paid else "approved" if approved else "draft"
        stale = not approved and is_stale(books, period, digests[row["id"]])
        return PeriodState(period.key, months, ends_on, status, row["id"], row["payable_fen"], stale)
    if ends_on >= today:
        return PeriodState(period.key, months, ends_on, "not_ended")
    draft = books.draft(period)
    if draft.missing:
        return PeriodState(period.key, months, ends_on, "incomplete", missing=draft.missing)
    return PeriodState(period.key, months, ends_on, "due", payable=draft.payable)


@dataclass(frozen=True, slots=True)
class MonthFee:
    """A month's fee, or what is missing for it."""

    period: Period
    line: Line | None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class YearFees:
    """A calendar year of the service: its money as the contract states it, in fen, and its months."""

    year: int
    fen: int | None
    months: tuple[MonthFee, ...]

    def quarters(self) -> dict[str, list[MonthFee]]:
        """Group the months by their quarters."""
        grouped: dict[str, list[MonthFee]] = {}
        for month in self.months:
            year, quarter = quarter_of(month.period)
            grouped.setdefault(f"{year}-Q{quarter}", []).append(month)
        return grouped


def fees(session: Session, contract_id: uuid.UUID) -> list[YearFees]:
    """Reckon the fee of every month of the agreed service by the terms known today."""
    ((contract, money),) = facts_queries.contracts(session, [contract_id])
    service = ServiceFees(contract["starts_on"], contract["ends_on"], money)
    months = _months(session, contract_id, service)
    years = sorted({month.period.year for month in months})
    return [
        YearFees(year, money.get(year), tuple(_fee(service, month) for month in months if month.period.year == year))
        for year in years
    ]


def total(months: Iterable[MonthFee]) -> int | None:
    """Sum some months' fees in fen; None while one of them is open."""
    lines = [month.line for month in months]
    return sum(line.fen for line in lines if line) if all(lines) else None


def _fee(service: ServiceFees, month: MonthFacts) -> MonthFee:
    try:
        return MonthFee(month.period, month_fee(service, month))
    except MissingAnswerError as error:
        return MonthFee(month.period, None, error.missing)


def _months(session: Session, contract_id: uuid.UUID, service: ServiceFees) -> Sequence[MonthFacts]:
    versions = read_versions(contract_queries.versions(session, contract_id))
    at = sources.contract(contract_id)
    found = []
    for period in service.months:
        served = served_days(period, service.starts_on, service.ends_on)
        version = version_for(versions, period, clock.today())
        if served is not None and version is not None:
            found.append(MonthFacts(period, *served, version.terms.money, sources.of_month(at, period)))
    return found
