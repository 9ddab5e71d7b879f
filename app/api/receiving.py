"""Raw bytes as a body: received into a file, counted and hashed as they come, with a limit in size and in time."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.errors import BadRequest, TooLarge
from app.features.evidence.storage import Received, Shelf

MEDIA_TYPE = "application/octet-stream"
_REMEDY = "Send the very bytes that were declared, or declare these anew."
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class TooSlow(BadRequest):
    """A body that took longer than it may."""

    code = "body-too-slow"
    title = "The body did not come in time"
    status = 408
    remedy = "Send it again over a faster connection, or ask the operator to allow more time."


class BrokenOff(BadRequest):
    """A body whose sender went away."""

    code = "body-broken-off"
    title = "The body broke off"
    remedy = "Send it again, whole."


@dataclass(frozen=True, slots=True)
class RawBody:
    """What a route says of the bytes that it takes: how many at most, told by what its path names; and an example."""

    most: Callable[[Request], int]
    example: str

    def described(self) -> dict[str, Any]:
        """Describe the body for the OpenAPI document."""
        schema = {"type": "string", "format": "binary", "examples": [self.example]}
        said = "The file's bytes as they are; any Content-Type will do, and none is believed."
        return {"required": True, "description": said, "content": {MEDIA_TYPE: {"schema": schema}}}

    async def receive(self, request: Request) -> Received:
        """Receive the body into a new file; refuses what is longer, slower, or broken off, and leaves nothing then."""
        most = await run_in_threadpool(self.most, request)
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > most:
            raise TooLarge(f"The body has {declared[:20]} bytes; {most} were declared.", remedy=_REMEDY)
        shelf = shelf_of(request)
        received = await run_in_threadpool(_Incoming, shelf, most)
        try:
            async with asyncio.timeout(shelf.seconds):
                async for chunk in request.stream():
                    await run_in_threadpool(received.add, chunk)
        except BaseException as error:
            received.drop()
            if isinstance(error, TimeoutError):
                raise TooSlow(f"It took more than {shelf.seconds} seconds.") from error
            if isinstance(error, ClientDisconnect):
                raise BrokenOff(f"{received.size} of {most} bytes came.") from error
            raise
        return await run_in_threadpool(received.end)


class _Incoming:
    """A file that is being received."""

    def __init__(self, shelf: Shelf, most: int) -> None:
        self.size = 0
        self._most = most
        self._path = shelf.incoming()
        self._hash = hashlib.sha256()
        self._file = self._path.open("xb")

    def add(self, chunk: bytes) -> None:
        if self.size + len(chunk) > self._most:
            raise TooLarge(f"The body has more than the {self._most} bytes that were declared.", remedy=_REMEDY)
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def end(self) -> Received:
        self._file.close()
        return Received(self._path, self.size, self._hash.hexdigest())

    def drop(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def takes_bytes(most: Callable[[Request], int], example: str) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route takes raw bytes; it then takes an `Upload`, which is gone after the request if not kept."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.raw_body = RawBody(most, example)  # type: ignore[attr-defined]
        return endpoint

    return declare


def shelf_of(request: Request) -> Shelf:
    """Give the program's folder of evidence."""
    shelf: Shelf = request.app.state.evidence
    return shelf


async def _shelf(request: Request) -> Shelf:
    return shelf_of(request)


async def _upload(request: Request) -> Received:
    received: Received = request.state.received
    return received


Folder = Annotated[Shelf, Depends(_shelf)]
Upload = Annotated[Received, Depends(_upload)]
