"""The application over the documented service center, on one kind of database."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import time_machine
from fastapi import FastAPI

from app.database import Database
from app.features.access.owners import KnownOwners
from app.settings import Settings
from tests.fuzz.documented import Asked, Operation, operations
from tests.fuzz.ids import Ids, fixed_ids
from tests.fuzz.stages import END, LIFE, Stages, stage_of
from tests.fuzz.wire import Raw, Wire
from tests.fuzz.world import BEFORE, BY_ANOTHER, NAMED, NOW, SECOND, SECOND_SUPERVISOR, Tokens, build
from tests.lending import Lent
from tests.names import Legible, app_with_names
from tests.plans.hearing import Heard

CALLERS = ("supervisor", "admin", "vendor", "finance", "auditor", "integration")


@dataclass(frozen=True, slots=True)
class House:
    """The application, the stages of its data, and a token for each role."""

    app: FastAPI
    stages: Stages
    tokens: Tokens
    operations: tuple[Operation, ...]
    owners: KnownOwners
    """Whose the things are that the examples were about, as the process remembers it that was asked for them."""
    heard: Heard = field(default_factory=Heard)
    """What each change sent to the database when it was made."""

    @contextmanager
    def open(self, stage: str) -> Iterator[FastAPI]:
        """Give the application over a fresh copy of a stage; it remembers nothing of another one."""
        with self.stages.fresh(stage) as database:
            self.app.state.database = database
            self.app.state.owners = KnownOwners()
            yield self.app

    def examples(self) -> Iterator[tuple[str, list[tuple[Operation, Asked]]]]:
        """Give every documented request with its stage: changes one by one, and all that only reads at once."""
        yield END, [(o, asked) for o in self.operations if stage_of(o) == END for asked in o.requests()]
        for operation in self.operations:
            if stage_of(operation) != END:
                for asked in operation.requests():
                    yield stage_of(operation), [(operation, asked)]

    def token_for(self, operation: Operation) -> str | None:
        """Give the token of somebody who may; None where nobody needs one."""
        if operation.id in BY_ANOTHER:
            return self.tokens[SECOND_SUPERVISOR]
        return next((self.tokens[role] for role in CALLERS if role in operation.roles), None)


def prepare(url: str, stages: Stages, folder: Path, enlarge: Callable[[str], None] | None = None) -> House:
    """Build the service center in the empty database at `url` and send the examples in turn, keeping each stage.

    `enlarge` puts more on record beside it before the first one is sent.
    """
    with time_machine.travel(NOW, tick=False), fixed_ids() as ids:
        tokens = _built(url, ids)
        if enlarge:
            enlarge(url)
        app = app_with_names(
            Settings(var_dir=folder, cursor_key="documented"), Lent(url), sealer=Legible(["documented"])
        )
        served = {operation.id: operation for operation in operations()}
        house = House(app, stages, tokens, operations(), app.state.owners)
        wire = Wire(app)
        for number, name in enumerate(LIFE, start=1):
            ids.begin(number)
            if name in BEFORE:
                BEFORE[name](house.app.state.database)
            house.app.state.database.dispose()
            stages.keep(name, url)
            if name in SECOND:
                ids.next_is(SECOND[name])
            if name in NAMED:
                ids.next_is(NAMED[name])
            _live(house, wire, served[name])
        house.app.state.database.dispose()
        stages.keep(END, url)
    return house


def _built(url: str, ids: Ids) -> Tokens:
    database = Database(url)
    try:
        return build(database, ids)
    finally:
        database.dispose()


def _live(house: House, wire: Wire, operation: Operation) -> None:
    first = operation.requests()[0]
    # A request with an id of its own: the first one that is made for it is then the one of what it records.
    first = replace(first, headers=first.headers | {"X-Request-Id": str(uuid.uuid5(uuid.NAMESPACE_URL, operation.id))})
    with house.heard.of(operation.id):
        answer = wire.send(Raw.of(first, house.token_for(operation)))
    assert answer.status < 300, f"{operation.id}: {answer}"
