"""Records how an ambiguous payout is read, and approves payouts and releases, each with its posting."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert
from sqlmodel import Session

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.contracts.service import lock
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.seen import Seen, check_seen
from app.features.settlements.errors import (
    AlreadyApproved,
    ApproverIsDrafter,
    DraftStale,
    NothingToChoose,
    PayoutExceedsHeld,
    PayoutNotDecided,
    ReleaseExceedsHeld,
)
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger.posting import Cause
from app.features.settlements.payouts import rows as payout_rows
from app.features.settlements.payouts.facts import PayoutFacts
from app.features.settlements.payouts.refusals import above_held, not_decided, refuse, refuse_future
from app.features.settlements.payouts.release_amounts import event_day
from app.features.settlements.payouts.rows import NOBODY, drafted_by, reckoned, recording_payout
from app.features.settlements.payouts.standings import PayoutStatus, Standing, decide, facts_of, stand
from app.models import PayoutReading
from app.models.words import LedgerCause, MoneyStatus, PayoutKind, Rest
from app.rules.clauses import ProratedPayout, Reading
from app.rules.faults import Fault, escaped
from app.rules.ledger import of_payout
from app.rules.money import yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoice:
    """What the parties agreed: how the text is read, with which sums in fen, and what becomes of the rest."""

    reading_id: str
    inputs: Mapping[str, int]
    rest: Rest
    agreed_on: date
    document: str
    note: str | None = None


def find(facts: PayoutFacts, id_: uuid.UUID, today: date) -> Standing:
    """Find a payout of a contract, on record or not."""
    found = stand(facts, today).get(id_)
    if found is None:
        raise NotFound("The contract has no such payout.", pointer="/path/payout_id")
    return found


# ---------------------------------------------------------------- the reading


def record_reading(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    id_: uuid.UUID,
    choice: ReadingChoice,
    on: date | None = None,
) -> None:
    """Record how a payout's text is read; until it is approved, another choice may take the place of the last one.

    Whoever records it has drafted the payout, and may not approve it. `on` is the day of it, left out: today.
    """
    lock(session, caller, contract_id)
    today = on or clock.today()
    facts = facts_of(session, contract_id)
    standing = find(facts, id_, today)
    refuse_future("/agreed_on", choice.agreed_on, today)
    clause = _clause_to_read(standing)
    reading = _reading(clause, standing, choice.reading_id)
    row = {
        "payout_id": id_,
        "number": standing.choice["number"] + 1 if standing.choice else 1,
        "reading": reading.code,
        "inputs": _inputs(clause, reading, choice.inputs),
        "rest": choice.rest,
        "agreed_on": choice.agreed_on,
        "document": choice.document,
        "note": choice.note,
        "recorded_by": caller.name,
        "recorded_by_id": caller.principal_id,
        "recorded_at": clock.now(),
    }
    _refuse_approved(standing)
    decided = decide(facts, standing.due, row, today)
    with recording_payout(session, caller, "payout.reading_recorded", facts, standing.due):
        values = reckoned(standing.due, decided) | drafted_by(caller, today)
        payout_rows.write(session, facts, standing, values)
        session.connection().execute(insert(PayoutReading), [row])


def _clause_to_read(standing: Standing) -> ProratedPayout:
    clause, subject = standing.due.clause, standing.due.subject
    if not isinstance(clause, ProratedPayout) or not standing.due.in_force:
        raise NothingToChoose(f"{subject} follows from the terms without a choice.", pointer="/path/payout_id")
    if len(clause.readings) == 1 and not clause.readings[0].less_excluded:
        detail = f"The text of {subject} allows one reading, which needs no further sum."
        raise NothingToChoose(detail, pointer="/path/payout_id")
    return clause


def _reading(clause: ProratedPayout, standing: Standing, wanted: str) -> Reading:
    """Find a reading by its code, or by the id of an entry that shows it with one of the candidates."""
    known = {figure.id: figure.reading for figure in standing.readings}
    known |= {reading.code: reading for reading in clause.readings}
    if wanted not in known:
        detail = f"'{wanted}' is no reading of this payout."
        refuse("/reading_id", "unknown-reading", detail, f"Name one of: {', '.join(sorted(known))}.")
    return known[wanted]


def _inputs(clause: ProratedPayout, reading: Reading, given: Mapping[str, int]) -> dict[str, str]:
    """Give the sums that the reading rests on; refuses those that it needs and has not, and those it does not know."""
    faults = list(_check_inputs(clause, reading, given))
    if faults:
        raise Invalid(faults[0].detail, faults=faults)
    return {clause.excluded: yuan(given[clause.excluded])} if reading.less_excluded else {}


def _check_inputs(clause: ProratedPayout, reading: Reading, given: Mapping[str, int]) -> Iterator[Fault]:
    needed, total = clause.excluded if reading.less_excluded else None, clause.total
    if needed is not None and needed not in given:
        detail = f"The reading {reading.code} needs the amount of {needed}."
        yield Fault(f"/inputs/{escaped(needed)}", "input-missing", detail, "Give it as the parties agreed on it.")
    for name, fen in given.items():
        place = f"/inputs/{escaped(name)}"
        if name == needed:
            if fen > total.fen:
                detail = f"{name}, {yuan(fen)}, is above {total.name}, {yuan(total.fen)}, from which it is taken."
                yield Fault(place, "input-too-large", detail, "Check the amount.")
        elif name != total.name:
            detail = f"The reading {reading.code} does not reckon with {name}."
            yield Fault(place, "unknown-input", detail, "Leave it out.")
        elif fen != total.fen:
            detail = f"The terms state {name} as {yuan(total.fen)}, not {yuan(fen)}."
            yield Fault(place, "input-fixed", detail, "Leave it out, or amend the terms.")


# ---------------------------------------------------------------- the approval


def approve(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    id_: uuid.UUID,
    seen: Seen = None,
    on: date | None = None,
) -> None:
    """Approve what somebody else has drafted, as it still comes to that day, and post it in the same transaction.

    `on` is the day of the approval, left out: today.
    """
    lock(session, caller, contract_id)
    today = on or clock.today()
    facts = facts_of(session, contract_id)
    standing = find(facts, id_, today)
    due, decided, row = standing.due, standing.decided, standing.row
    if row is not None and row["drafted_by_id"] == caller.principal_id:
        raise ApproverIsDrafter(f"{caller.name} drafted {due.subject} on {row['drafted_on']}.")
    check_seen(seen, standing.version)
    fen = _payable(standing)
    values = reckoned(due, decided) | {
        "status": MoneyStatus.APPROVED,
        "approved_by": caller.name,
        "approved_by_id": caller.principal_id,
        "approved_on": today,
    }
    if row is None:
        event_on = event_day(facts, due.release, None, today) if due.release else None
        values |= {"drafted_by": NOBODY, "drafted_on": today, "event_on": event_on}
    center: uuid.UUID = facts.contract["service_center_id"]
    cause = Cause(center, contract_id, LedgerCause.PAYOUT, due.id, today, caller.name)
    with recording_payout(session, caller, "payout.approved", facts, due):
        payout_rows.write(session, facts, standing, values)
        ledger.post(session, cause, of_payout(due.source, fen, decided.forfeited))
        happening = Happening(
            type=EventType.PAYOUT_APPROVED,
            service_center_id=center,
            vendor_id=facts.contract["vendor_id"],
            subject_id=due.id,
            contract_id=contract_id,
            more={"subject": due.subject},
        )
        record(session, happening)


def _payable(standing: Standing) -> int:
    """Give what may be approved, in fen; refuses what is not decided, not held, or not what was drafted."""
    _refuse_approved(standing)
    due, decided = standing.due, standing.decided
    if decided.missing:
        raise not_decided(due.subject, decided.missing)
    if decided.fen is None:
        raise PayoutNotDecided(_open_readings(standing), pointer="/readings")
    if decided.fen > standing.held:
        refused = ReleaseExceedsHeld if due.kind is PayoutKind.RELEASE else PayoutExceedsHeld
        raise refused(above_held(standing, decided.fen), pointer="/path/payout_id")
    row = standing.row
    if row is not None and row["amount_fen"] is not None:
        drafted = (row["amount_fen"], row["forfeited_fen"], row["steps"])
        if drafted != (decided.fen, decided.forfeited, list(decided.steps)):
            detail = (
                f"{due.subject} was drafted as {yuan(row['amount_fen'])}, {yuan(row['forfeited_fen'])} forfeited; "
                f"by what is on record today it is {yuan(decided.fen)}, {yuan(decided.forfeited)} forfeited."
            )
            raise DraftStale(detail, pointer="/path/payout_id")
    return decided.fen


def _open_readings(standing: Standing) -> str:
    codes = ", ".join(dict.fromkeys(figure.reading.code for figure in standing.readings))
    apart = "" if standing.spread is None else f"; their figures lie {yuan(standing.spread)} apart"
    return f"How the text of {standing.due.subject} is read has not been recorded: {codes}{apart}."


def _refuse_approved(standing: Standing) -> None:
    if standing.row is not None and standing.status in {PayoutStatus.APPROVED, PayoutStatus.PAID}:
        detail = f"{standing.due.subject} was approved on {standing.row['approved_on']}."
        raise AlreadyApproved(detail, pointer="/path/payout_id")
