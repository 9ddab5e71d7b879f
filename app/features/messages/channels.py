"""A person's own channels: added with a sealed address, tried with a test message, removed."""

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import RowMapping, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.messages import queries, texts
from app.features.messages.errors import ChannelRemoved, ChannelThere, TooManyChannels, TriedTooSoon
from app.features.webhooks.sealing import Sealer, Unsealable
from app.models import Message, MessageChannel
from app.models.columns import canonical, new_id
from app.models.words import ChannelKind, MessageKind, MessageStatus
from app.rules.message_addresses import address_faults, hint, named_by, place

MOST_CHANNELS = 8
"""Two of each kind: one in use, and one that takes its place."""

BETWEEN_TESTS = timedelta(minutes=1)
REMOVED = "channel_removed"
"""Why nothing more is sent of what was waiting for a channel."""
NOT_YOURS = "no_longer_yours"
"""Why nothing is sent to somebody who was disabled, or whom a service center that it tells of was taken from."""


def add(
    session: Session, caller: Caller, sealer: Sealer, kind: ChannelKind, name: str, address: Mapping[str, str]
) -> uuid.UUID:
    """Add a channel for the caller; its address is kept encrypted, and only its hint is ever shown.

    Raises TooManyChannels, ChannelThere where one of them goes there already, and Invalid where the address is not of
    the kind.
    """
    faults = address_faults(kind, address)
    if faults:
        raise Invalid("The channel's address is not valid.", faults=faults)
    queries.hold_principal(session, caller.principal_id)
    live = queries.live_channels(session, caller.principal_id)
    _refuse_a_second(live, sealer, kind, address)
    if len(live) >= MOST_CHANNELS:
        raise TooManyChannels(f"There are {MOST_CHANNELS} channels.")
    row = MessageChannel(
        id=new_id(),
        principal_id=caller.principal_id,
        kind=kind,
        name=name,
        hint=hint(kind, address),
        sealed=sealer.seal(canonical(dict(address))),
        created_at=clock.now(),
    )
    own = (MessageChannel, col(MessageChannel.id) == row.id)
    details = {"kind": kind.value, "name": name}
    with recording(session, caller.actor, None, "message_channel.added", row.id, own, details=details):
        session.add(row)
    return row.id


def remove(session: Session, caller: Caller, channel_id: uuid.UUID) -> None:
    """Send nothing more to a channel; what is waiting for it is given up, what is under way is not called back."""
    found = _held(session, caller, channel_id)
    now = clock.now()
    own = col(MessageChannel.id) == channel_id
    details = {"kind": found["kind"].value, "name": found["name"]}
    with recording(
        session, caller.actor, None, "message_channel.removed", channel_id, (MessageChannel, own), details=details
    ):
        session.execute(update(MessageChannel).where(own).values(removed_at=now))
    unsent = col(Message.status).in_((MessageStatus.WAITING, MessageStatus.FAILED))
    session.execute(
        update(Message)
        .where(col(Message.channel_id) == channel_id, unsent)
        .values(status=MessageStatus.GIVEN_UP, next_attempt_at=None, last_error=REMOVED)
    )


def send_test(session: Session, caller: Caller, channel_id: uuid.UUID) -> uuid.UUID:
    """Write a test message for a channel, which is sent like any other; raises TriedTooSoon within a minute."""
    _held(session, caller, channel_id)
    now = clock.now()
    if queries.tested_since(session, channel_id, now - BETWEEN_TESTS):
        raise TriedTooSoon(pointer="/path/channel_id")
    language = queries.language(session, caller.principal_id)
    subject, body = texts.trial(language, clock.today())
    made = Message(
        principal_id=caller.principal_id,
        channel_id=channel_id,
        kind=MessageKind.TEST,
        business_date=clock.today(),
        subject=subject,
        body=body,
        next_attempt_at=now,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def _refuse_a_second(live: Sequence[RowMapping], sealer: Sealer, kind: ChannelKind, address: Mapping[str, str]) -> None:
    """Refuse an address that a live channel has; what no key opens any more is no hindrance."""
    for channel in live:
        if channel["kind"] is not kind:
            continue
        with suppress(Unsealable):
            if place(kind, json.loads(sealer.open(channel["sealed"]))) == place(kind, address):
                detail = f"Your channel '{channel['name']}' ({channel['id']}) goes there."
                raise ChannelThere(detail, pointer=f"/{named_by(kind)}")


def _held(session: Session, caller: Caller, channel_id: uuid.UUID) -> RowMapping:
    found = queries.channel_for_update(session, caller.principal_id, channel_id)
    if found is None:
        raise NotFound(pointer="/path/channel_id")
    if found["removed_at"] is not None:
        raise ChannelRemoved(pointer="/path/channel_id")
    return found
