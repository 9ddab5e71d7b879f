"""Reads what contracts are settled by, set by set, and gives each contract's books as the rules take them."""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache, partial

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import Broken
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.features.contracts.errors import TermsUnreadable
from app.features.contracts.versions import Version, read_versions
from app.features.settlements import facts_queries, sources
from app.features.settlements.decisions import queries as decision_queries
from app.features.settlements.decisions.pointers import open_shares
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.month_facts import MonthRows, month_facts
from app.features.settlements.reckoned import reckon_through
from app.models.words import MoneyStatus
from app.rules.clauses import Excess, MoneyTerms, Payment, Schedule
from app.rules.costings import priced
from app.rules.fees import ServiceFees
from app.rules.ledger import Account
from app.rules.lines import OF_FUND, Component, MonthFacts
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.settling import Books, Draft, PaymentPeriod, Settled, payment_periods, settle
from app.rules.terms import governing


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

    def _reckoned(self, period: PaymentPeriod) -> Mapping[Period, Reckoning]:
        """Reckon the months, from the first, as far as the settlement of a payment period looks at them."""
        asked = {*period.months, *self.closed}
        by_months = asked and self.payment(period).schedule is not Schedule.INSTALMENTS
        return reckon_through(self.id, self.service, self.months, max(asked) if by_months else None)

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
        return settle(period, self._reckoned(period), books, self.payment(period), self.service)

    @cached_property
    def _settled(self) -> tuple[Settled, ...]:
        """Give the approved settlements by their months, for reckoning again what limited each."""
        found = []
        for key, row in self.live.items():
            months = tuple(p for p in map(Period.parse, row["months"]) if p in self.closed)
            if row["status"] is not MoneyStatus.APPROVED or not months:
                continue
            payment = self.versions[months[-1]].terms.money.payment or Payment()
            bonuses = sum(self.posted.get((month, Component.BONUS), 0) for month in months)
            fee = row["fee_fen"] - bonuses if key.startswith("I") else None
            found.append(Settled(months, payment.excess is Excess.LIMITED, fee))
        return tuple(found)

    def ends_on(self, period: PaymentPeriod) -> date:
        """Give the last day of service that a period settles; of an instalment without months, when it is payable."""
        if period.months:
            return max(self._served_to[month] for month in period.months)
        if period.instalment is None:
            return max(self._served_to.values())
        place = period.instalment
        from_ = self.payment(period).instalments[place].payable_from
        return from_ or self.service.starts_on

    @cached_property
    def _served_to(self) -> dict[Period, date]:
        return {month.period: month.served_to for month in self.months}


def read(session: Session, contract_id: uuid.UUID, known_on: date, *, every_finding: bool = False) -> ContractBooks:
    """Read a contract's books by the terms known on a day; raises TermsUnreadable where they have been damaged.

    Findings that cost nothing by its terms are read only where somebody asks for `every_finding`.
    """
    (make,) = _readers(session, [contract_id], known_on, every_finding=every_finding).values()
    return make()


def read_each(
    session: Session, contract_ids: Collection[uuid.UUID], known_on: date, *, every_finding: bool = False
) -> tuple[list[ContractBooks], list[Broken]]:
    """Read the books of many contracts, so many statements for any number; what is broken of one stops no other."""
    found, broken = [], []
    for contract_id, make in _readers(session, contract_ids, known_on, every_finding=every_finding).items():
        try:
            found.append(make())
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            broken.append(Broken(contract_id, f"{type(error).__name__}: {error}"[:500]))
    return found, broken


def _readers(
    session: Session, contract_ids: Collection[uuid.UUID], known_on: date, *, every_finding: bool
) -> dict[uuid.UUID, Callable[[], ContractBooks]]:
    """Read the rows of all contracts at once, and give for each what puts its books together."""
    stored = _grouped(contract_queries.versions_of(session, contract_ids))
    versions = {contract_id: _read(rows) for contract_id, rows in stored.items()}
    months = _grouped(facts_queries.months(session, contract_ids))
    findings = _grouped(
        facts_queries.findings(session, contract_ids, None if every_finding else _priced(versions.values()))
    )
    measured = {id_: [row for row in rows if row["figures"] is not None] for id_, rows in months.items()}
    decisions = _grouped(decision_queries.of_contracts(session, contract_ids)) if _any_open(versions.values()) else {}
    # Only the last day of a finding of several days asks for the calendar.
    calendar = cache(partial(work_calendar, session, known_on))
    posted = _grouped(facts_queries.posted(session, contract_ids))
    live = _grouped(facts_queries.live(session, contract_ids))
    accounts = _grouped(ledger_queries.sums(session, contract_ids))
    return {
        contract["id"]: partial(
            _books,
            contract,
            years,
            MonthRows(calendar, *(rows.get(contract["id"], []) for rows in (months, findings, measured, decisions))),
            versions.get(contract["id"], []),
            _Rows(*(rows.get(contract["id"], []) for rows in (posted, live, accounts))),
            known_on,
        )
        for contract, years in facts_queries.contracts(session, contract_ids)
    }


_Versions = list[Version] | TermsUnreadable
"""The versions of a contract's terms; where one has been damaged, what is raised in the place of its books."""


def _read(rows: Iterable[RowMapping]) -> _Versions:
    try:
        return read_versions(rows)
    except TermsUnreadable as error:
        return error


def _priced(versions: Iterable[_Versions]) -> frozenset[str]:
    """Name the issue types that cost something by any of the terms."""
    return frozenset[str]().union(*(_priced_by(terms) for terms in _readable(versions)))


def _any_open(versions: Iterable[_Versions]) -> bool:
    """Tell whether any of the terms leaves a share to a person: without, nothing can have been decided."""
    return any(open_shares(clause) for terms in _readable(versions) for clause in terms.clauses)


def _readable(versions: Iterable[_Versions]) -> Iterator[MoneyTerms]:
    for stated in versions:
        if not isinstance(stated, TermsUnreadable):
            yield from (version.terms.money for version in stated)


@lru_cache(maxsize=512)
def _priced_by(terms: MoneyTerms) -> frozenset[str]:
    return frozenset(priced(terms))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The other rows of one contract."""

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


def _service(contract: RowMapping, years: Mapping[int, int], posted: Iterable[RowMapping]) -> ServiceFees:
    # Of all that settlements hold, only an opening balance has a line of this name.
    held_before = next((row["fen"] for row in posted if row["component"] == Account.HELD), None)
    return ServiceFees(contract["starts_on"], contract["ends_on"], years, contract["closed_on"], held_before)


def _posted(rows: Iterable[RowMapping]) -> dict[tuple[Period, Component], int]:
    """Give what is posted of each month; what is carried over or opened with is of none."""
    return {(Period.parse(row["period"]), Component(row["component"])): row["fen"] for row in rows if row["period"]}


def _books(
    contract: RowMapping,
    years: Mapping[int, int],
    of_months: MonthRows,
    versions: _Versions,
    rows: _Rows,
    known_on: date,
) -> ContractBooks:
    if isinstance(versions, TermsUnreadable):
        raise versions
    in_force = governing(versions, (Period.parse(row["period"]) for row in of_months.months), known_on)
    return ContractBooks(
        contract=contract,
        service=_service(contract, years, rows.posted),
        months=month_facts(contract["id"], of_months, versions, in_force),
        versions=in_force,
        posted=_posted(rows.posted),
        receivable=sum(row["fen"] for row in rows.accounts if row["account"] is Account.RECEIVABLE),
        held=_held(rows.accounts),
        live={row["payment_period"]: row for row in rows.live},
        adjustments=max((row["adjustment"] or 0 for row in rows.posted), default=0),
    )
