"""Hands messages out to workers, no two of whom ever have the same one, and notes what came of each."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col

from app import clock
from app.features.messages import claim_queries as queries
from app.features.messages.channels import NOT_YOURS, REMOVED
from app.features.webhooks.delivery_queries import database_now
from app.models import Message
from app.models.words import ChannelKind, MessageStatus
from app.rules.message_schedule import next_wait


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was claimed, with all that one attempt at it needs; `number` counts its attempts from 1."""

    message_id: uuid.UUID
    number: int
    kind: ChannelKind
    subject: str
    body: str = field(repr=False)
    sealed: str = field(repr=False)
    """The address, still encrypted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt; `error` is None where it was taken, and otherwise a word for what went wrong."""

    letter: Letter
    error: str | None
    at: datetime


def release(session: Session) -> int:
    """Make due again what a worker had claimed that was stopped, and give how many messages that were.

    What became of those attempts is not known: their readers may have got them.
    """
    left = queries.left_behind(session)
    if left:
        again = {"status": MessageStatus.FAILED, "next_attempt_at": clock.now(), "last_error": "interrupted"}
        session.execute(update(Message).where(col(Message.id).in_(left)).values(claimed_until=None, **again))
    return len(left)


def claim(session: Session, room: Mapping[ChannelKind, tuple[int, int]], lease: timedelta) -> list[Letter]:
    """Take messages that are due, as far as there is room for their kind of channel, and begin an attempt at each.

    `room` says how many of each kind may be attempted for the first time, and how many again. Nobody else takes them
    until the lease has expired by the database's clock. What nobody may get any more is given up instead.
    """
    now = clock.now()
    _give_up(session, queries.of_removed(session, now), REMOVED)
    _give_up(session, queries.of_disabled(session, now), NOT_YOURS)
    found = queries.next_due(session, now, dict(room))
    while _give_up(session, queries.beyond_their_centers(session, found), NOT_YOURS):
        found = queries.next_due(session, now, dict(room))
    if not found:
        return []
    taken = (
        update(Message)
        .where(col(Message.id).in_(found), col(Message.next_attempt_at) <= now)
        .values(
            status=MessageStatus.SENDING,
            next_attempt_at=None,
            claimed_until=database_now(session, lease),
            attempts=col(Message.attempts) + 1,
        )
        .returning(col(Message.id))
        .execution_options(synchronize_session=False)
    )
    mine = list(session.execute(taken).scalars())
    return [
        Letter(row["id"], row["attempts"], row["kind"], row["subject"], row["body"], row["sealed"])
        for row in queries.contents(session, mine)
    ]


def _give_up(session: Session, message_ids: Sequence[uuid.UUID], why: str) -> bool:
    """Attempt these no more; tells whether there were any."""
    given_up = {"status": MessageStatus.GIVEN_UP, "next_attempt_at": None, "last_error": why}
    if message_ids:
        session.execute(update(Message).where(col(Message.id).in_(message_ids)).values(**given_up))
    return bool(message_ids)


def note(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Note a batch of outcomes, each with the time of the next attempt; one statement for any number.

    What was claimed anew meanwhile, by somebody who took this worker for stopped, is left to them.
    """
    if not outcomes:
        return
    statement = (
        update(Message)
        .where(
            col(Message.id) == bindparam("of"),
            col(Message.attempts) == bindparam("attempt"),
            col(Message.status) == MessageStatus.SENDING,
        )
        .values(
            status=bindparam("to_status"),
            claimed_until=None,
            next_attempt_at=bindparam("to_next"),
            sent_at=bindparam("to_sent"),
            last_error=bindparam("to_error"),
        )
    )
    # In one order, so that two workers who note never wait for each other.
    rows = [_noted(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.letter.message_id)]
    session.connection().execute(statement, rows)


def _noted(outcome: Outcome) -> dict[str, Any]:
    wait = None if outcome.error is None else next_wait(outcome.letter.number)
    status = MessageStatus.SENT
    if outcome.error is not None:
        status = MessageStatus.GIVEN_UP if wait is None else MessageStatus.FAILED
    return {
        "of": outcome.letter.message_id,
        "attempt": outcome.letter.number,
        "to_status": status,
        "to_next": None if wait is None else outcome.at + wait,
        "to_sent": outcome.at if outcome.error is None else None,
        "to_error": outcome.error,
    }
