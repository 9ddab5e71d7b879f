"""Finds the route of a request by what its path looks like, instead of trying one route after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.api.requests import KaoheRoute

_ANY = ""
"""Stands for a parameter; no part of a declared path is empty."""


_End = tuple[int, KaoheRoute]
"""A route and its place in the order of declaration."""


@dataclass(slots=True)
class _Part:
    """Where a path goes on from here: by what its next part is called, or by any."""

    next: dict[str, "_Part"] = field(default_factory=dict)
    ends: dict[str, _End] = field(default_factory=dict)
    """By the method."""


class Directory(BaseRoute):
    """Stands before all routes and answers for those of ours; for whatever it does not find they are tried in turn."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Take up every route of ours."""
        self._root = _Part()
        for place, route in enumerate(routes):
            if isinstance(route, KaoheRoute):
                self._take_up(place, route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Give the first route declared that takes the request; a method that no route takes is not found here."""
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        found = min(self._ends(self._root, scope["path"].split("/"), 0, scope["method"]), default=None, key=_place)
        if found is None:
            return Match.NONE, {}
        match, child = found[1].matches(scope)
        return (match, child) if match is Match.FULL else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer."""
        await scope["route"].handle(scope, receive, send)

    def _take_up(self, place: int, route: KaoheRoute) -> None:
        part = self._root
        for name in route.path.split("/"):
            part = part.next.setdefault(_ANY if name.startswith("{") else name, _Part())
        for method in route.methods or ():
            part.ends.setdefault(method, (place, route))

    def _ends(self, part: _Part, names: list[str], at: int, method: str) -> Iterator[_End]:
        if at == len(names):
            if method in part.ends:
                yield part.ends[method]
            return
        for name in {names[at], _ANY}:
            if name in part.next:
                yield from self._ends(part.next[name], names, at + 1, method)


def _place(end: _End) -> int:
    return end[0]
