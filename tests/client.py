"""Asks an application within the test's own thread."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote

import httpx2
from fastapi import FastAPI

Message = MutableMapping[str, Any]


class InProcess(httpx2.BaseTransport):
    """Hands each request to the application as a server would, in a loop of its own.

    Starlette's client asks through another thread, which waits for this one a dozen times for each request.
    """

    def __init__(self, app: FastAPI) -> None:
        """Ask `app`."""
        self._app = app

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request and wait for its whole answer; what the program did not expect is a 500, as in service."""
        asked = iter([{"type": "http.request", "body": request.read(), "more_body": False}])
        answered: list[Message] = []

        async def receive() -> Message:
            return next(asked, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            answered.append(message)

        try:
            asyncio.run(self._app(_scope(request), receive, send))
        except Exception:
            # A server logs what comes after the 500 and goes on; without an answer there is nothing to go on with.
            if not answered:
                raise
        body = b"".join(message.get("body", b"") for message in answered[1:])
        return httpx2.Response(answered[0]["status"], headers=answered[0]["headers"], content=body, request=request)


class Client(httpx2.Client):
    """A client of one application; threads may share it."""

    def __init__(self, app: FastAPI) -> None:
        """Ask `app`."""
        super().__init__(transport=InProcess(app), base_url="http://testserver", follow_redirects=True)
        self.app = app


def _scope(request: httpx2.Request) -> Message:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.raw_path.partition(b"?")[0].decode("ascii")),
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": {},
    }
