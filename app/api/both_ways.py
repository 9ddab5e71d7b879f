"""Lists that are read forwards and backwards: `next_cursor` and `prev_cursor`, each bound like every cursor."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.api.answers import answer
from app.api.paging import Cursor, Item, Limit, PageOf, Paging
from app.features.paging import Leaf, Turn

_AFTER, _BEFORE = "after", "before"


class PageBothWays(PageOf[Item]):
    """One page, with the cursors of both of its neighbours."""

    prev_cursor: Annotated[str | None, Field(description="The page before this one begins here; null on the first.")]


class BothWays(Paging):
    """The paging parameters of such a list; `cursor` is either neighbour's."""

    def by_number(self) -> Turn[int]:
        """Give the page asked for of a list that is ordered by a number."""
        where, beside = self._beside()
        return Turn(self.limit, None if beside is None else int(beside), where == _BEFORE)

    def by_id(self) -> Turn[uuid.UUID]:
        """Give the page asked for of a list that is ordered by id."""
        where, beside = self._beside()
        return Turn(self.limit, None if beside is None else uuid.UUID(beside), where == _BEFORE)

    def answer_leaf(self, items: Sequence[BaseModel], leaf: Leaf[int] | Leaf[uuid.UUID]) -> Response:
        """Write a page with the cursors of its neighbours, also as a `Link` header."""
        cursors = {
            rel: None if beside is None else self._sealed(f"{where}:{beside}")
            for rel, where, beside in (
                ("next", _AFTER, leaf.next_beside),
                ("prev", _BEFORE, leaf.previous_beside),
            )
        }
        links = ", ".join(self._link(rel, cursor) for rel, cursor in cursors.items() if cursor)
        body = PageBothWays[BaseModel](items=items, next_cursor=cursors["next"], prev_cursor=cursors["prev"])
        return answer(body, headers={"Link": links} if links else {})

    def _beside(self) -> tuple[str, str | None]:
        if self.position is None:
            return _AFTER, None
        where, _, beside = self.position.partition(":")
        return where, beside


async def both_ways(request: Request, limit: Limit = 50, cursor: Cursor = None) -> BothWays:
    """Read the paging parameters of a list that is read both ways."""
    return BothWays(request, limit, cursor)
