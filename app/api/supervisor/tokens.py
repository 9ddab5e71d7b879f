"""Tokens of machines, as the administrators of the service centers that they open issue, read and revoke them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import Field, StrictInt
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, shown_once
from app.api.auth import TokensRead, TokensWrite
from app.api.changing import Change, changes
from app.api.ids import CENTER, MachineTokenId, OfCenter
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access import machine_token_queries, machine_tokens, rights_queries
from app.features.access.caller import Caller
from app.features.access.machine_token_queries import TokenFilter
from app.features.access.machine_tokens import LONGEST_DAYS, NewToken
from app.models.words import Role
from app.values import Number, Out, Reason, Shape, shown

router = centers_room("tokens", "/tokens")


class MachineTokenIn(Shape):
    """A token for another system: who it is, what it may do and see, and for how many days."""

    model_config = shown(
        {
            "principal": "12345-hotline",
            "role": "integration",
            "service_centers": [str(CENTER)],
            "scopes": ["signals:write", "signals:read"],
            "name": "便民热线接口",
            "expires_in_days": 180,
        }
    )

    principal: Annotated[
        Number,
        Field(
            description="The machine: a new name of letters, figures, Chinese characters, `.`, `_` and `-`, or that of "
            "one which was made with the same rights."
        ),
    ]
    role: Annotated[Role, Field(description="`integration` may do what its scopes name; every other may do its part.")]
    service_centers: Annotated[
        list[uuid.UUID], Field(min_length=1, max_length=200, description="What it may see: `id` of `GET /v1/me`.")
    ]
    scopes: Annotated[
        tuple[str, ...], Field(max_length=20, description="Of role `integration`, at least one; of others none.")
    ] = ()
    vendor_id: Annotated[uuid.UUID | None, Field(description="Of role `vendor`: for which vendor it speaks.")] = None
    name: Annotated[
        Number | None, Field(description="What you call the token, such as the system that carries it.")
    ] = None
    expires_in_days: Annotated[
        StrictInt, Field(ge=1, le=LONGEST_DAYS, description="1 to 366, or fewer where the service is set up so.")
    ]
    reason: Annotated[
        Reason | None, Field(description="Needed for the roles `admin` and `vendor`; kept in the audit.")
    ] = None


class MachineTokenOut(Out):
    """A token without its secret, of which nothing but a hash is stored."""

    id: uuid.UUID
    name: str | None
    principal_id: uuid.UUID
    principal: str
    is_person: Annotated[bool, Field(description="Of a person, whom the service's operator gave it.")]
    role: Role
    vendor_id: uuid.UUID | None
    service_centers: Annotated[list[uuid.UUID], Field(description="Those that it opens and that are yours too.")]
    beyond_own_centers: Annotated[
        bool, Field(description="It opens others as well, so that only who administers all of them revokes it.")
    ]
    scopes: list[str]
    created_at: datetime
    expires_at: Annotated[datetime | None, Field(description="Null of one that the operator issued without an end.")]
    last_used_at: Annotated[datetime | None, Field(description="Noted at most once an hour.")]
    revoked_at: datetime | None


class NewMachineToken(MachineTokenOut):
    """A token that was just issued."""

    token: Annotated[
        str | None,
        Field(
            description="The secret, shown once; null where the same Idempotency-Key is sent again: revoke it then.",
            examples=["kaohe_…"],
        ),
    ]


Live = Annotated[bool, Query(description="Only those that are neither revoked nor expired.", examples=[True])]
OfPrincipal = Annotated[
    str | None, Query(max_length=64, description="Of the principal with this name.", examples=["12345-hotline"])
]
WithRole = Annotated[Role | None, Query(description="With this role.", examples=["integration"])]


async def _longest_days(request: Request) -> int:
    days: int = request.app.state.token_days
    return days


LongestDays = Annotated[int, Depends(_longest_days)]


@router.get("", response_model=PageOf[MachineTokenOut])
def list_machine_tokens(
    who: TokensRead,
    db: Db,
    paging: Paged,
    principal: OfPrincipal = None,
    role: WithRole = None,
    live: Live = False,
    service_center_id: OfCenter = None,
) -> Response:
    """List every token that opens one of the caller's service centers, those of vendors and people too."""
    wanted = TokenFilter(principal, role, service_center_id, clock.now() if live else None)
    with db.read() as session:
        page = machine_token_queries.tokens(session, who.centers, wanted, paging.page)
        items = _tokens(session, who, page.rows)
    return paging.answer(items, page.next_after)


@router.post("", status_code=201, response_model=NewMachineToken)
@changes(key_required=True)
def issue_machine_token(who: TokensWrite, longest: LongestDays, change: Change, body: MachineTokenIn) -> Response:
    """Issue a token for a machine, which is made with its first one; a third live one is refused.

    The secret is shown in this answer and never again. To rotate: issue, deploy, then revoke the old one.
    """
    asked = body.model_dump()
    new = NewToken(days=asked.pop("expires_in_days"), **asked)
    id_, secret = machine_tokens.issue(change.session, who, new, longest)
    made = _read(change.session, who, id_)
    fresh = NewMachineToken.model_construct(**dict(made), token=secret)
    again = fresh.model_copy(update={"token": None})
    return shown_once(fresh, again, 201, {"Location": f"/v1/tokens/{id_}"})


@router.get("/{machine_token_id}", response_model=MachineTokenOut)
def read_machine_token(who: TokensRead, db: Db, machine_token_id: MachineTokenId) -> Response:
    """Read a token: whose it is, what it may do, until when, when it was last used."""
    with db.read() as session:
        return answer(_read(session, who, machine_token_id))


@router.post("/{machine_token_id}/revocation", response_model=MachineTokenOut)
@changes(key_required=True)
def revoke_machine_token(who: TokensWrite, change: Change, machine_token_id: MachineTokenId) -> Response:
    """Revoke a token, also a vendor's or a person's; from the next request on it is answered with 401."""
    machine_tokens.revoke(change.session, who, machine_token_id)
    return answer(_read(change.session, who, machine_token_id))


def _read(session: Session, who: Caller, token_id: uuid.UUID) -> MachineTokenOut:
    row = machine_token_queries.token(session, who.centers, token_id)
    if row is None:
        raise NotFound(pointer="/path/machine_token_id")
    (found,) = _tokens(session, who, [row])
    return found


def _tokens(session: Session, who: Caller, rows: Sequence[RowMapping]) -> list[MachineTokenOut]:
    granted, own = rights_queries.grants(session, {row["principal_id"] for row in rows}), set(who.centers)
    return [_token(row, granted[row["principal_id"]], own) for row in rows]


def _token(row: RowMapping, granted: set[uuid.UUID], own: set[uuid.UUID]) -> MachineTokenOut:
    known = dict(row) | {"scopes": row["scopes"] or []}
    return MachineTokenOut.model_construct(
        **known, service_centers=sorted(granted & own), beyond_own_centers=bool(granted - own)
    )
