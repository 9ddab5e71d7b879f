"""The messenger: claims what is due, sends some of each kind of channel at a time, notes what came of it."""

import logging
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue

from app import clock
from app.database import Database
from app.features.messages import claim_queries, claiming
from app.features.messages.claiming import Letter, Outcome
from app.features.messages.sending import MailServer, Post
from app.features.webhooks.sealing import sealer
from app.models.words import ChannelKind
from app.settings import Settings

log = logging.getLogger("kaohe.messenger")

PLACES = 4
"""How many messages of one kind of channel are sent at a time: a kind that hangs takes no place from another."""

AGAIN = 2
"""How many more that have failed before: they take no place from those that have not."""

LEASE = timedelta(minutes=5)
"""Longer than any attempt, of which the longest settings make three minutes."""

LINGER = 0.05
"""Seconds that an outcome waits for others, so that one transaction notes them all."""

PAUSE = 2.0
"""Seconds between two looks for what is due."""


@dataclass
class Messenger:
    """One worker; any number of them may share a database, in one process or in many.

    What is claimed is sent at most once more for each time that a worker is killed between sending and noting.
    """

    database: Database
    post: Post
    sent: int = field(default=0, init=False)
    """How many of its attempts were taken."""
    failed: int = field(default=0, init=False)
    """How many were not."""
    _flying: Counter[tuple[ChannelKind, bool]] = field(default_factory=Counter, init=False)
    _done: SimpleQueue[Outcome] = field(default_factory=SimpleQueue, init=False)
    _unnoted: list[Outcome] = field(default_factory=list, init=False)
    _wake: threading.Event = field(default_factory=threading.Event, init=False)
    _stopping: bool = field(default=False, init=False)

    @classmethod
    def of(cls, database: Database, config: Settings) -> "Messenger":
        """Make one by the settings."""
        return cls(database, Post(sealer(config), MailServer.of(config), config.message_seconds))

    def stop(self) -> None:
        """Take nothing on any more, and end once what is under way has been noted; from any thread."""
        self._stopping = True
        self._wake.set()

    def run(self, *, once: bool = False) -> None:
        """Send until told to stop; or, `once`, until nothing is due.

        What fails, such as a database that does not answer, is tried again after a while.
        """
        places = {kind: ThreadPoolExecutor(PLACES + AGAIN, f"messages-{kind}") for kind in ChannelKind}
        try:
            while True:
                self._wake.clear()
                moved = False
                try:
                    moved = self._turn(places)
                except Exception:
                    # Whatever it was: without this worker nobody might be told, and nobody would notice.
                    if once:
                        raise
                    log.exception("what is due could not be claimed or noted; trying again")
                    if self._stopping and not self._flying.total():
                        return
                idle = not moved and not self._flying.total() and self._done.empty()
                if idle and (once or (self._stopping and not self._unnoted)):
                    return
                if not moved and not (self._stopping and idle):
                    self._wake.wait(PAUSE)
                    # A moment more, for what comes with it.
                    threading.Event().wait(LINGER)
        finally:
            for pool in places.values():
                pool.shutdown()

    def _turn(self, places: dict[ChannelKind, ThreadPoolExecutor]) -> bool:
        """Note what has come back and take on what is due; tells whether there was anything."""
        self._collect()
        noted = bool(self._unnoted)
        if noted:
            with self.database.write() as session:
                claiming.note(session, self._unnoted)
            self._unnoted = []
        taken = [] if self._stopping else self._take()
        for letter in taken:
            self._flying[letter.kind, letter.number > 1] += 1
            places[letter.kind].submit(self._send, letter).add_done_callback(_check)
        return noted or bool(taken)

    def _collect(self) -> None:
        """Gather what has come back; a place is free again once its attempt has ended."""
        while True:
            try:
                outcome = self._done.get_nowait()
            except Empty:
                return
            self._flying[outcome.letter.kind, outcome.letter.number > 1] -= 1
            if outcome.error is None:
                self.sent += 1
            else:
                self.failed += 1
            self._unnoted.append(outcome)

    def _take(self) -> list[Letter]:
        with self.database.read() as session:
            if not claim_queries.anything_to_do(session, clock.now()):
                return []
        with self.database.write() as session:
            released = claiming.release(session)
            letters = claiming.claim(session, self._room(), LEASE)
        if released:
            log.warning("%s messages of a worker that was stopped are due again", released)
        return letters

    def _room(self) -> dict[ChannelKind, tuple[int, int]]:
        """Say how many of each kind may be taken on: for the first time, and again."""
        return {kind: (PLACES - self._flying[kind, False], AGAIN - self._flying[kind, True]) for kind in ChannelKind}

    def _send(self, letter: Letter) -> None:
        try:
            error = self.post.send(letter)
        except Exception:
            # One message that cannot be sent must not stop the others; its schedule goes on.
            log.exception("message %s could not be attempted", letter.message_id)
            error = "internal"
        self._done.put(Outcome(letter, error, clock.now()))
        self._wake.set()


def _check(ended: "Future[None]") -> None:
    """Raise what an attempt could not even hand back."""
    ended.result()


def send(database: Database, config: Settings) -> Messenger:
    """Send until nothing is due, and give the messenger, which knows how many attempts were taken and how many not."""
    messenger = Messenger.of(database, config)
    messenger.run(once=True)
    return messenger
