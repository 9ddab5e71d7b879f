"""What payouts are decided by: the terms that give them, the record of the service, and what the funds hold."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import Version, read_versions
from app.features.settlements import queries as settlement_queries
from app.features.settlements.payouts import queries
from app.models.words import LedgerCause
from app.rules.annual import YearKind, service_years
from app.rules.clauses import Fund, MoneyClause, ProratedPayout
from app.rules.consecutive import MonthState
from app.rules.outstanding import Kept, Left, held_of, outstanding
from app.rules.payouts import ServiceRecord
from app.rules.periods import Period

_KEEPS = {LedgerCause.SETTLEMENT, LedgerCause.OPENING}
"""What puts money into a fund; a payout takes it out."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of one contract, unparsed: they are read when its turn comes."""

    contract: RowMapping
    versions: Sequence[RowMapping]
    months: Sequence[RowMapping]
    years: Sequence[RowMapping]
    settled: Sequence[RowMapping]
    lines: Sequence[RowMapping]
    payouts: Sequence[RowMapping]
    readings: Sequence[RowMapping]


def gather(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Gathered]:
    """Read everything on record that the payouts of some contracts rest on: eight statements for any number."""
    grouped = [
        _by_contract(read(session, ids))
        for read in (
            contract_queries.versions_of,
            queries.months,
            settlement_queries.years_held,
            queries.settled,
            queries.fund_lines,
            queries.payouts,
            queries.readings,
        )
    ]
    return {
        contract["id"]: Gathered(contract, *(rows[contract["id"]] for rows in grouped))
        for contract in queries.contracts(session, ids)
    }


def _by_contract(rows: Iterable[RowMapping]) -> defaultdict[uuid.UUID, list[RowMapping]]:
    grouped: defaultdict[uuid.UUID, list[RowMapping]] = defaultdict(list)
    for row in rows:
        grouped[row["contract_id"]].append(row)
    return grouped


class PayoutFacts:
    """The rows of one contract, read; raises TermsUnreadable where a version of its terms has been damaged."""

    def __init__(self, gathered: Gathered) -> None:
        """Read the rows."""
        self.contract = gathered.contract
        self.id: uuid.UUID = gathered.contract["id"]
        self.address = f"/v1/contracts/{self.id}"
        self.versions: list[Version] = read_versions(gathered.versions)
        self.years = {row["year"]: row for row in gathered.years}
        self.rows = {row["subject"]: row for row in gathered.payouts}
        self._months = gathered.months
        self._settled = gathered.settled
        self._lines = gathered.lines
        self._readings = gathered.readings

    @property
    def last_day(self) -> date:
        """Give the last day of service."""
        last: date = self.contract["closed_on"] or self.contract["ends_on"]
        return last

    @cached_property
    def served(self) -> Mapping[Period, tuple[date, date]]:
        """Give the first and last day served of each recorded month, earliest first."""
        return {Period.parse(row["period"]): (row["served_from"], row["served_to"]) for row in self._months}

    @cached_property
    def assessed(self) -> frozenset[Period]:
        """Give the months whose result is final and that were assessed, whatever they scored."""
        return frozenset(
            Period.parse(row["period"])
            for row in self._months
            if row["final_on"] is not None and row["state"] is MonthState.ASSESSED
        )

    @cached_property
    def settled(self) -> frozenset[Period]:
        """Give the months that are settled, or covered by the opening balance."""
        return frozenset(Period.parse(month) for row in self._settled for month in row["months"])

    def years_of(self, kind: YearKind) -> dict[int, tuple[Period, ...]]:
        """Give the recorded months of each year of a kind, by the year's name."""
        served = {period: last for period, (_, last) in self.served.items()}
        return {year.year: year.months for year in service_years(kind, self.contract["starts_on"], served)}

    def choice(self, payout_id: uuid.UUID) -> dict[str, Any] | None:
        """Give the choice of a reading that stands: the last that was recorded."""
        return next((dict(row) for row in reversed(self._readings) if row["payout_id"] == payout_id), None)

    # ------------------------------------------------------------ the funds

    def held(self, fund: Fund) -> int:
        """Give what a fund holds, in fen."""
        return sum(row["fen"] for row in self._lines if row["fund"] is fund)

    def kept_back(self, fund: Fund) -> int:
        """Give what was ever kept back in a fund, whatever has left it since."""
        return sum(row["fen"] for row in self._lines if row["fund"] is fund and row["cause"] in _KEEPS)

    def kept_of(self, fund: Fund, months: Collection[Period]) -> int:
        """Give what was ever kept back of some months; an opening balance counts with the first recorded year."""
        kept = [_kept(row) for row in self._lines if row["fund"] is fund and row["cause"] in _KEEPS]
        return held_of(kept, months, with_opening=next(iter(self.served), None) in months)

    def outstanding(self, fund: Fund) -> tuple[Kept, ...]:
        """Give what a fund still holds of each month."""
        lines = [row for row in self._lines if row["fund"] is fund]
        kept = [_kept(row) for row in lines if row["cause"] in _KEEPS]
        left = [Left(-row["fen"], self._months_paid(row)) for row in lines if row["cause"] not in _KEEPS]
        return outstanding(kept, left)

    def held_of(self, fund: Fund, months: Collection[Period]) -> int:
        """Give what a fund holds of some months; the first recorded year has the opening balance as well."""
        first = next(iter(self.served), None)
        return held_of(self.outstanding(fund), months, with_opening=first in months)

    def _months_paid(self, line: RowMapping) -> frozenset[Period] | None:
        """Say whose money a payout has taken: that of its year; a release takes the oldest."""
        payout = next((row for row in self.rows.values() if row["id"] == line["cause_id"]), None)
        if payout is None or payout["year"] is None:
            return None
        version = self.version(payout["terms_version_id"])
        return self.months_of(self.clause_of(payout), payout["year"], version)

    def months_of(self, clause: MoneyClause, year: int, version: Version) -> frozenset[Period]:
        """Give the recorded months whose money a clause pays out in a year: a prorated one names its own.

        One that names months of a single year is about all that is recorded of that year.
        """
        if not isinstance(clause, ProratedPayout):
            asked = version.terms.annual_assessment
            return frozenset(self.years_of(asked.years if asked else YearKind.CALENDAR).get(year, ()))
        first, last = min(clause.served), max(clause.served)
        if first.year == last.year:
            return frozenset(period for period in self.served if period.year == first.year)
        return frozenset(period for period in self.served if first <= period <= last)

    def version(self, id_: uuid.UUID) -> Version:
        """Give a version of the terms by the id of its row."""
        return next(version for version in self.versions if version.id == id_)

    def clause_of(self, payout: RowMapping) -> MoneyClause:
        """Give the clause that a payout on record names, in its version of the terms."""
        clauses = self.version(payout["terms_version_id"]).terms.money.clauses
        return clauses[int(payout["clause"].rsplit("/", 1)[1])]

    # ------------------------------------------------------------ where it can be read

    def record(self, version: Version, last: Period) -> ServiceRecord:
        """Give the record of the service as the rules compare it, with the addresses where it can be read."""
        return ServiceRecord(
            served=self.served,
            assessed=self.assessed,
            contract=self.address,
            assessments=f"{self.address}/assessments?year={last.year}",
            terms=self.terms_address(version, last),
        )

    def payout_address(self, id_: uuid.UUID) -> str:
        """Say where a payout can be read."""
        return f"{self.address}/payouts/{id_}"

    def terms_address(self, version: Version, period: Period) -> str:
        """Say where a version of the terms can be read, also once a later one is agreed."""
        return f"{self.address}/terms?period={period}&known_on={version.agreed_on}"

    @property
    def funds_address(self) -> str:
        """Say where it can be read what the funds hold."""
        return f"{self.address}/holdbacks"


def _kept(row: RowMapping) -> Kept:
    period = None if row["period"] is None else Period.parse(row["period"])
    return Kept(period, row["posted_on"], row["fen"])
