"""Activates a contract, amends its terms, closes it."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import RowMapping, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.audit.actor import Actor
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.calendar.queries import work_calendar
from app.features.contracts import duty_queries, key_posts, queries, register, terms_document
from app.features.contracts.checks import check_amendment, check_closing, check_contract, check_years
from app.features.contracts.draft import Amendment, NewContract
from app.features.contracts.errors import ContractClosed, ContractNumberTaken, FactsAfterClosing, PeriodOutsideService
from app.features.contracts.versions import Version, read_versions, version
from app.features.parties.service import require_center
from app.features.seen import Seen, check_seen
from app.models import Assessment, Contract, ContractYear, DueDate, TermsVersion
from app.models.columns import new_id
from app.models.words import ClosingReason, DueKind
from app.rules.faults import Fault
from app.rules.money import hundredths
from app.rules.periods import Period, periods_between, served_days


def activate(session: Session, caller: Caller, draft: NewContract) -> uuid.UUID:
    """Take a contract on: its service months are expected and its due dates run from this moment.

    One expected assessment is written for every service month from `recorded_from`, and one due date for every
    notice and every annual assessment that the terms ask for.
    """
    require_center(caller.centers, draft.service_center_id)
    if not queries.vendor_belongs(session, draft.vendor_id, draft.service_center_id):
        raise NotFound("There is no such vendor in this service center.", pointer="/vendor_id")
    _refuse(check_contract(draft))
    if queries.number_taken(session, draft.service_center_id, draft.number):
        raise ContractNumberTaken(f"Contract '{draft.number}' is on record.", pointer="/number")
    contract = _contract_row(draft)
    with _recording(session, caller.actor, "contract.activated", contract):
        session.add(contract)
        session.flush()
        _write_years(session, contract.id, draft.years)
        agreed_on = draft.agreed_on or min(clock.today(), draft.starts_on)
        first = _add_version(
            session, contract.id, 1, Amendment(draft.starts_on, draft.reference, draft.terms, agreed_on), agreed_on
        )
        periods = periods_between(draft.recorded_from, Period.of(draft.ends_on))
        _expect_months(session, contract, periods)
        owner = register.Owner(contract.service_center_id, contract.id)
        register.enter(session, owner, _expected(session, contract, [first]), contract.starts_on)
    return contract.id


def amend(session: Session, caller: Caller, contract_id: uuid.UUID, amendment: Amendment, seen: Seen = None) -> int:
    """Put a new version of the terms in force (补充协议) and give its number.

    The due dates that it governs and that are not met are computed anew; the old ones stay readable. Months that
    are met stand, however far back the amendment reaches.
    """
    contract = lock(session, caller, contract_id, seen)
    agreed = amendment.agreed_on or clock.today()
    _refuse(check_amendment(contract, amendment.effective_from, agreed, clock.today(), amendment.terms))
    if contract.closed_on is not None:
        raise ContractClosed(f"It was closed on {contract.closed_on}.")
    versions = read_versions(queries.versions(session, contract_id))
    number = len(versions) + 1
    with _recording(session, caller.actor, "contract.amended", contract):
        added = _add_version(session, contract_id, number, amendment, agreed)
        periods = [Period.parse(row["period"]) for row in queries.months(session, contract_id)]
        _refuse(check_years([*versions, added], periods))
        _move_due_dates(session, contract, [*versions, added], agreed)
        _change(session, contract_id, {})
    return number


def close(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    closed_on: date,
    reason: ClosingReason,
    note: str | None = None,
    seen: Seen = None,
) -> None:
    """Close a contract: no later month is expected or counted; what is owed up to it keeps its due date."""
    contract = lock(session, caller, contract_id, seen)
    _refuse(check_closing(contract, closed_on, clock.today()))
    if contract.closed_on is not None:
        raise ContractClosed(f"It was closed on {contract.closed_on} already.")
    last = Period.of(closed_on)
    drafted, found = queries.latest_facts(session, contract_id)
    if (drafted and drafted > str(last)) or (found and found > closed_on):
        raise FactsAfterClosing(f"The last month drafted is {drafted}, the last finding {found}.", pointer="/closed_on")
    with _recording(session, caller.actor, "contract.closed", contract):
        _change(session, contract_id, {"closed_on": closed_on, "closing_reason": reason, "closing_note": note})
        _end_months(session, contract_id, closed_on)
        # As it stands now: of a closed contract no post is owed.
        closed = lock(session, caller, contract_id)
        still_owed = _expected(session, closed, read_versions(queries.versions(session, contract_id)))
        later = [row["id"] for row in queries.unmet(session, contract_id) if _key(row) not in still_owed]
        register.supersede(session, later, closed_on, "contract_closed")


def _end_months(session: Session, contract_id: uuid.UUID, closed_on: date) -> None:
    last, stamp = str(Period.of(closed_on)), {"updated_at": clock.now(), "version": col(Assessment.version) + 1}
    months = update(Assessment).where(col(Assessment.contract_id) == contract_id)
    session.execute(months.where(col(Assessment.period) > last).values(expected=False, **stamp))
    session.execute(months.where(col(Assessment.period) == last).values(served_to=closed_on, **stamp))


def _change(session: Session, contract_id: uuid.UUID, values: dict[str, Any]) -> None:
    stamp = {"updated_at": clock.now(), "version": col(Contract.version) + 1}
    session.execute(update(Contract).where(col(Contract.id) == contract_id).values(**values, **stamp))


def _recording(session: Session, actor: Actor, action: str, contract: Contract) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the contract: its money, its terms, its months, its due dates."""
    id_ = contract.id
    touched: tuple[Touched, ...] = (
        (Contract, col(Contract.id) == id_),
        (ContractYear, col(ContractYear.contract_id) == id_),
        (TermsVersion, col(TermsVersion.contract_id) == id_),
        (Assessment, col(Assessment.contract_id) == id_),
        (DueDate, col(DueDate.contract_id) == id_),
    )
    details = {"number": contract.number}
    return recording(session, actor, contract.service_center_id, action, id_, *touched, details=details)


def enter_years_owed(session: Session, actor: Actor) -> int:
    """Enter the annual assessments that contracts of an older Kaohe owe, which kept that clause as a record alone.

    Gives how many contracts that were; called by `kaohe migrate`, and finds nothing the second time.
    """
    found = queries.without_owed(session, DueKind.ANNUAL_ASSESSMENT)
    for contract in found:
        owed = _owed_of_kind(session, contract, DueKind.ANNUAL_ASSESSMENT)
        with _recording(session, actor, "contract.years_entered", contract):
            register.enter(session, register.Owner(contract.service_center_id, contract.id), owed, contract.starts_on)
    return len(found)


def enter_reports_owed(session: Session, actor: Actor) -> int:
    """Enter the monthly reports that contracts of an older Kaohe owe, which could not take them.

    What was due before today nobody could hand in: it is entered as superseded on its first day, so that no alert
    holds it against the vendor and no later amendment asks for it. Gives how many contracts that were.
    """
    found, today = 0, clock.today()
    for contract in queries.without_owed(session, DueKind.MONTHLY_REPORT):
        owed = _owed_of_kind(session, contract, DueKind.MONTHLY_REPORT)
        if not owed:
            continue
        found += 1
        for entry in owed.values():
            past = entry["due_on"] < today
            entry["superseded_on"] = entry["event_on"] if past else None
            entry["superseded_because"] = register.NOT_TAKEN_YET if past else None
        with _recording(session, actor, "contract.reports_entered", contract):
            register.enter(session, register.Owner(contract.service_center_id, contract.id), owed, contract.starts_on)
    return found


def enter_figures_owed(session: Session, contract: Contract, periods: Collection[str]) -> None:
    """Enter what months owe of figures from today on; called where they had all that was asked for, and lost some."""
    owed = _owed_of_kind(session, contract, DueKind.METRICS)
    again = {key: entry for key, entry in sorted(owed.items()) if key[1] in periods}
    register.enter(session, register.Owner(contract.service_center_id, contract.id), again, clock.today())


def _owed_of_kind(session: Session, contract: Contract, kind: DueKind) -> dict[register.Key, dict[str, Any]]:
    versions = read_versions(queries.versions(session, contract.id))
    return {key: value for key, value in _expected(session, contract, versions).items() if key[0] is kind}


def lock_own(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Contract:
    """Read a vendor's own contract and hold its row, as `lock` does for a service center's."""
    contract = queries.own_contract_for_update(session, vendor_id, contract_id)
    if contract is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    return contract


def lock(session: Session, caller: Caller, contract_id: uuid.UUID, seen: Seen = None) -> Contract:
    """Read a contract of the caller's centers and hold its row to the end of the transaction.

    Whoever changes the same contract waits here, so that what was read is still true when it is written. `seen` is
    for a change of the contract itself.
    """
    contract = queries.contract_for_update(session, caller.centers, contract_id)
    if contract is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    check_seen(seen, contract.version)
    return contract


def require_month(session: Session, contract: Contract, period: Period, pointer: str) -> None:
    """Refuse a month that is not among the contract's recorded months of service."""
    if str(period) not in {row["period"] for row in queries.months(session, contract.id)}:
        last = Period.of(contract.closed_on or contract.ends_on)
        detail = f"{period} is not among the months from {contract.recorded_from} to {last}."
        raise PeriodOutsideService(detail, pointer=pointer)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def _contract_row(draft: NewContract) -> Contract:
    now = clock.now()
    return Contract(
        service_center_id=draft.service_center_id,
        vendor_id=draft.vendor_id,
        number=draft.number,
        title=draft.title,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        recorded_from=str(draft.recorded_from),
        created_at=now,
        updated_at=now,
        **draft.more,
    )


def _write_years(session: Session, contract_id: uuid.UUID, years: Sequence[tuple[int, int]]) -> None:
    rows = [{"contract_id": contract_id, "year": year, "amount_fen": fen} for year, fen in years]
    if rows:
        session.connection().execute(insert(ContractYear), rows)


def _add_version(
    session: Session, contract_id: uuid.UUID, number: int, amendment: Amendment, agreed_on: date
) -> Version:
    terms = amendment.terms.rules()
    mark = max((rule.mark for rule in terms.consecutive), default=None)
    row = TermsVersion(
        contract_id=contract_id,
        number=number,
        effective_from=amendment.effective_from,
        agreed_on=agreed_on,
        reference=amendment.reference.model_dump(exclude_none=True),
        document=terms_document.written(amendment.terms),
        repeat_threshold=terms.repeat.threshold if terms.repeat else None,
        consecutive_mark_hundredths=None if mark is None else hundredths(Fraction(mark)),
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return version(row.id, number, amendment.effective_from, agreed_on, terms)


def _expect_months(session: Session, contract: Contract, periods: Sequence[Period]) -> None:
    now = clock.now()
    rows = []
    for period in periods:
        served = served_days(period, contract.starts_on, contract.ends_on)
        if served is None:
            continue
        rows.append(
            {
                "id": new_id(),
                "service_center_id": contract.service_center_id,
                "vendor_id": contract.vendor_id,
                "contract_id": contract.id,
                "period": str(period),
                "served_from": served[0],
                "served_to": served[1],
                "expected": True,
                "stage": "not_assessed",
                "created_at": now,
                "updated_at": now,
            }
        )
    session.connection().execute(insert(Assessment), rows)


def _expected(session: Session, contract: Contract, versions: Sequence[Version]) -> dict[register.Key, dict[str, Any]]:
    """Compute everything that the terms ask for and that is not done: notices, years, reports, figures, key posts."""
    months = queries.months(session, contract.id)
    served = {Period.parse(row["period"]): row["served_to"] for row in months}
    open_months = [Period.parse(row["period"]) for row in months if row["owes_notice"]]
    held = {str(year) for year in queries.years_held(session, contract.id)}
    years = (event for event in register.annual_assessments(contract.starts_on, served) if event.key[1] not in held)
    handed_in = duty_queries.reports_handed_in(session, contract.id)
    handed_in |= duty_queries.never_asked_for(session, contract.id, register.NOT_TAKEN_YET)
    reports = register.monthly_reports(period for period in served if str(period) not in handed_in)
    posts = () if contract.closed_on else _vacant(session, contract, versions)
    figures = _figures_owed(session, contract, versions, served)
    events = (*register.notices(open_months), *years, *reports, *figures, *posts)
    return register.expected(versions, events, work_calendar(session))


def _vacant(session: Session, contract: Contract, versions: Sequence[Version]) -> Iterator[register.Event]:
    """Give the events of the key posts that nobody holds; a post that no terms name costs no statement."""
    if any(version.terms.key_posts for version in versions):
        for post, found in key_posts.vacancies_by_post(session, contract, versions).items():
            yield from register.vacancies(post, (entry.since for entry in found if entry.filled_on is None))


def _figures_owed(
    session: Session, contract: Contract, versions: Sequence[Version], months: Iterable[Period]
) -> Iterator[register.Event]:
    """Give the events of the months whose figures have not come; terms that ask for none cost no statement."""
    if any(version.terms.metrics for version in versions):
        met = duty_queries.figures_met(session, contract.id)
        on_record = duty_queries.codes_on_record(session, contract.id)
        codes = {month: on_record.get(str(month), frozenset()) for month in months if str(month) not in met}
        yield from register.monthly_figures(codes)


def _key(row: RowMapping) -> register.Key:
    return row["kind"], row["subject"]


def _move_due_dates(session: Session, contract: Contract, versions: Sequence[Version], agreed_on: date) -> None:
    """Compute the unmet due dates anew and replace those that differ."""
    unmet = {_key(row): row for row in queries.unmet(session, contract.id)}
    expected = _expected(session, contract, versions)
    terms = {version.id: version.terms for version in versions}

    def asked(key: register.Key, entries: Mapping[register.Key, Any]) -> tuple[str, ...]:
        clause = terms[entries[key]["terms_version_id"]].metrics
        return clause.required if clause and key[0] is DueKind.METRICS else ()

    moved = [
        key
        for key in sorted(unmet.keys() | expected.keys())
        if key not in unmet
        or key not in expected
        or unmet[key]["due_on"] != expected[key]["due_on"]
        or unmet[key]["provisional"] != expected[key]["provisional"]
        or asked(key, unmet) != asked(key, expected)
    ]
    old = [unmet[key]["id"] for key in moved if key in unmet]
    register.supersede(session, old, agreed_on, "terms_amended")
    owner = register.Owner(contract.service_center_id, contract.id)
    register.enter(session, owner, {key: expected[key] for key in moved if key in expected}, agreed_on)
