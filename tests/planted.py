"""What tests plant to see a race lost: code that looks and then acts, statement by statement, as one writes it first.

The two who race look together before either acts, as a slow moment in production would have it: chance decides nothing.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ParamSpec, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from app.database import Database
from app.models import Contract

_P = ParamSpec("_P")
_Found = TypeVar("_Found")

MEETING_SECONDS = 20
"""How long one of the two waits for the other: on a busy machine that takes a while, and nobody else waits."""

_RACING = threading.Event()


@contextmanager
def racing() -> Iterator[None]:
    """Let two act at once inside; whoever is alone waits for nobody."""
    _RACING.set()
    try:
        yield
    finally:
        _RACING.clear()


def looking_together(look: Callable[_P, _Found]) -> Callable[_P, _Found]:
    """Let both of a race have looked before either goes on."""
    met = threading.Barrier(2, timeout=MEETING_SECONDS)

    def together(*arguments: _P.args, **words: _P.kwargs) -> _Found:
        found = look(*arguments, **words)
        if _RACING.is_set():
            try:
                met.wait()
            except threading.BrokenBarrierError:
                met.reset()
        return found

    return together


def statement_by_statement(database: Database) -> Callable[[Database], AbstractContextManager[Session]]:
    """Give what stands in for `Database.write`: each statement is committed by itself, and nothing is held."""
    plain = create_engine(database.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    @contextmanager
    def write(_: Database) -> Iterator[Session]:
        with Session(plain, expire_on_commit=False) as session:
            yield session
            session.commit()

    return write


def unlocked(session: Session, _centers: object, contract_id: uuid.UUID) -> Contract | None:
    """Stand in for the query that locks a contract, and lock nothing."""
    return session.get(Contract, contract_id)
