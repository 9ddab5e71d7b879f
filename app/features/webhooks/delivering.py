"""The deliverer: fans events out, claims what is due, sends many at a time, notes what came of it."""

import asyncio
import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from app import clock
from app.database import Database
from app.features.webhooks import claiming, delivery_queries, noting
from app.features.webhooks.noting import Outcome
from app.features.webhooks.parcels import Answer, Parcel
from app.features.webhooks.sealing import sealer
from app.features.webhooks.sending import Sender
from app.rules.destinations import UrlPolicy
from app.rules.webhook_schedule import PARTS, SCHEDULE
from app.rules.webhook_shares import Room
from app.settings import Settings

log = logging.getLogger("kaohe.deliverer")

MARGIN = timedelta(seconds=40)
"""How much longer than an attempt a lease lasts, so that its outcome can be noted in peace."""

LINGER = 0.02
"""Seconds that an outcome waits for others, so that one transaction notes them all."""

QUICKEST, SLOWEST = 0.25, 2.0
"""Seconds between two looks for what is due: the first after something was found, then more and more slowly."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Plan:
    """How a deliverer works: `places` in flight at most, `lease` from a claim to when others may take it over."""

    sender: Sender
    schedule: tuple[timedelta, ...] = SCHEDULE
    places: int = 64
    lease: timedelta = timedelta(seconds=60)

    @classmethod
    def of(cls, config: Settings) -> "Plan":
        """Read the plan from the settings."""
        policy = UrlPolicy(config.webhook_ports, config.webhook_http)
        seconds = config.webhook_attempt_seconds
        waits = config.webhook_schedule
        return cls(
            Sender(policy, sealer(config), seconds),
            SCHEDULE if waits is None else tuple(timedelta(seconds=wait) for wait in waits),
            config.webhook_in_flight,
            timedelta(seconds=seconds) + MARGIN,
        )


@dataclass
class Deliverer:
    """One worker; any number of them may share a database, in one process or in many."""

    database: Database
    plan: Plan
    sent: int = field(default=0, init=False)
    """How many attempts it has made."""
    _flying: dict[asyncio.Task[None], Parcel] = field(default_factory=dict, init=False)
    _done: list[Outcome] = field(default_factory=list, init=False)
    _stopping: bool = field(default=False, init=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    # The database's calls block, so they have a thread of their own, and one at a time.
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "deliverer"), init=False)
    _chance: random.Random = field(default_factory=random.SystemRandom, init=False)

    def stop(self) -> None:
        """Take nothing on any more, and end once what is in flight has been noted; from any thread."""
        self._stopping = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self, *, once: bool = False) -> None:
        """Deliver until told to stop; or, `once`, until nothing is due.

        What fails, such as a database that does not answer, is tried again after a while; what is not noted meanwhile
        is attempted again by whoever finds its lease expired.
        """
        self._loop = asyncio.get_running_loop()
        pause = QUICKEST
        try:
            while True:
                self._wake.clear()
                moved = False
                try:
                    moved = await self._turn()
                except Exception:
                    # Whatever it was: without this worker nobody might deliver, and nobody would notice.
                    if once:
                        raise
                    log.exception("what is due could not be claimed or noted; trying again")
                    if self._stopping and not self._flying:
                        return
                    pause = min(2 * pause, SLOWEST)
                    await asyncio.sleep(pause)
                    continue
                if not moved and not self._flying and not self._done and (once or self._stopping):
                    return
                pause = QUICKEST if moved else min(2 * pause, SLOWEST)
                if self._flying or not moved:
                    await self._rest(pause)
        finally:
            self._thread.shutdown()

    async def _turn(self) -> bool:
        """Note what has come back and take on what is due; tells whether there was anything."""
        outcomes, self._done = self._done, []
        try:
            if outcomes:
                await self._call(lambda: self._note(outcomes))
        except Exception:
            self._done = outcomes + self._done
            raise
        taken = [] if self._stopping else await self._call(self._take)
        for parcel in taken or ():
            task = asyncio.create_task(self._send(parcel))
            self._flying[task] = parcel
        return bool(outcomes) or taken is None or bool(taken)

    async def _rest(self, pause: float) -> None:
        """Wait until something has come back or a while has passed; then a moment more, for what comes with it."""
        if not self._done:
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                return
        await asyncio.sleep(LINGER)

    async def _call(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _take(self) -> list[Parcel] | None:
        """Claim as much as there are places; None where nothing was claimed but something was fanned out."""
        untrusted = sum(not parcel.trusted for parcel in self._flying.values())
        room = Room.of(self.plan.places, len(self._flying), untrusted)
        with self.database.read() as session:
            if not delivery_queries.anything_to_do(session, clock.now()):
                return []
        with self.database.write() as session:
            released = claiming.release(session)
        # On its own: who notes outcomes holds endpoints before deliveries, as fan-out and claim do.
        with self.database.write() as session:
            fanned = claiming.fan_out(session)
            parcels = claiming.claim(session, room, self.plan.lease) if room.total else []
        if released:
            log.warning("%s deliveries of a worker that was stopped are due again", released)
        return parcels if parcels or not (released or fanned) else None

    def _note(self, outcomes: list[Outcome]) -> None:
        with self.database.write() as session:
            noting.note(session, outcomes, self.plan.schedule)

    async def _send(self, parcel: Parcel) -> None:
        try:
            answer = await self.plan.sender.send(parcel)
        except Exception:
            # One parcel that cannot be sent must not stop the others; its schedule goes on.
            log.exception("delivery %s could not be attempted", parcel.delivery_id)
            answer = Answer("internal", ours=True)
        if answer.ours:
            log.error("delivery %s was not sent: %s", parcel.delivery_id, answer.error)
        self.sent += 1
        self._done.append(Outcome(parcel, answer, clock.now(), self._chance.randint(0, PARTS)))
        task = asyncio.current_task()
        if task is not None:
            self._flying.pop(task)
        self._wake.set()


def deliver(database: Database, plan: Plan) -> int:
    """Deliver until nothing is due, and give how many attempts that took."""
    deliverer = Deliverer(database, plan)
    asyncio.run(deliverer.run(once=True))
    return deliverer.sent
