"""Tries other terms on contracts: gathers what is on record, replaces the terms, and compares; it writes nothing."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.alerts.state import Broken
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.features.contracts import terms_document
from app.features.contracts.versions import Version, read_versions
from app.features.settlements import facts, sources
from app.features.settlements import queries as settlement_queries
from app.features.settlements.facts import ContractBooks
from app.features.settlements.trials import queries
from app.features.settlements.trials.alerts import AlertFacts, Raised, alerts_under, not_comparable
from app.features.settlements.trials.patching import patched
from app.features.settlements.trials.payouts import YearRecord, tried_years
from app.features.settlements.trials.request import TrialRequest
from app.features.settlements.trials.sides import Side
from app.models.words import MoneyStatus
from app.rules.faults import Fault
from app.rules.periods import Period
from app.rules.terms import Terms, governing
from app.rules.trial_payouts import TrialYear
from app.rules.trials import OnRecord, TrialOutcome, try_months, under
from app.rules.working_days import WorkCalendar


@dataclass(frozen=True, slots=True)
class TriedAlerts:
    """The alerts about the chosen months that only one side raises; `both` counts those that both do."""

    only_under_trial: tuple[Raised, ...]
    only_under_own: tuple[Raised, ...]
    both: int
    not_judged: tuple[Period, ...]
    """Months whose score is on another scale than the marks on trial, which cannot judge it."""


@dataclass(frozen=True, slots=True)
class ContractTrial:
    """What a trial shows of one contract."""

    contract: RowMapping
    on_trial: frozenset[Period]
    """The shown months that the terms on trial govern; the others stay under their own."""
    versions: Mapping[Period, int]
    """The version of the contract's own terms that governs each shown month."""
    outcome: TrialOutcome
    years: tuple[TrialYear, ...]
    """The payouts by the scores of years whose months are all shown."""
    alerts: TriedAlerts


@dataclass(frozen=True, slots=True)
class Refused:
    """A contract to which the changes cannot be made, and why."""

    contract: RowMapping
    faults: tuple[Fault, ...]


def check(request: TrialRequest) -> None:
    """Refuse a request that no contract could be tried by."""
    faults = request.faults()
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def try_contract(session: Session, caller: Caller, contract_id: uuid.UUID, request: TrialRequest) -> ContractTrial:
    """Try a request on one contract; raises Invalid where its terms cannot be changed so."""
    check(request)
    if contract_queries.contract(session, caller.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    today = clock.today()
    books = facts.read(session, contract_id, today, every_finding=True)
    return _Gathered(session, [contract_id], today).tried(books, request)


def try_each(
    session: Session, contract_ids: Collection[uuid.UUID], request: TrialRequest
) -> Iterator[ContractTrial | Refused | Broken]:
    """Try a request on many contracts, so many statements for any number; what is wrong with one stops no other."""
    today = clock.today()
    read, broken = facts.read_each(session, contract_ids, today, every_finding=True)
    yield from broken
    gathered = _Gathered(session, contract_ids, today)
    for books in read:
        try:
            yield gathered.tried(books, request)
        except Invalid as error:
            yield Refused(books.contract, error.faults)
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            yield Broken(books.id, f"{type(error).__name__}: {error}"[:500])


class _Gathered:
    """What trials of some contracts rest on beside their books."""

    def __init__(self, session: Session, contract_ids: Collection[uuid.UUID], today: date) -> None:
        self._today = today
        self._calendar: WorkCalendar = work_calendar(session)
        self._versions = _grouped(contract_queries.versions_of(session, contract_ids))
        self._results = _grouped(queries.results(session, contract_ids))
        self._findings = _grouped(queries.occurrences(session, contract_ids))
        self._years = _grouped(settlement_queries.years_held(session, contract_ids))
        self._paid = _grouped(queries.paid_out(session, contract_ids))

    def tried(self, books: ContractBooks, request: TrialRequest) -> ContractTrial:
        """Try a request on one of the contracts."""
        in_force = self._in_force(books)
        own = {period: version.terms for period, version in in_force.items()}
        trial = self._on_trial(books, in_force, request)
        chosen = {month.period for month in books.months if month.final and request.shows(month.period)}
        outcome = try_months(
            books.service,
            books.months,
            {period: terms.money for period, terms in trial.items()},
            _on_record(books),
            chosen,
        )
        money = {period: terms.money for period, terms in trial.items()}
        other = [under(month, money.get(month.period, month.terms)) for month in books.months]
        sides = (
            Side(books.service, books.months, own, outcome.own),
            Side(books.service, other, trial, outcome.trial),
        )
        return ContractTrial(
            contract=books.contract,
            on_trial=frozenset(period for period in chosen if request.governs(period)),
            versions={period: books.versions[period].number for period in chosen},
            outcome=outcome,
            years=tuple(tried_years(books, *sides, self._record(books), chosen)),
            alerts=_alerts(*sides, self._facts(books), chosen),
        )

    def _in_force(self, books: ContractBooks) -> dict[Period, Version]:
        """Give the version that governs each month, also of those that an opening balance covers: alerts count on."""
        versions = read_versions(self._versions.get(books.id, []))
        periods = (Period.parse(row["period"]) for row in self._results.get(books.id, []))
        return governing(versions, periods, self._today)

    def _on_trial(
        self, books: ContractBooks, in_force: Mapping[Period, Version], request: TrialRequest
    ) -> dict[Period, Terms]:
        """Give the terms of each month on trial: each version in force is changed once, or replaced."""
        documents = {row["id"]: row for row in self._versions.get(books.id, [])}
        made: dict[uuid.UUID, Terms] = {}
        found = {}
        for period, version in in_force.items():
            if not request.governs(period):
                found[period] = version.terms
                continue
            if version.id not in made:
                made[version.id] = _terms(documents[version.id], request)
            found[period] = made[version.id]
        return found

    def _record(self, books: ContractBooks) -> YearRecord:
        versions = read_versions(self._versions.get(books.id, []))
        paid = {row["year"]: row["fen"] for row in self._paid.get(books.id, [])}
        served = {Period.parse(row["period"]): row["served_to"] for row in self._results.get(books.id, [])}
        by_id = {version.id: version for version in versions}
        return YearRecord(self._years.get(books.id, []), paid, by_id, served)

    def _facts(self, books: ContractBooks) -> AlertFacts:
        return AlertFacts(
            starts_on=books.contract["starts_on"],
            results=self._results.get(books.id, []),
            scales={month.period: month.full_mark for month in books.months},
            findings=[dict(row) for row in self._findings.get(books.id, [])],
            years={row["year"]: row for row in self._years.get(books.id, [])},
            calendar=self._calendar,
            as_of=self._today,
        )


def _on_record(books: ContractBooks) -> OnRecord:
    approved = {key: row["payable_fen"] for key, row in books.live.items() if row["status"] is MoneyStatus.APPROVED}
    return OnRecord(books.posted, approved, books.closed, sources.settlements(books.id))


def _terms(row: RowMapping, request: TrialRequest) -> Terms:
    if request.terms is not None:
        # As it would be stored: "80" and "80.00" are one mark, and name one alert.
        return terms_document.read(terms_document.written(request.terms)).rules()
    document = terms_document.read(row["document"])
    return patched(document, request.changes or (), f"version {row['number']} of the terms").rules()


def _alerts(own: Side, trial: Side, known: AlertFacts, chosen: Collection[Period]) -> TriedAlerts:
    under_own, under_trial = (
        {raised.key: raised for raised in alerts_under(side, known) if not raised.periods.isdisjoint(chosen)}
        for side in (own, trial)
    )
    return TriedAlerts(
        only_under_trial=tuple(raised for key, raised in under_trial.items() if key not in under_own),
        only_under_own=tuple(raised for key, raised in under_own.items() if key not in under_trial),
        both=len(under_own.keys() & under_trial.keys()),
        not_judged=tuple(period for period in not_comparable(trial, known) if period in chosen),
    )


def _grouped(rows: Iterable[RowMapping]) -> dict[uuid.UUID, list[RowMapping]]:
    grouped: dict[uuid.UUID, list[RowMapping]] = {}
    for row in rows:
        grouped.setdefault(row["contract_id"], []).append(row)
    return grouped
