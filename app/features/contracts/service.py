"""Activates a contract, amends its terms, closes it."""

import uuid
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries, register, terms_document
from app.features.contracts.checks import check_amendment, check_closing, check_contract
from app.features.contracts.draft import NewContract
from app.features.contracts.errors import ContractClosed, ContractNumberTaken, FactsAfterClosing
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.contracts.versions import Version, read_versions, version
from app.features.parties.service import require_center
from app.models import Assessment, Contract, ContractYear, TermsVersion
from app.models.columns import new_id
from app.models.words import ClosingReason
from app.rules.faults import Fault
from app.rules.money import hundredths
from app.rules.periods import Period, periods_between, served_days


def activate(session: Session, caller: Caller, draft: NewContract) -> uuid.UUID:
    """Take a contract on: its service months are expected and its due dates run from this moment.

    One expected assessment is written for every service month from `recorded_from`, and one due date for every
    notice that the terms ask for.
    """
    require_center(caller.centers, draft.service_center_id)
    if not queries.vendor_belongs(session, draft.vendor_id, draft.service_center_id):
        raise NotFound("There is no such vendor in this service center.", pointer="/vendor_id")
    _refuse(check_contract(draft))
    if queries.number_taken(session, draft.service_center_id, draft.number):
        raise ContractNumberTaken(f"Contract '{draft.number}' is on record.", pointer="/number")
    contract = _contract_row(draft)
    session.add(contract)
    session.flush()
    _write_years(session, contract.id, draft.years)
    agreed_on = draft.agreed_on or min(clock.today(), draft.starts_on)
    first = _add_version(session, contract.id, 1, draft.starts_on, agreed_on, draft.reference, draft.terms)
    periods = periods_between(draft.recorded_from, Period.of(draft.ends_on))
    _expect_months(session, contract, periods)
    expected = register.expected_notices([first], periods, work_calendar(session))
    register.enter(session, register.Owner(contract.service_center_id, contract.id), expected, contract.starts_on)
    return contract.id


def amend(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    effective_from: date,
    reference: Reference,
    terms: TermsDocument,
    agreed_on: date | None = None,
) -> int:
    """Put a new version of the terms in force (补充协议) and give its number.

    The due dates that it governs and that are not met are computed anew; the old ones stay readable. Months that
    are met stand, however far back the amendment reaches.
    """
    contract = lock(session, caller, contract_id)
    agreed = agreed_on or clock.today()
    _refuse(check_amendment(contract, effective_from, agreed, clock.today(), terms))
    if contract.closed_on is not None:
        raise ContractClosed(f"It was closed on {contract.closed_on}.")
    versions = read_versions(queries.versions(session, contract_id))
    number = len(versions) + 1
    added = _add_version(session, contract_id, number, effective_from, agreed, reference, terms)
    _move_due_dates(session, contract, [*versions, added], agreed)
    session.execute(update(Contract).where(col(Contract.id) == contract_id).values(updated_at=clock.now()))
    return number


def close(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    closed_on: date,
    reason: ClosingReason,
    note: str | None = None,
) -> None:
    """Close a contract: no later month is expected or counted; what is owed up to it keeps its due date."""
    contract = lock(session, caller, contract_id)
    _refuse(check_closing(contract, closed_on, clock.today()))
    if contract.closed_on is not None:
        raise ContractClosed(f"It was closed on {contract.closed_on} already.")
    last = Period.of(closed_on)
    drafted, seen = queries.latest_facts(session, contract_id)
    if (drafted and drafted > str(last)) or (seen and seen > closed_on):
        raise FactsAfterClosing(f"The last month drafted is {drafted}, the last finding {seen}.", pointer="/closed_on")
    now = clock.now()
    values = {"closed_on": closed_on, "closing_reason": reason, "closing_note": note, "updated_at": now}
    session.execute(update(Contract).where(col(Contract.id) == contract_id).values(**values))
    months = update(Assessment).where(col(Assessment.contract_id) == contract_id)
    session.execute(months.where(col(Assessment.period) > str(last)).values(expected=False, updated_at=now))
    session.execute(months.where(col(Assessment.period) == str(last)).values(served_to=closed_on, updated_at=now))
    later = [row["id"] for row in queries.unmet_notices(session, contract_id) if row["subject"] > str(last)]
    register.supersede(session, later, closed_on, "contract_closed")


def lock(session: Session, caller: Caller, contract_id: uuid.UUID) -> Contract:
    """Read a contract of the caller's centers and hold its row to the end of the transaction.

    Whoever changes the same contract waits here, so that what was read is still true when it is written.
    """
    contract = queries.contract_for_update(session, caller.centers, contract_id)
    if contract is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    return contract


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
    session: Session,
    contract_id: uuid.UUID,
    number: int,
    effective_from: date,
    agreed_on: date,
    reference: Reference,
    document: TermsDocument,
) -> Version:
    terms = document.rules()
    mark = max((rule.below for rule in terms.consecutive), default=None)
    row = TermsVersion(
        contract_id=contract_id,
        number=number,
        effective_from=effective_from,
        agreed_on=agreed_on,
        reference=reference.model_dump(exclude_none=True),
        document=terms_document.written(document),
        repeat_threshold=terms.repeat.threshold if terms.repeat else None,
        consecutive_mark_hundredths=None if mark is None else hundredths(Fraction(mark)),
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return version(row.id, number, effective_from, agreed_on, terms)


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


def _move_due_dates(session: Session, contract: Contract, versions: Sequence[Version], agreed_on: date) -> None:
    """Compute the unmet due dates anew and replace those that differ."""
    unmet = {row["subject"]: row for row in queries.unmet_notices(session, contract.id)}
    open_periods = [Period.parse(period) for period in queries.periods_without_notice(session, contract.id)]
    expected = register.expected_notices(versions, open_periods, work_calendar(session))
    moved = [
        subject
        for subject in unmet.keys() | expected.keys()
        if subject not in unmet
        or subject not in expected
        or unmet[subject]["due_on"] != expected[subject]["due_on"]
        or unmet[subject]["provisional"] != expected[subject]["provisional"]
    ]
    old = [unmet[subject]["id"] for subject in moved if subject in unmet]
    register.supersede(session, old, agreed_on, "terms_amended")
    owner = register.Owner(contract.service_center_id, contract.id)
    changed = {subject: expected[subject] for subject in sorted(moved) if subject in expected}
    register.enter(session, owner, changed, agreed_on)
