"""Hears the statements that a request or a night sends, and who in the program asked for them."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

_SENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_NAMED = re.compile(r"%\(\w+\)s")
_MANY = re.compile(r"\((?:NULL|\?|(?:CAST\()?\?(?:::[\w ]+)?)(?:, (?:NULL|\?(?:::[\w ]+)?))*\)")


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement as it went to the driver; `by` is the function that asked for it, as `feature.module.function`."""

    text: str
    parameters: Any
    by: str

    @property
    def shape(self) -> str:
        """Give the text as it stands whatever it asks for: a list of values is as long as any other."""
        return _MANY.sub("(?)", _NAMED.sub("?", self.text))


@dataclass(slots=True)
class Heard:
    """The statements of each origin in turn: an operation, one with a filter, or a job."""

    sent: dict[str, list[Sent]] = field(default_factory=dict)

    @contextmanager
    def of(self, origin: str) -> Iterator[None]:
        """Hear what is sent inside; an origin that was heard before is heard once more."""
        into: list[Sent] = []
        with _hearing(into):
            yield
        self.sent.setdefault(origin, into)


@contextmanager
def _hearing(into: list[Sent]) -> Iterator[None]:
    def hear(_c: Connection, _cursor: object, statement: str, parameters: Any, _x: object, many: bool) -> None:  # noqa: ANN401, FBT001 as SQLAlchemy calls it
        # What is written beside the requests is no request's.
        if threading.current_thread().name != "access-log" and _SENT.match(statement):
            into.append(
                Sent(statement, parameters[0] if many and isinstance(parameters, list) else parameters, _asking())
            )

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _asking() -> str:
    """Name the innermost function of the program that is at work."""
    frame = sys._getframe(2)  # noqa: SLF001 the one way to see who calls through the libraries
    while frame.f_back is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("app.") and not frame.f_code.co_name.startswith("<") and module not in _CARRIERS:
            return f"{module.removeprefix('app.').removeprefix('features.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "outside"


_CARRIERS = {
    *("app.database", "app.features.contracts.these", "app.features.held", "app.features.paging"),
    *("app.features.seen", "app.features.upserts"),
}
"""Those who send what another one asks for."""
