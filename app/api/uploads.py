"""A whole file as a body: its raw bytes, at most 10 MiB, read and then gone; nothing of it is kept.

Which kind of file it is, is told by its bytes (`app/rules/file_types.py`); its Content-Type is not looked at.
"""

import uuid
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from app.api.receiving import Announced, RawBody, Upload
from app.features.access.caller import Caller

LARGEST_FILE = 10 << 20
"""Bytes: a table of a year has some thousand times fewer, and a workbook that is read takes far more memory."""
_REMEDY = f"Send at most {LARGEST_FILE >> 20} MiB; leave out pictures and sheets that are not needed, or split it."
_SAID = (
    f"The file's bytes as they are, at most {LARGEST_FILE >> 20} MiB: no form, no part of one. Any Content-Type will "
    "do, and none is believed."
)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_file(kinds: str, example: str | Callable[[], bytes]) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route takes a file as its body; it then takes a `FileBytes`.

    `kinds` says which files are taken, in a sentence for the document. The example is a text, or writes the bytes of
    a file that is none, once the document is asked for. A retry is told from another request by the hash of the bytes.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.raw_body = RawBody(_announced, example, f"{_SAID} {kinds}")  # type: ignore[attr-defined]
        return endpoint

    return declare


def _announced(request: Request) -> Announced:
    """Say how much may come; each is a file of its own, and of one caller only so many come at a time."""
    caller: Caller = request.state.caller
    return Announced(LARGEST_FILE, uuid.uuid4(), caller.principal_id, "are taken", _REMEDY)


# The bytes are read where the route runs, in a thread: the event loop has others to serve.
def _content(upload: Upload) -> bytes:
    return upload.path.read_bytes()


FileBytes = Annotated[bytes, Depends(_content)]
