"""A vendor's own tokens: list, issue the next one, revoke the last."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field, StrictInt
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, shown_once
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.ids import TokenId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.access import portal_queries, portal_tokens
from app.features.access.caller import Caller
from app.values import Number, Out, Shape, shown

router = vendors_room("portal")


class TokenIn(Shape):
    """A further token: what it is called, and for how many days it is good."""

    model_config = shown({"name": "考核接口 2024", "expires_in_days": 180})

    name: Annotated[Number, Field(description="What you call it, such as the system that carries it.")]
    expires_in_days: Annotated[StrictInt, Field(ge=1, le=366, description="1 to 366.")]


class PortalToken(Out):
    """A token without its secret, which only its issuing shows."""

    id: uuid.UUID
    principal: Annotated[str, Field(description="For whom it speaks: one of the vendor's own.")]
    name: Annotated[str | None, Field(description="Null of one that the service's operator issued.")]
    in_use: Annotated[bool, Field(description="Whether this request itself carries it.")]
    created_at: datetime
    expires_at: Annotated[datetime | None, Field(description="Null where it does not expire.")]
    last_used_at: Annotated[datetime | None, Field(description="Noted at most once an hour.")]
    revoked_at: Annotated[datetime | None, Field(description="Since when it opens nothing.")]


class NewPortalToken(PortalToken):
    """A token that was just issued."""

    token: Annotated[
        str | None,
        Field(
            description="The secret, shown once; null where the same Idempotency-Key is sent again: revoke it then.",
            examples=["kaohe_…"],
        ),
    ]


Live = Annotated[bool, Query(description="Only those that are neither revoked nor expired.", examples=[True])]


@router.get("/tokens", response_model=PageOf[PortalToken], summary="List your tokens")
def list_portal_tokens(who: Vendor, db: Db, paging: Paged, live: Live = False) -> Response:
    """List the tokens of the vendor's principals: since when, until when, and when each was last used."""
    with db.read() as session:
        page = portal_queries.tokens(session, company(who), clock.now() if live else None, paging.page)
    return paging.answer([_token(who, row) for row in page.rows], page.next_after)


@router.post("/tokens", status_code=201, response_model=NewPortalToken, summary="Issue a token")
@changes(key_required=True)
def issue_portal_token(who: VendorWrite, change: Change, body: TokenIn) -> Response:
    """Issue a second token for the principal that asks, so that one can take the other's place; a third is refused.

    The secret is shown in this answer and never again: the service keeps its hash, and a retry with the same key gets
    the id without it. To rotate: issue, deploy, then revoke the old one.
    """
    id_, secret = portal_tokens.issue(change.session, who, company(who), body.name, body.expires_in_days)
    made = _read(change.session, who, id_)
    fresh = NewPortalToken.model_construct(**dict(made), token=secret)
    return shown_once(fresh, fresh.model_copy(update={"token": None}), 201, {})


@router.post("/tokens/{token_id}/revocation", response_model=PortalToken, summary="Revoke a token")
@changes(key_required=True)
def revoke_portal_token(who: VendorWrite, change: Change, token_id: TokenId) -> Response:
    """Revoke one of the vendor's tokens; from the next request on it is answered with 401.

    The token that this request carries may be revoked too: this answer still comes, and nothing after it, a retry of
    this request included.
    """
    portal_tokens.revoke(change.session, who, company(who), token_id)
    return answer(_read(change.session, who, token_id))


def _read(session: Session, who: Caller, token_id: uuid.UUID) -> PortalToken:
    row = portal_queries.token(session, company(who), token_id)
    if row is None:
        raise NotFound(pointer="/path/token_id")
    return _token(who, row)


def _token(who: Caller, row: RowMapping) -> PortalToken:
    return PortalToken.model_construct(**row, in_use=row["id"] == who.token_id)
