"""Sends requests to the application as a server hands them over: bytes in, bytes out, whatever they are."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

from tests.client import by_itself
from tests.fuzz.documented import Asked

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Raw:
    """A request in the bytes of the wire; the body comes in chunks."""

    method: str
    path: bytes
    query: bytes = b""
    headers: tuple[Header, ...] = ()
    chunks: tuple[bytes, ...] = (b"",)

    @classmethod
    def of(cls, asked: Asked, token: str | None) -> "Raw":
        """Write a well-formed request, as the caller whose token it is."""
        path, _, query = asked.target.partition("?")
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        length = {"Content-Length": str(len(asked.body))} if asked.body else {}
        headers = ({"Host": "testserver"} | asked.headers | bearer | length).items()
        sent = tuple((name.lower().encode(), value.encode()) for name, value in headers)
        return cls(asked.method, path.encode(), query.encode(), sent, (asked.body,))

    def scope(self) -> dict[str, Any]:
        """Read the request as uvicorn does."""
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path.decode("ascii", "replace")),
            "raw_path": self.path,
            "query_string": self.query,
            "root_path": "",
            "headers": list(self.headers),
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Give the code of a problem; empty for anything else."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(json.loads(self.body)["code"])


class Wire:
    """Hands requests to an application, each within the test's own thread."""

    def __init__(self, app: FastAPI) -> None:
        """Ask `app`."""
        self._app = app

    def send(self, raw: Raw) -> Answer:
        """Send one request and give its answer."""
        return by_itself(self._answer(raw))

    async def _answer(self, raw: Raw) -> Answer:
        incoming = _messages(raw.chunks)
        outgoing: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return next(incoming, {"type": "http.disconnect"})

        async def send(message: Any) -> None:  # noqa: ANN401 as ASGI has it
            outgoing.append(message)

        try:
            await self._app(raw.scope(), receive, send)
        except Exception:
            # Once it is answered with 500 the server logs it; unanswered, the connection would break.
            if not outgoing:
                raise
        start = outgoing[0]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in outgoing[1:]))


def _messages(chunks: Iterable[bytes]) -> Any:  # noqa: ANN401 as ASGI has it
    *before, last = chunks
    for chunk in before:
        yield {"type": "http.request", "body": chunk, "more_body": True}
    yield {"type": "http.request", "body": last, "more_body": False}
