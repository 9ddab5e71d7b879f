"""Clocks as real processes with simulated time, that die in the middle of a job when they are told to."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.sharedctypes import Synchronized

import time_machine
from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import event

from app import nightly
from app.database import Database
from app.leadership import Leadership
from app.models.words import AskedBy
from scheduler.__main__ import tick
from tests.forked import PROCESSES

PATIENCE_SECONDS = 120.0

Order = tuple[datetime, set[int]]
"""The instant of a tick, and at which statements of the day a clock is to die."""


@dataclass(frozen=True)
class Plan:
    """What the clocks are like: which database they share, and which safeguards are planted away."""

    url: str
    leader: bool = True
    ensured: bool = True


def live(plan: Plan, orders: Connection, sent: "Synchronized[int]") -> None:
    """Be a clock: tick at each instant that is ordered, until told to end; die at the statements that are fatal.

    `sent` counts the statements that all clocks have sent inside jobs.
    """
    database = Database(plan.url)
    leadership = Leadership(database) if plan.leader else NobodyLeads(database)
    if not plan.ensured:
        nightly.ensure = _run_without_a_claim
    _ask_before_running(orders)
    fatal: set[int] = set()
    _die_inside_a_job(database, sent, fatal)
    while order := orders.recv():
        instant, deaths = order
        fatal.clear()
        fatal.update(deaths)
        with time_machine.travel(instant):
            tick(database, leadership)
        orders.send("done")
    database.dispose()


class NobodyLeads(Leadership):
    """Stands where the lock is, and lets every clock tick."""

    @contextmanager
    def tick(self) -> Iterator[bool]:
        """Let it."""
        yield True


def _run_without_a_claim(database: Database, name: str, as_of: date) -> nightly.JobResult:
    """Run what was due when it was looked up, as a clock without claims would."""
    return nightly.run(database, name, as_of, AskedBy.CLOCK)


def _ask_before_running(orders: Connection) -> None:
    """Let the clocks meet between seeing what is due and running it, where two of them get into each other's way."""
    due = nightly.due

    def looked(database: Database, today: date) -> list[tuple[str, date]]:
        found = due(database, today)
        orders.send("looked")
        orders.recv()
        return found

    nightly.due = looked


def _die_inside_a_job(database: Database, sent: "Synchronized[int]", fatal: set[int]) -> None:
    """Count what is sent from a job's claim to its commit, and kill this process at each number that is fatal."""

    def point(connection: DatabaseConnection, statement: str = "") -> None:
        if statement.startswith("INSERT INTO job_runs"):
            connection.info["in_job"] = True
        if not connection.info.get("in_job"):
            return
        with sent:
            sent.value += 1
            number = sent.value
        if number in fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def ended(connection: DatabaseConnection) -> None:
        connection.info.pop("in_job", None)

    def committing(connection: DatabaseConnection) -> None:
        point(connection)
        ended(connection)

    # Before the statement is executed, so that the last point of a job lies between its last statement and its commit.
    event.listen(database.engine, "before_cursor_execute", lambda c, _cursor, text, *_: point(c, text))
    event.listen(database.engine, "commit", committing)
    event.listen(database.engine, "rollback", ended)


@dataclass
class Clock:
    """One clock and what it is doing: `asked` to tick, has `looked`, is `running`, or `done`."""

    start: Callable[[Connection], ForkServerProcess]
    doing: str = "done"
    order: Order = field(init=False)
    process: ForkServerProcess = field(init=False)
    orders: Connection = field(init=False)

    def begin(self) -> None:
        """Start the process."""
        self.orders, theirs = PROCESSES.Pipe()
        self.process = self.start(theirs)
        theirs.close()

    def ask(self, order: Order) -> None:
        """Order a tick."""
        self.order, self.doing = order, "asked"
        self.orders.send(order)


class Clocks:
    """Several clocks on one database, ticking together; one that dies is started again and ticks again."""

    def __init__(self, plan: Plan, number: int) -> None:
        """Start them."""
        self._sent = PROCESSES.Value("i", 0)
        self.kills = 0
        self._clocks = [Clock(lambda theirs: self._start(plan, theirs)) for _ in range(number)]
        for clock in self._clocks:
            clock.begin()

    def _start(self, plan: Plan, theirs: Connection) -> ForkServerProcess:
        process = PROCESSES.Process(target=live, args=(plan, theirs, self._sent), daemon=True)
        process.start()
        return process

    def new_day(self) -> None:
        """Begin to count the statements of a day's jobs."""
        self._sent.value = 0

    def tick(self, instants: list[datetime], fatal: set[int]) -> None:
        """Let each clock tick at its own instant, all at once; die at the fatal statements of the day."""
        for clock, instant in zip(self._clocks, instants, strict=True):
            clock.ask((instant, fatal))
        while busy := [clock for clock in self._clocks if clock.doing != "done"]:
            self._hear(busy)
            if not any(clock.doing == "asked" for clock in busy):
                for clock in busy:
                    if clock.doing == "looked":
                        clock.orders.send("go")
                        clock.doing = "running"

    def _hear(self, busy: list[Clock]) -> None:
        heard = wait([clock.orders for clock in busy], PATIENCE_SECONDS)
        assert heard, "the clocks are stuck"
        for clock in busy:
            if clock.orders not in heard:
                continue
            try:
                clock.doing = clock.orders.recv()
            except (EOFError, ConnectionResetError):
                self._bury(clock)

    def _bury(self, clock: Clock) -> None:
        clock.process.join()
        assert clock.process.exitcode == -signal.SIGKILL
        self.kills += 1
        clock.begin()
        clock.ask(clock.order)

    def end(self) -> None:
        """Let them go."""
        for clock in self._clocks:
            clock.orders.send(None)
            clock.process.join()
            clock.orders.close()
