"""Pages of a list: a limit that refuses more, and a cursor that is bound to who asks and for what."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, SerializeAsAny

from app.errors import BadRequest
from app.features.access.caller import Caller
from app.features.paging import PageRequest
from app.rules.faults import Fault
from app.values import Out

Item = TypeVar("Item", bound=BaseModel)


class PageOf(Out, Generic[Item]):
    """One page; the next one begins at `next_cursor`, which is null on the last."""

    items: Sequence[SerializeAsAny[Item]]
    next_cursor: str | None


Limit = Annotated[int, Query(ge=1, le=200, description="Items a page; more than 200 is refused.", examples=[20])]
Cursor = Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")]


class Paging:
    """The paging parameters of a list."""

    def __init__(self, request: Request, limit: int, cursor: str | None) -> None:
        """Check the cursor against the caller and the filters it was made for."""
        self._request = request
        self._path: str = request.scope["path"]
        self.limit = limit
        self.position = None if cursor is None else self._opened(cursor)

    @property
    def page(self) -> PageRequest:
        """Give the page asked for of a list that is ordered by id."""
        return PageRequest(self.limit, None if self.position is None else uuid.UUID(self.position))

    def answer(self, items: Sequence[BaseModel], next_position: uuid.UUID | int | str | None) -> Response:
        """Write a page with its next cursor, also as a `Link` header."""
        cursor = None if next_position is None else self._sealed(str(next_position))
        headers = {"Link": self._link("next", cursor)} if cursor else {}
        # Each item by its own model's serializer: that of a page would look up each one's anew.
        shown = b",".join([item.__pydantic_serializer__.to_json(item) for item in items])
        body = b'{"items":[' + shown + b'],"next_cursor":' + json.dumps(cursor).encode() + b"}"
        return Response(body, 200, headers, "application/json")

    def _link(self, rel: str, cursor: str) -> str:
        query = urlencode([*self._filters(), ("limit", str(self.limit)), ("cursor", cursor)])
        return f'<{self._path}?{query}>; rel="{rel}"'

    def _filters(self) -> list[tuple[str, str]]:
        parameters = self._request.query_params.multi_items()
        return sorted((name, value) for name, value in parameters if name not in ("limit", "cursor"))

    def _sealed(self, position: str) -> str:
        return base64.urlsafe_b64encode(f"{position}.{self._seal(position)}".encode()).rstrip(b"=").decode()

    def _opened(self, cursor: str) -> str:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            position, seal = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(".")
        except ValueError:
            raise self._bad_cursor() from None
        if not hmac.compare_digest(seal, self._seal(position)):
            raise self._bad_cursor()
        return position

    def _seal(self, position: str) -> str:
        caller: Caller = self._request.state.caller
        whose = [str(caller.vendor_id), *sorted(map(str, caller.centers))]
        bound = json.dumps([position, self._path, self._filters(), whose])
        key: bytes = self._request.app.state.cursor_key
        return hmac.new(key, bound.encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()[:32]

    @staticmethod
    def _bad_cursor() -> BadRequest:
        detail = "The cursor was not made for this list with these filters."
        return BadRequest(
            detail, faults=[Fault("/query/cursor", "bad-cursor", detail, "Begin again without a cursor.")]
        )


class Order(StrEnum):
    """How a list of months is read."""

    RECORDED = "recorded"
    NEWEST = "newest"


class PagingOfMonths(Paging):
    """The paging parameters of a list of months, which is also read from the latest month back."""

    def __init__(self, request: Request, limit: int, cursor: str | None, order: Order) -> None:
        """Check the cursor, to which its order is bound as every filter is."""
        super().__init__(request, limit, cursor)
        self._newest = order is Order.NEWEST

    @property
    def page(self) -> PageRequest:
        """Give the page asked for."""
        if not self._newest:
            return super().page
        period, _, id_ = (self.position or "").partition("/")
        return PageRequest(self.limit, uuid.UUID(id_) if id_ else None, newest=True, after_period=period or None)


InOrder = Annotated[
    Order, Query(description="`newest`: the latest months first; else as they were recorded.", examples=["newest"])
]


async def _paging_of_months(
    request: Request, limit: Limit = 50, cursor: Cursor = None, order: InOrder = Order.RECORDED
) -> PagingOfMonths:
    return PagingOfMonths(request, limit, cursor, order)


PagedMonths = Annotated[PagingOfMonths, Depends(_paging_of_months)]


async def _paging(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Paging:
    return Paging(request, limit, cursor)


Paged = Annotated[Paging, Depends(_paging)]
