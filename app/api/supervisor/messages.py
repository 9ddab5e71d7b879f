"""Messages that reach people: one's own channels, what one wants to be told, and what was written to one."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, Version, answer, etag
from app.api.auth import MessagesRead, MessagesWrite
from app.api.changing import Change, changes
from app.api.ids import ChannelId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.messages import channels, queries, settings
from app.features.webhooks.sealing import Sealer
from app.models.words import ChannelKind, MessageKind, MessageStatus
from app.values import Day, Number, Out, Shape, shown

router = centers_room("messages", "/me")


async def _sealer(request: Request) -> Sealer:
    sealer: Sealer = request.app.state.webhooks.sealer
    return sealer


Sealing = Annotated[Sealer, Depends(_sealer)]
Part = Annotated[str, StringConstraints(min_length=1, max_length=254)]


class ChannelIn(Shape):
    """A channel to be written to by; its address is made of the members of its kind, and is shown by nothing."""

    model_config = shown(
        {"kind": "email", "name": "单位邮箱", "address": "officer@office.example"},
        {"kind": "dingtalk", "name": "考核科钉钉群", "token": "0123456789abcdef" * 4, "secret": "SEC" + "01234567" * 8},
        {"kind": "wecom", "name": "考核科企业微信群", "key": "01234567-89ab-cdef-0123-456789abcdef"},
        {"kind": "feishu", "name": "考核科飞书群", "token": "fedcba98-7654-3210-fedc-ba9876543210"},
    )

    kind: ChannelKind
    name: Annotated[Number, Field(description="What you call it.")]
    address: Annotated[Part | None, Field(description="Of `email`: one plain address.")] = None
    token: Annotated[
        Part | None,
        Field(description="Of `dingtalk`: the robot's `access_token`; of `feishu`: the last part of its address."),
    ] = None
    secret: Annotated[Part | None, Field(description="Of `dingtalk`: the secret that it signs with (加签).")] = None
    key: Annotated[Part | None, Field(description="Of `wecom`: the robot's `key`.")] = None

    def given(self) -> dict[str, str]:
        """Give the members of the address that were said."""
        members = {name: getattr(self, name) for name in ("address", "token", "secret", "key")}
        return {name: value for name, value in members.items() if value is not None}


class ChannelOut(Out):
    """A channel without its address, and how it fares."""

    id: uuid.UUID
    kind: ChannelKind
    name: str
    hint: Annotated[str, Field(description="So much of the address that you recognise it.")]
    created_at: datetime
    removed_at: datetime | None
    verified_at: Annotated[datetime | None, Field(description="The first time that a message was taken there.")]
    last_sent_at: datetime | None
    last_status: Annotated[MessageStatus | None, Field(description="Of the last message that was attempted.")]
    last_error: Annotated[str | None, Field(description="A word for what went wrong with it.")]


class SettingsIn(Shape):
    """What you want to be told."""

    model_config = shown({"digest": True, "reminders": False})

    digest: Annotated[bool, Field(strict=True, description="What has become of alerts, once a night.")]
    reminders: Annotated[bool, Field(strict=True, description="What is due soon, on the days that the centre chose.")]


class SettingsOut(Out):
    """What you are told, and in which language."""

    digest: bool
    reminders: bool
    language: Annotated[str, Field(description="That of your user; `zh` for a token without one.")]
    version: Version


class MessageOut(Out):
    """What was written to you, and how far it has come."""

    id: uuid.UUID
    channel_id: uuid.UUID
    kind: MessageKind
    business_date: Day
    subject: str
    body: str
    status: MessageStatus
    attempts: int
    next_attempt_at: Annotated[datetime | None, Field(description="Null where no further attempt follows.")]
    sent_at: datetime | None
    last_error: str | None
    created_at: datetime


Removed = Annotated[
    bool | None, Query(description="Only those that were removed, or only those that are used.", examples=[True])
]
OfKind = Annotated[MessageKind | None, Query(alias="kind", description="Only those of a kind.")]
OfStatus = Annotated[MessageStatus | None, Query(alias="status", description="Only those that have come so far.")]


@router.get("/channels", response_model=PageOf[ChannelOut], summary="List your channels")
def list_channels(who: MessagesRead, db: Db, paging: Paged, removed: Removed = None) -> Response:
    """List the channels by which you are written to, removed ones too unless `removed` is false."""
    with db.read() as session:
        page = queries.channels(session, who.principal_id, paging.page, removed=removed)
    return paging.answer([_channel(row) for row in page.rows], page.next_after)


@router.post("/channels", response_model=ChannelOut, status_code=201, summary="Add a channel")
@changes(key_required=True)
def add_channel(who: MessagesWrite, change: Change, body: ChannelIn, sealing: Sealing) -> Response:
    """Add a channel; it is used from the next night on.

    Ask for a test message afterwards: that something was taken shows in `verified_at`, that it arrived only you see.
    """
    made = channels.add(change.session, who, sealing, body.kind, body.name, body.given())
    return _read(change.session, who, made, 201)


@router.get("/channels/{channel_id}", response_model=ChannelOut, summary="Read a channel")
def read_channel(who: MessagesRead, db: Db, channel_id: ChannelId) -> Response:
    """Read one of your channels, and how it fares."""
    with db.read() as session:
        return _read(session, who, channel_id)


@router.post("/channels/{channel_id}/test", response_model=MessageOut, status_code=202, summary="Send a test message")
@changes(key_required=True)
def send_test_message(who: MessagesWrite, change: Change, channel_id: ChannelId) -> Response:
    """Have a test message sent to a channel, at most once a minute; `GET /v1/me/messages` tells what became of it."""
    made = channels.send_test(change.session, who, channel_id)
    return answer(_message(queries.message(change.session, who.principal_id, made)), 202)


@router.post("/channels/{channel_id}/removal", response_model=ChannelOut, summary="Remove a channel")
@changes(key_required=True)
def remove_channel(who: MessagesWrite, change: Change, channel_id: ChannelId) -> Response:
    """Send nothing more there, also nothing that was waiting; what is under way at this moment may still arrive."""
    channels.remove(change.session, who, channel_id)
    return _read(change.session, who, channel_id)


@router.get("/message-settings", response_model=SettingsOut, summary="Read what you are told")
def read_message_settings(who: MessagesRead, db: Db) -> Response:
    """Read what you are told; everything, until you say otherwise."""
    with db.read() as session:
        return _settings(session, who)


@router.put("/message-settings", response_model=SettingsOut, summary="Say what you want to be told")
@changes(match=True, shown=0)
def change_message_settings(who: MessagesWrite, change: Change, body: SettingsIn) -> Response:
    """Say what you want to be told, from the next night on."""
    settings.change_wishes(change.session, who, digest=body.digest, reminders=body.reminders, seen=change.seen)
    return _settings(change.session, who)


@router.get("/messages", response_model=PageOf[MessageOut], summary="List your messages")
def list_messages(who: MessagesRead, db: Db, paging: Paged, kind: OfKind = None, status: OfStatus = None) -> Response:
    """List what was written to you, oldest first; `given_up` is what could not be sent in six attempts."""
    with db.read() as session:
        page = queries.messages(session, who.principal_id, paging.page, kind=kind, status=status)
    return paging.answer([_message(row) for row in page.rows], page.next_after)


def _read(session: Session, who: Caller, channel_id: uuid.UUID, status: int = 200) -> Response:
    row = queries.channel(session, who.principal_id, channel_id)
    if row is None:
        raise NotFound("There is no such channel.", pointer="/path/channel_id")
    return answer(_channel(row), status)


def _settings(session: Session, who: Caller) -> Response:
    known = settings.wishes(session, who)
    out = SettingsOut(
        digest=known.digest,
        reminders=known.reminders,
        language=queries.language(session, who.principal_id),
        version=known.version,
    )
    return answer(out, headers=etag(known.version))


def _channel(row: RowMapping) -> ChannelOut:
    known: dict[str, Any] = dict(row)
    return ChannelOut.model_construct(**known)


def _message(row: RowMapping) -> MessageOut:
    known: dict[str, Any] = dict(row)
    return MessageOut.model_construct(**known)
