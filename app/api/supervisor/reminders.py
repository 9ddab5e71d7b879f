"""On which days before a due date a service center's people are reminded."""

import uuid
from typing import Annotated

from fastapi import Response
from pydantic import Field, StrictInt
from sqlmodel import Session

from app.api.answers import Db, Version, answer, etag
from app.api.auth import RemindersRead, RemindersWrite
from app.api.changing import Change, changes
from app.api.ids import CenterId
from app.api.rooms import centers_room
from app.features.messages import settings
from app.values import Out, Shape, shown

router = centers_room("messages", "/service-centers/{service_center_id}")


class RemindersIn(Shape):
    """The days before a due date on which people are reminded; none at all is a choice as well."""

    model_config = shown({"days": [7, 3, 1]})

    days: Annotated[
        list[Annotated[StrictInt, Field(ge=1, le=60)]],
        Field(max_length=10, description="Whole days, 1 to 60; their order does not matter."),
    ]


class RemindersOut(Out):
    """The days that a service center has chosen, the earliest first; empty until it has."""

    days: list[int]
    version: Version


@router.get("/reminders", response_model=RemindersOut, summary="Read the days of reminders")
def read_reminders(
    who: RemindersRead,  # noqa: ARG001 that the center is the caller's was asked with the address
    db: Db,
    service_center_id: CenterId,
) -> Response:
    """Read on which days before a due date a service center's people are reminded."""
    with db.read() as session:
        return _read(session, service_center_id)


@router.put("/reminders", response_model=RemindersOut, summary="Choose the days of reminders")
@changes(match=True, shown=0)
def change_reminders(who: RemindersWrite, change: Change, service_center_id: CenterId, body: RemindersIn) -> Response:
    """Choose on which days before a due date people are reminded, from the next night on."""
    settings.change_reminding(change.session, who, service_center_id, body.days, change.seen)
    return _read(change.session, service_center_id)


def _read(session: Session, center: uuid.UUID) -> Response:
    known = settings.reminding(session, center)
    return answer(RemindersOut(days=list(known.days), version=known.version), headers=etag(known.version))
