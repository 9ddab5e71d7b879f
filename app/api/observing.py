"""Gives each request an id and writes one structured line when it has been answered."""

import time
import uuid
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.noting import note_answer
from app.models.columns import new_id

log = structlog.get_logger("kaohe.request")


class RequestLog:
    """Middleware: the id is in `X-Request-Id`, in every log line and in every problem document."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _given(scope) or str(new_id())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        status = 500
        saved = False

        async def sending(message: Message) -> None:
            nonlocal status, saved
            if message["type"] == "http.response.start":
                status = message["status"]
                saved = any(name == b"content-disposition" for name, _ in message.get("headers", ()))
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            scope["app"].state.meter.note(scope, status, seconds)
            took = round(seconds * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, milliseconds=took)
            note_answer(scope, request_id, status, saved=saved)


def _given(scope: Scope) -> str | None:
    """Take over a caller's own id where it is a UUID; anything else could forge log lines."""
    headers: dict[bytes, Any] = dict(scope["headers"])
    try:
        return str(uuid.UUID(headers.get(b"x-request-id", b"").decode("ascii")))
    except ValueError:
        return None
