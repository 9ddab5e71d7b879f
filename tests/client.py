"""Asks an application within the test's own thread."""

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine, MutableMapping
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx2
from anyio import to_thread
from fastapi import FastAPI

Message = MutableMapping[str, Any]
Answer = TypeVar("Answer")

_by_itself: ContextVar[bool] = ContextVar("by_itself", default=False)
_handed_over = to_thread.run_sync
_loop = asyncio.Runner()
atexit.register(_loop.close)


async def _done(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 as the function gives it
    """Do at once what a server hands to another thread, for whoever is asked `by_itself`: nobody else waits for it."""
    if not _by_itself.get():
        return await _handed_over(function, *arguments, **options)
    return copy_context().run(function, *arguments)


to_thread.run_sync = _done  # type: ignore[assignment]


def by_itself(answering: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for one answer, with nothing else at work in the loop.

    A loop and threads of its own, and to hand a request to and fro between them, would take each request longer than
    its answer. The tests of real servers have them.
    """

    async def alone() -> Answer:
        _by_itself.set(True)
        return await answering

    # A loop belongs to one thread; other threads ask seldom, and have one for each request.
    run = _loop.run if threading.current_thread() is threading.main_thread() else asyncio.run
    return run(alone())


class InProcess(httpx2.BaseTransport):
    """Hands each request to the application as a server would."""

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
            by_itself(self._app(_scope(request), receive, send))
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
