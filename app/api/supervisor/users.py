"""People who sign in: an administrator makes, changes, disables and helps those of their own service centers."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, Version, answer, etag_of, shown_once
from app.api.auth import UsersRead, UsersWrite
from app.api.changing import Change, changes
from app.api.ids import CENTER, OfCenter, UserId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access import rights_queries, user_queries, users
from app.features.access.caller import Caller
from app.features.access.sign_in import name_hash
from app.features.access.user_queries import UserFilter
from app.features.access.users import Account
from app.models.words import Language, Role
from app.rules.principal_names import SIGN_IN_NAME
from app.values import Number, Out, Reason, Shape, shown

router = centers_room("users", "/users")
SignInName = Annotated[
    str,
    StringConstraints(pattern=SIGN_IN_NAME),
    Field(description="What they sign in with, for good; nobody else, person or system, has it."),
]
Centers = Annotated[
    list[uuid.UUID], Field(min_length=1, max_length=200, description="What they may see: `id` of `GET /v1/me`.")
]
RoleOfPerson = Annotated[Role, Field(description="Not `integration`, which is of systems.")]
DisplayName = Annotated[Number, Field(description="What others call them.")]


class UserFields(Shape):
    """What an administrator decides about a person."""

    display_name: DisplayName
    language: Annotated[Language, Field(description="In which messages are written to them.")]
    role: RoleOfPerson
    service_centers: Centers

    def account(self) -> Account:
        """Give it as the service takes it."""
        return Account(
            display_name=self.display_name,
            language=self.language,
            role=self.role,
            service_centers=self.service_centers,
        )


class UserIn(UserFields):
    """A person's account as it is to be, whole."""

    model_config = shown(
        {"display_name": "李主管", "language": "zh", "role": "supervisor", "service_centers": [str(CENTER)]}
    )


class NewUserIn(UserFields):
    """A person who is to come in."""

    model_config = shown(
        {
            "name": "li.dudao",
            "display_name": "李督导",
            "language": "zh",
            "role": "supervisor",
            "service_centers": [str(CENTER)],
        }
    )

    name: SignInName
    vendor_id: Annotated[
        uuid.UUID | None, Field(description="Of role `vendor`: whose they are; its centre is then the only one.")
    ] = None


class UserDisablingIn(Shape):
    """Why somebody is let in no more."""

    model_config = shown({"reason": "已调离"})

    reason: Reason


class UserOut(Out):
    """A person with what they may do and see."""

    id: uuid.UUID
    name: str
    display_name: str
    language: Language
    role: Role
    vendor_id: uuid.UUID | None
    service_centers: Annotated[list[uuid.UUID], Field(description="Those of the person's that are yours too.")]
    beyond_own_centers: Annotated[
        bool, Field(description="They have others as well, so that only who administers all of them changes anything.")
    ]
    password_set_at: datetime | None
    must_change: Annotated[bool, Field(description="The password was given to them, and they have not changed it yet.")]
    last_seen_at: Annotated[datetime | None, Field(description="When a session of theirs was last used.")]
    locked_until: Annotated[datetime | None, Field(description="After failed sign-ins; unlocking ends it.")]
    disabled_at: datetime | None
    version: Version
    created_at: datetime
    updated_at: datetime


class UserWithPassword(UserOut):
    """A person who was just given a password."""

    temporary_password: Annotated[
        str | None,
        Field(
            description="Shown once, and changed by them before all else; null where the same Idempotency-Key is sent "
            "again: reset it then.",
        ),
    ]


WithRole = Annotated[Role | None, Query(description="With this role.", examples=["supervisor"])]
Disabled = Annotated[
    bool | None, Query(description="Only those who are disabled, or only those who are not.", examples=[False])
]


@router.get("", response_model=PageOf[UserOut])
def list_users(
    who: UsersRead,
    db: Db,
    paging: Paged,
    role: WithRole = None,
    disabled: Disabled = None,
    service_center_id: OfCenter = None,
) -> Response:
    """List the people who share a service center with the caller."""
    with db.read() as session:
        page = user_queries.users(session, who.centers, UserFilter(role, disabled, service_center_id), paging.page)
        items = _users(session, who, page.rows)
    return paging.answer(items, page.next_after)


@router.post("", status_code=201, response_model=UserWithPassword)
@changes(key_required=True)
def create_user(who: UsersWrite, change: Change, body: NewUserIn) -> Response:
    """Make a person's account with a temporary password, which this answer shows and nothing ever again."""
    id_, password = users.create(change.session, who, body.name, body.account(), body.vendor_id)
    return _with_password(change.session, who, id_, password, {"Location": f"/v1/users/{id_}"})


@router.get("/{user_id}", response_model=UserOut)
def read_user(who: UsersRead, db: Db, user_id: UserId) -> Response:
    """Read a person's account."""
    with db.read() as session:
        return _read(session, who, user_id)


@router.put("/{user_id}", response_model=UserOut)
@changes(match=True)
def change_user(who: UsersWrite, change: Change, user_id: UserId, body: UserIn) -> Response:
    """Change what somebody is called and may do; another role or other service centers end their sessions at once.

    Their tokens have the new rights from the next request on. Nobody changes their own rights, and no service center
    is left without an administrator who can sign in.
    """
    users.change(change.session, who, user_id, body.account(), change.seen)
    return _read(change.session, who, user_id)


@router.post("/{user_id}/disabling", response_model=UserOut)
@changes(key_required=True)
def disable_user(who: UsersWrite, change: Change, user_id: UserId, body: UserDisablingIn) -> Response:
    """Let somebody in no more; their sessions end and their tokens are revoked at once."""
    users.disable(change.session, who, user_id, body.reason)
    return _read(change.session, who, user_id)


@router.post("/{user_id}/enabling", response_model=UserOut)
@changes(key_required=True)
def enable_user(who: UsersWrite, change: Change, user_id: UserId) -> Response:
    """Let somebody in again, with the password and the rights that they had."""
    users.enable(change.session, who, user_id)
    return _read(change.session, who, user_id)


@router.post("/{user_id}/password-reset", response_model=UserWithPassword)
@changes(key_required=True)
def reset_user_password(who: UsersWrite, change: Change, user_id: UserId) -> Response:
    """Give somebody a temporary password in the place of theirs, shown once.

    Their sessions end and their tokens are revoked at once.
    """
    password = users.reset_password(change.session, who, user_id)
    return _with_password(change.session, who, user_id, password, {})


@router.post("/{user_id}/unlocking", response_model=UserOut)
@changes(key_required=True)
def unlock_user(who: UsersWrite, change: Change, user_id: UserId) -> Response:
    """Forget somebody's failed sign-ins, so that they need not wait until the lock has passed."""
    users.unlock(change.session, who, user_id)
    return _read(change.session, who, user_id)


@router.post("/{user_id}/ending-sessions", response_model=UserOut)
@changes(key_required=True)
def end_user_sessions(who: UsersWrite, change: Change, user_id: UserId) -> Response:
    """Sign somebody out everywhere; they may sign in again."""
    users.end_sessions(change.session, who, user_id)
    return _read(change.session, who, user_id)


def _read(session: Session, who: Caller, user_id: uuid.UUID) -> Response:
    found = _found(session, who, user_id)
    return answer(found, headers=etag_of(found.version, found))


def _with_password(session: Session, who: Caller, user_id: uuid.UUID, password: str, made: dict[str, str]) -> Response:
    found = _found(session, who, user_id)
    fresh = UserWithPassword.model_construct(**dict(found), temporary_password=password)
    again = fresh.model_copy(update={"temporary_password": None})
    return shown_once(fresh, again, 201 if made else 200, etag_of(found.version, found) | made)


def _found(session: Session, who: Caller, user_id: uuid.UUID) -> UserOut:
    row = user_queries.user(session, who.centers, user_id)
    if row is None:
        raise NotFound(pointer="/path/user_id")
    (found,) = _users(session, who, [row])
    return found


def _users(session: Session, who: Caller, rows: Sequence[RowMapping]) -> list[UserOut]:
    granted, own = rights_queries.grants(session, [row["id"] for row in rows]), set(who.centers)
    hashes = {row["id"]: name_hash(row["name"]) for row in rows}
    locks = user_queries.locks(session, hashes.values(), clock.now())
    return [
        UserOut.model_construct(
            **row,
            service_centers=sorted(granted[row["id"]] & own),
            beyond_own_centers=bool(granted[row["id"]] - own),
            locked_until=locks.get(hashes[row["id"]]),
        )
        for row in rows
    ]
