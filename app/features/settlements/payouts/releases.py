"""Drafts the releases of a holdback, each after its event."""

import uuid
from datetime import date

from sqlmodel import Session

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.contracts.service import lock
from app.features.settlements.errors import ReleaseExceedsHeld, ReleaseTaken
from app.features.settlements.payouts import rows as payout_rows
from app.features.settlements.payouts.facts import PayoutFacts
from app.features.settlements.payouts.refusals import above_held, not_decided, refuse, refuse_future
from app.features.settlements.payouts.release_amounts import ACCEPTANCE, event_day, returned
from app.features.settlements.payouts.rows import drafted_by, reckoned, recording_payout
from app.features.settlements.payouts.standings import PayoutStatus, Standing, facts_of, of_line, stand
from app.rules.clauses import Release
from app.rules.faults import Fault
from app.rules.missing import MissingAnswerError


def draft_release(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    code: str,
    on: date | None,
    document: str | None,
    drafted_on: date | None = None,
) -> uuid.UUID:
    """Draft a release of the holdback after its event, or draft it anew by another day, and give its id.

    `on` is the day of the event: that of an acceptance, and its paper, are stated; the days of other events are on
    record. `drafted_on` is today where it is left out.
    """
    lock(session, caller, contract_id)
    today = drafted_on or clock.today()
    facts = facts_of(session, contract_id)
    if on is not None:
        refuse_future("/on", on, today)
    standing, release = _find(facts, code, today)
    due = standing.due
    stated = _stated(facts, release, on, document)
    if standing.row is not None and standing.status in {PayoutStatus.APPROVED, PayoutStatus.PAID}:
        raise ReleaseTaken(f"'{code}' was approved on {standing.row['approved_on']}.", pointer="/release")
    try:
        event_on = event_day(facts, release, stated, today)
        line = returned(facts, due, event_on, today)
    except MissingAnswerError as silent:
        raise not_decided(due.subject, [silent.missing]) from None
    if on is not None and on != event_on:
        detail = f"On record is {event_on} as the day of {release.after}, not {on}."
        refuse("/on", "event-day-differs", detail, "Leave the day out, or state the one on record.")
    if line.fen > standing.held:
        raise ReleaseExceedsHeld(above_held(standing, line.fen), pointer="/release")
    values = reckoned(due, of_line(line)) | drafted_by(caller, today) | {"event_on": event_on, "document": document}
    with recording_payout(session, caller, "payout.drafted", facts, due):
        payout_rows.write(session, facts, standing, values)
    return due.id


def _find(facts: PayoutFacts, code: str, today: date) -> tuple[Standing, Release]:
    """Find a release that the terms in force state, or that was approved."""
    releases = {
        standing.due.release.code: (standing, standing.due.release)
        for standing in stand(facts, today).values()
        if standing.due.release and standing.due.in_force
    }
    if code not in releases:
        detail = f"The terms in force state no release '{code}'."
        refuse("/release", "unknown-release", detail, f"They state: {', '.join(releases) or 'none'}.")
    return releases[code]


def _stated(facts: PayoutFacts, release: Release, on: date | None, document: str | None) -> date | None:
    """Give the day that was stated of an acceptance, which needs its paper too; of other events none is needed."""
    if release.after != ACCEPTANCE:
        return None
    missing = [name for name, value in (("on", on), ("document", document)) if value is None]
    if missing:
        detail = "A release after the acceptance states its day and its paper."
        faults = [Fault(f"/{name}", "missing-member", detail, "Add this member.") for name in missing]
        raise Invalid(detail, faults=faults)
    starts_on: date = facts.contract["starts_on"]
    if on is not None and on < starts_on:
        remedy = "State the day of the acceptance."
        refuse("/on", "date-outside-service", f"{on} lies before the service, which starts on {starts_on}.", remedy)
    return on
