"""Raw bytes as a body: received into a file, counted and hashed as they come, with a limit in size and in time."""

import asyncio
import base64
import hashlib
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.errors import BadRequest, TooLarge, Unavailable
from app.features.evidence.storage import Received, Shelf

MEDIA_TYPE = "application/octet-stream"
MOST_ARRIVALS = 4
"""Files of one sender that may be on their way to one process at a time."""
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


class ArrivingAlready(Unavailable):
    """Bytes for which there is no room while others of the same file, or of the same sender, are on their way."""

    code = "arriving-already"
    title = "Others of your bytes are still arriving"
    remedy = "Wait until the uploads that are on their way have been answered, then send these again."


@dataclass(frozen=True, slots=True)
class Announced:
    """What was said of bytes before they come: how many at most, of which file, and whose; and why not more."""

    most: int
    file: uuid.UUID
    sender: uuid.UUID
    limit: str = "were declared"
    remedy: str = "Send the very bytes that were declared, or declare these anew."


class Arrivals:
    """What is on its way to one process: once for each file, `MOST_ARRIVALS` for each sender.

    Without it a vendor could send one declared file many times at once, and fill the disk beyond its quota.
    """

    def __init__(self) -> None:
        """Begin with nothing on its way."""
        self._lock = threading.Lock()
        self._senders: dict[uuid.UUID, uuid.UUID] = {}

    @contextmanager
    def one(self, announced: Announced) -> Iterator[None]:
        """Hold a file's place until its bytes were kept or dropped; raises ArrivingAlready where there is none."""
        with self._lock:
            if announced.file in self._senders:
                raise ArrivingAlready("This file's bytes are on their way already.")
            if list(self._senders.values()).count(announced.sender) >= MOST_ARRIVALS:
                raise ArrivingAlready(f"{MOST_ARRIVALS} files of yours are on their way, the most at a time.")
            self._senders[announced.file] = announced.sender
        try:
            yield
        finally:
            with self._lock:
                del self._senders[announced.file]


arrivals = Arrivals()


@dataclass(frozen=True, slots=True)
class RawBody:
    """What a route says of the bytes that it takes: what was announced of them, told by the request; an example."""

    announced: Callable[[Request], Announced]
    example: str | Callable[[], bytes]
    said: str = "The file's bytes as they are; any Content-Type will do, and none is believed."

    def described(self) -> dict[str, Any]:
        """Describe the body for the OpenAPI document."""
        schema: dict[str, Any] = {"type": "string", "format": "binary"}
        if isinstance(self.example, str):
            schema["examples"] = [self.example]
        else:
            # JSON has no bytes: an example of a workbook is shown as what decodes to it.
            schema["x-examples-base64"] = [base64.b64encode(self.example()).decode()]
        return {"required": True, "description": self.said, "content": {MEDIA_TYPE: {"schema": schema}}}

    @asynccontextmanager
    async def arriving(self, request: Request) -> AsyncIterator[Received]:
        """Receive the body into a new file, which is gone afterwards unless it was moved to where it is kept.

        Refuses what is longer, slower, or broken off, and what comes beside too much of the same sender.
        """
        announced = await run_in_threadpool(self.announced, request)
        most = announced.most
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > most:
            said = f"The body has {declared[:20]} bytes; {most} {announced.limit}."
            raise TooLarge(said, remedy=announced.remedy)
        with arrivals.one(announced):
            incoming = _Incoming(shelf_of(request), announced)
            try:
                yield await incoming.receive(request)
            finally:
                incoming.drop()


class _Incoming:
    """A file that is being received."""

    def __init__(self, shelf: Shelf, announced: Announced) -> None:
        self._size = 0
        self._announced = announced
        self._seconds = shelf.seconds
        self._path = shelf.incoming()
        self._hash = hashlib.sha256()
        self._file = self._path.open("xb")

    async def receive(self, request: Request) -> Received:
        try:
            async with asyncio.timeout(self._seconds):
                async for chunk in request.stream():
                    await run_in_threadpool(self._add, chunk)
        except TimeoutError as error:
            raise TooSlow(f"It took more than {self._seconds} seconds.") from error
        except ClientDisconnect as error:
            raise BrokenOff(f"{self._size} of at most {self._announced.most} bytes came.") from error
        await run_in_threadpool(self._file.close)
        return Received(self._path, self._size, self._hash.hexdigest())

    def _add(self, chunk: bytes) -> None:
        most = self._announced.most
        if self._size + len(chunk) > most:
            said = f"The body has more than the {most} bytes that {self._announced.limit}."
            raise TooLarge(said, remedy=self._announced.remedy)
        self._file.write(chunk)
        self._hash.update(chunk)
        self._size += len(chunk)

    def drop(self) -> None:
        try:
            self._file.close()
        finally:
            self._path.unlink(missing_ok=True)


def takes_bytes(announced: Callable[[Request], Announced], example: str) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route takes raw bytes; it then takes an `Upload`, which is gone after the request if not kept."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.raw_body = RawBody(announced, example)  # type: ignore[attr-defined]
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
