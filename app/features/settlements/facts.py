"""Reads what contracts are settled by, set by set, and gives each contract's books as the rules take them."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import Broken
from app.features.assessments.results import read_score
from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.settlements import queries, sources
from app.features.settlements.ledger import queries as ledger_queries
from app.models.words import MoneyStatus, Stage
from app.rules.clauses import Excess, Payment
from app.rules.fees import ServiceFees
from app.rules.ledger import Account
from app.rules.lines import OF_FUND, Component, FindingsOfType, MonthFacts
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.settlement import reckon
from app.rules.settling import Books, Draft, PaymentPeriod, Settled, payment_periods, settle
from app.rules.terms import Terms

_SETTLED = (Stage.FINAL, Stage.NOTIFIED)


@dataclass(frozen=True)
class ContractBooks:
    """All that a contract's settlements rest on, as known on a day; amounts in fen."""

    contract: RowMapping
    service: ServiceFees
    months: tuple[MonthFacts, ...]
    """The months that Kaohe settles, those of an opening balance left out."""
    versions: Mapping[Period, Version]
    posted: Mapping[tuple[Period, Component], int]
    receivable: int
    held: Mapping[Component, int]
    """What the funds hold."""
    live: Mapping[str, RowMapping]
    """The settlements that are drafted or approved, by payment period."""
    adjustments: int
    """How many adjustments are numbered already."""

    @property
    def id(self) -> uuid.UUID:
        """Give the contract's id."""
        id_: uuid.UUID = self.contract["id"]
        return id_

    @cached_property
    def periods(self) -> tuple[PaymentPeriod, ...]:
        """Give the contract's payment periods; those whose months were all settled under other keys are over."""
        found = payment_periods(self.months)
        return tuple(p for p in found if p.key in self.live or not p.months or set(p.months) - self.closed)

    @cached_property
    def supplement(self) -> PaymentPeriod | None:
        """Give what settles late facts once no month is left to settle: adjustments alone, `S1`, `S2` and so on."""
        if not self.months or {month.period for month in self.months} - self.closed:
            return None
        approved = [key for key, row in self.live.items() if row["status"] is MoneyStatus.APPROVED]
        return PaymentPeriod(f"S{1 + sum(key.startswith('S') for key in approved)}", ())

    @cached_property
    def reckoned(self) -> dict[Period, Reckoning]:
        """Reckon every month, from the first."""
        return reckon(self.service, self.months)

    @cached_property
    def closed(self) -> frozenset[Period]:
        """Give the months whose settlement was approved."""
        approved = [row for row in self.live.values() if row["status"] is MoneyStatus.APPROVED]
        known = {month.period for month in self.months}
        return frozenset(Period.parse(text) for row in approved for text in row["months"]) & known

    def payment(self, period: PaymentPeriod) -> Payment:
        """Give the clause by which a period is paid: that of its last month."""
        governed = period.months[-1] if period.months else self.months[-1].period
        return self.versions[governed].terms.money.payment or Payment()

    def draft(self, period: PaymentPeriod) -> Draft:
        """Put the settlement of a payment period together."""
        books = Books(self.posted, self.closed, self.receivable, sources.settlements(self.id), self._settled, self.held)
        return settle(period, self.reckoned, books, self.payment(period), self.service)

    @cached_property
    def _settled(self) -> tuple[Settled, ...]:
        """Give the approved settlements by their months, for reckoning again what limited each."""
        found = []
        for key, row in self.live.items():
            months = tuple(p for p in map(Period.parse, row["months"]) if p in self.closed)
            if row["status"] is not MoneyStatus.APPROVED or not months:
                continue
            payment = self.versions[months[-1]].terms.money.payment or Payment()
            fee = row["fee_fen"] if key.startswith("I") else None
            found.append(Settled(months, payment.excess is Excess.LIMITED, fee))
        return tuple(found)

    def ends_on(self, period: PaymentPeriod) -> date:
        """Give the last day of service that a period settles; of an instalment without months, when it is payable."""
        served = [month.served_to for month in self.months if month.period in period.months]
        if served:
            return max(served)
        if period.instalment is None:
            return max(month.served_to for month in self.months)
        place = period.instalment
        from_ = self.payment(period).instalments[place].payable_from
        return from_ or self.service.starts_on


def read(session: Session, contract_id: uuid.UUID, known_on: date) -> ContractBooks:
    """Read a contract's books by the terms known on a day; raises TermsUnreadable where they have been damaged."""
    (make,) = _readers(session, [contract_id], known_on).values()
    return make()


def read_each(
    session: Session, contract_ids: Collection[uuid.UUID], known_on: date
) -> tuple[list[ContractBooks], list[Broken]]:
    """Read the books of many contracts, so many statements for any number; what is broken of one stops no other."""
    found, broken = [], []
    for contract_id, make in _readers(session, contract_ids, known_on).items():
        try:
            found.append(make())
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            broken.append(Broken(contract_id, f"{type(error).__name__}: {error}"[:500]))
    return found, broken


def _readers(
    session: Session, contract_ids: Collection[uuid.UUID], known_on: date
) -> dict[uuid.UUID, Callable[[], ContractBooks]]:
    """Read the rows of all contracts at once, and give for each what puts its books together."""
    years: defaultdict[uuid.UUID, dict[int, int]] = defaultdict(dict)
    for row in contract_queries.years(session, contract_ids):
        years[row["contract_id"]][row["year"]] = row["amount_fen"]
    versions = _grouped(contract_queries.versions_of(session, contract_ids))
    months = _grouped(queries.months(session, contract_ids))
    findings = _grouped(queries.findings(session, contract_ids))
    posted = _grouped(queries.posted(session, contract_ids))
    live = _grouped(queries.live(session, contract_ids))
    accounts = _grouped(ledger_queries.sums(session, contract_ids))
    held = {row["contract_id"]: row["fen"] for row in queries.held_before(session, contract_ids)}
    return {
        contract["id"]: partial(
            _books,
            contract,
            _service(contract, years[contract["id"]], held.get(contract["id"])),
            _Rows(*(rows.get(contract["id"], []) for rows in (versions, months, findings, posted, live, accounts))),
            known_on,
        )
        for contract in queries.contracts(session, contract_ids)
    }


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one contract."""

    versions: Sequence[RowMapping]
    months: Sequence[RowMapping]
    findings: Sequence[RowMapping]
    posted: Sequence[RowMapping]
    live: Sequence[RowMapping]
    accounts: Sequence[RowMapping]


def _grouped(rows: Iterable[RowMapping]) -> dict[uuid.UUID, list[RowMapping]]:
    grouped: dict[uuid.UUID, list[RowMapping]] = {}
    for row in rows:
        grouped.setdefault(row["contract_id"], []).append(row)
    return grouped


def _held(accounts: Iterable[RowMapping]) -> dict[Component, int]:
    """Give what the funds hold, by the component that puts it in."""
    held = dict.fromkeys(OF_FUND.values(), 0)
    for row in accounts:
        if row["account"] is Account.HELD:
            held[OF_FUND[row["fund"]]] -= row["fen"]
    return held


def _service(contract: RowMapping, years: Mapping[int, int], held_before: int | None) -> ServiceFees:
    return ServiceFees(contract["starts_on"], contract["ends_on"], years, contract["closed_on"], held_before)


def _books(contract: RowMapping, service: ServiceFees, rows: _Rows, known_on: date) -> ContractBooks:
    versions = read_versions(rows.versions)
    scales = {version.id: version.terms.full_mark for version in versions}
    live = {row["payment_period"]: row for row in rows.live}
    opening = live.get(queries.OPENING)
    covered = set(opening["months"]) if opening else set()
    found: dict[str, list[FindingsOfType]] = {}
    for row in rows.findings:
        count = FindingsOfType(row["issue_type"], row["count"], bool(row["at_least"]))
        found.setdefault(row["period"], []).append(count)
    governing = {
        period: version
        for period in (Period.parse(row["period"]) for row in rows.months)
        if (version := version_for(versions, period, known_on)) is not None
    }
    months = tuple(
        _month(contract["id"], row, governing[period].terms, tuple(found.get(row["period"], ())), scales)
        for row in rows.months
        if row["period"] not in covered and (period := Period.parse(row["period"])) in governing
    )
    return ContractBooks(
        contract=contract,
        service=service,
        months=months,
        versions=governing,
        posted={(Period.parse(row["period"]), Component(row["component"])): row["fen"] for row in rows.posted},
        receivable=sum(row["fen"] for row in rows.accounts if row["account"] is Account.RECEIVABLE),
        held=_held(rows.accounts),
        live=live,
        adjustments=max((row["adjustment"] or 0 for row in rows.posted), default=0),
    )


def _month(
    contract_id: uuid.UUID,
    row: RowMapping,
    terms: Terms,
    findings: tuple[FindingsOfType, ...],
    scales: Mapping[uuid.UUID, Decimal],
) -> MonthFacts:
    period = Period.parse(row["period"])
    final = row["stage"] in _SETTLED
    # A result is out of the full mark of the terms that judged it, whichever govern the month by now.
    full_mark = Fraction(scales.get(row["terms_version_id"], Terms().full_mark))
    return MonthFacts(
        period=period,
        served_from=row["served_from"],
        served_to=row["served_to"],
        terms=terms.money,
        sources=sources.of_month(contract_id, period),
        final=final,
        state=row["state"] if final else None,
        score=read_score(row["score_kind"], row["score_exact"]) if final else None,
        full_mark=full_mark,
        findings=findings,
    )
