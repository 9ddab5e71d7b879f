"""The key posts of a vendor's contract: who holds which, and what the vendor says of them."""

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field, model_validator
from sqlmodel import Session

from app.api.answers import Db, answer, etag_of
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.ids import ContractId
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.features.access.caller import Caller
from app.features.vendor_duties import key_posts
from app.features.vendor_duties.key_posts import Post, PostChange
from app.features.vendor_duties.queries import Whose
from app.values import Code, Day, Note, Out, Shape, ShortCode, shown

router = vendors_room("portal", "/contracts/{contract_id}/key-posts")


class PortalPostChangeIn(Shape):
    """Somebody holds a post from a day on, or nobody does: either `holder` and `held_from`, or `vacated_on`."""

    post: Annotated[ShortCode, Field(examples=["project_manager"])]
    holder: Annotated[
        Code | None, Field(description="A reference of the vendor's own, such as a staff number; never a name.")
    ] = None
    held_from: Day | None = None
    vacated_on: Annotated[
        Day | None, Field(description="The first day on which nobody holds it; after the first day held.")
    ] = None
    note: Note | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "PortalPostChangeIn":
        held = self.holder is not None and self.held_from is not None
        if held == (self.vacated_on is not None) or (self.holder is None) != (self.held_from is None):
            message = "state either holder and held_from, or vacated_on"
            raise ValueError(message)
        return self

    def stated(self) -> PostChange:
        """Read it as the feature's change."""
        on: date | None = self.held_from or self.vacated_on
        assert on is not None  # noqa: S101 checked above
        return PostChange(post=self.post, happened_on=on, holder=self.holder, note=self.note)


class PortalKeyPostsIn(Shape):
    """What happened to key posts, in its order; it is added to what is told already."""

    model_config = shown({"changes": [{"post": "project_manager", "holder": "S-017", "held_from": "2023-01-05"}]})

    changes: Annotated[list[PortalPostChangeIn], Field(min_length=1, max_length=50)]

    def stated(self) -> list[PostChange]:
        """Read the body as the feature's changes."""
        return [item.stated() for item in self.changes]


class PortalPostFact(Out):
    """One fact about a post; `holder` is null where it says that the post is vacant from that day on."""

    number: int
    happened_on: Day
    holder: str | None
    note: str | None
    recorded_at: datetime


class PortalKeyPost(Out):
    """A key post as it stands, with everything that was told of it."""

    post: str
    name: str
    asked: Annotated[bool, Field(description="Whether the terms name it.")]
    holder: str | None
    held_from: Day | None
    vacant_since: Day | None
    due_on: Annotated[Day | None, Field(description="By when the vacancy is to be filled.")]
    provisional: Annotated[bool, Field(description="Counted over a year whose holiday notice is not out.")]
    history: list[PortalPostFact]


class PortalKeyPosts(Out):
    """The key posts of a contract."""

    contract_id: uuid.UUID
    posts: list[PortalKeyPost]
    version: Annotated[int, Field(description="How many facts are told; 0 while there is none.")]


@router.get("", response_model=PortalKeyPosts)
def read_portal_key_posts(who: Vendor, db: Db, contract_id: ContractId) -> Response:
    """Read who holds which key post of a contract, and which is vacant since when."""
    with db.read() as session:
        return _answer(session, who, contract_id)


@router.put("", response_model=PortalKeyPosts)
@changes(key_required=True, match=True, shown=0)
def change_portal_key_posts(
    who: VendorWrite, change: Change, contract_id: ContractId, body: PortalKeyPostsIn
) -> Response:
    """Add what happened to key posts; what was told before stays."""
    key_posts.change_own(change.session, who, company(who), contract_id, body.stated(), change.seen)
    return _answer(change.session, who, contract_id)


def _answer(session: Session, who: Caller, contract_id: uuid.UUID) -> Response:
    found = key_posts.read(session, Whose(vendor_id=company(who)), contract_id)
    body = PortalKeyPosts(contract_id=contract_id, posts=[_post(post) for post in found.posts], version=found.version)
    return answer(body, headers=etag_of(found.version, body))


def _post(post: Post) -> PortalKeyPost:
    return PortalKeyPost(
        post=post.code,
        name=post.name,
        asked=post.asked,
        holder=post.holder,
        held_from=post.held_from,
        vacant_since=post.vacant_since,
        due_on=post.due_on,
        provisional=post.provisional,
        history=[PortalPostFact(**{name: row[name] for name in PortalPostFact.model_fields}) for row in post.history],
    )
