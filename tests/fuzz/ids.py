"""Ids in a fixed order, so that two databases that do the same hold the same."""

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uuid_utils.compat

_FIRST = uuid.UUID("0189a3c2-5e01-7000-8000-000000000000").int
"""Later than every id of the documentation: ids are time-ordered."""
_STRIDE = 1 << 16
"""More ids than one request makes."""


class Ids:
    """Stands in the place of the clock's UUIDs."""

    def __init__(self) -> None:
        """Begin at the first."""
        self._next = self._secrets = 0
        self._named: list[uuid.UUID] = []

    def __call__(self) -> uuid.UUID:
        """Give the next id, or the one that was named for it."""
        if self._named:
            return self._named.pop()
        self._next += 1
        return uuid.UUID(int=_FIRST + self._next)

    def begin(self, request: int) -> None:
        """Give, from here on, the ids of the request of this number, whatever earlier ones have used up."""
        self._next = self._secrets = request * _STRIDE

    def secret(self, size: int) -> bytes:
        """Give the bytes of the next secret; they are counted apart, since a test may keep what was made of one."""
        self._secrets += 1
        return uuid.UUID(int=_FIRST + self._secrets).bytes * (size // 16)

    def next_is(self, named: uuid.UUID) -> None:
        """Have the next row made be the one that the documentation names."""
        self._named.append(named)


@contextmanager
def fixed_ids() -> Iterator[Ids]:
    """Have every id of the program come from one row of them, and the secrets from another."""
    with pytest.MonkeyPatch.context() as patch:
        ids = Ids()
        patch.setattr(uuid_utils.compat, "uuid7", ids)
        patch.setattr(secrets, "token_bytes", ids.secret)
        yield ids
